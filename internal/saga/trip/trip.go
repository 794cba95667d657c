package trip

import (
	"time"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/saga"
)

// Kind is the kind of a trip's id, see booking.NewID.
const Kind = "trip"

// Status: BOOKING → BOOKED; or BOOKING → COMPENSATING → FAILED; or NEEDS_ATTENTION, where
// something could not be undone, until it is resumed.
type Status string

const (
	Booking        Status = "BOOKING"
	Booked         Status = "BOOKED"
	Compensating   Status = "COMPENSATING"
	Failed         Status = "FAILED"
	NeedsAttention Status = "NEEDS_ATTENTION"
)

// Ended reports whether nothing more happens by itself.
func (s Status) Ended() bool { return s == Booked || s == Failed || s == NeedsAttention }

// TransactionStatus is that of one item: pending → confirmed. An item that is cancelled is
// deleted.
type TransactionStatus string

const (
	Pending   TransactionStatus = "pending"
	Confirmed TransactionStatus = "confirmed"
)

// Trip is one trip and what is reserved for it. The items that are nil are not there:
// not reserved yet, not wanted, or cancelled.
type Trip struct {
	ID       string
	TenantID string // "" for one that an operator started as an execution by itself
	Request
	Status Status

	Hotel     *Hotel
	Flight    *Flight
	CarRental *CarRental
	Payment   *Payment
	// Charge is what the gateway was asked for. Unlike the item Payment it is kept after
	// the money was returned.
	Charge *booking.Payment

	// Undone are the steps that compensations have undone.
	Undone saga.Undone
	// NotUndone is what a trip that NEEDS_ATTENTION has left.
	NotUndone []Remainder
	// Failure is why the trip failed; the zero value while it has not.
	Failure Failure

	Execution saga.Execution
	// ExecutionName is the first execution's: the trip's id, unless an operator started it
	// by itself under another name.
	ExecutionName string

	CreatedAt time.Time
	UpdatedAt time.Time
	EndedAt   time.Time // zero until Status.Ended
	Timeline  []Event
}

// Hotel is the lodging, item HOTEL#id.
type Hotel struct {
	ID       string
	Status   TransactionStatus
	Name     string    // "" for an apartment of ours
	CheckIn  time.Time // zero where an apartment's are not said
	CheckOut time.Time
	// The hold, for an apartment of ours.
	ApartmentID   string
	ReservationID string
	Epoch         int64
	Price         booking.Money
}

// Flight is item FLIGHT#id.
type Flight struct {
	ID         string
	Status     TransactionStatus
	DepartCity string
	DepartTime time.Time
	ArriveCity string
	ArriveTime time.Time
}

// CarRental is item RENTAL#id.
type CarRental struct {
	ID     string
	Status TransactionStatus
	Car    string
	From   time.Time
	To     time.Time
}

// Payment is item PAYMENT#id. Its amount is the sum of its lines.
type Payment struct {
	ID     string
	Status TransactionStatus
	Amount booking.Money
	Lines  []Line
}

// Line is a part of what a trip costs. The lodging that is one of our apartments has one
// with the reservation's id and price.
type Line struct {
	What          string        `json:"what"` // "trip" or "apartment"
	Amount        booking.Money `json:"amount"`
	ReservationID string        `json:"reservationId,omitempty"`
}

// Remainder is what a compensation could not undo.
type Remainder struct {
	Step   string `json:"step"`   // the step that stands: "ReserveFlight"
	Reason string `json:"reason"` // why its compensation gave up
}

// Failure is why a trip failed.
type Failure struct {
	Error string `json:"error,omitempty"` // the name that the step failed by
	Cause string `json:"cause,omitempty"`
}

// Ids of a trip's items are made of its own, so that a repeated step finds its own item.
func (t Trip) hotelID() string     { return t.ID + "-hotel" }
func (t Trip) flightID() string    { return t.ID + "-flight" }
func (t Trip) carRentalID() string { return t.ID + "-rental" }
func (t Trip) paymentID() string   { return t.ID + "-payment" }

// hold names the hold on the apartment that is the trip's lodging.
func (t Trip) hold() booking.TripHold {
	return booking.TripHold{TripID: t.ID, TenantID: t.TenantID, ApartmentID: t.Lodging.ApartmentID,
		ReservationID: booking.ReservationKind + "_" + t.hotelID()}
}

// CurrentExecution is the name of the execution that speaks for the trip now.
func (t Trip) CurrentExecution() string {
	if t.Execution.Repairs > 0 {
		return t.Execution.Name(t.ID)
	}
	return t.ExecutionName
}

// inOurApartment reports whether the lodging is one of our apartments.
func (t Trip) inOurApartment() bool { return t.Lodging != nil && t.Lodging.ApartmentID != "" }

// captured reports whether the trip's money has been taken.
func (t Trip) captured() bool { return t.Charge != nil && t.Charge.Status == booking.Captured }

// settled reports whether no money of the trip's is, or may come to be, at the gateway.
func (t Trip) settled() bool {
	if t.Charge == nil {
		return true
	}
	switch t.Charge.Status {
	case booking.Refunded, booking.Voided, booking.Declined:
		return true
	}
	return false
}

// complete reports whether everything that the trip wants is confirmed.
func (t Trip) complete() bool {
	return t.Payment != nil && t.Payment.Status == Confirmed &&
		t.Flight != nil && t.Flight.Status == Confirmed &&
		(t.Lodging == nil || t.Hotel != nil && t.Hotel.Status == Confirmed) &&
		(t.Car == nil || t.CarRental != nil && t.CarRental.Status == Confirmed)
}
