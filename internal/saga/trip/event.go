package trip

import (
	"slices"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
)

// EventKind says what happened.
type EventKind string

const (
	TripRequested      EventKind = "TRIP_REQUESTED"
	HotelReserved      EventKind = "HOTEL_RESERVED"
	FlightReserved     EventKind = "FLIGHT_RESERVED"
	CarRentalReserved  EventKind = "CAR_RENTAL_RESERVED"
	PaymentRequested   EventKind = "PAYMENT_REQUESTED"
	PaymentAuthorized  EventKind = "PAYMENT_AUTHORIZED"
	PaymentCaptured    EventKind = "PAYMENT_CAPTURED"
	HotelConfirmed     EventKind = "HOTEL_CONFIRMED"
	FlightConfirmed    EventKind = "FLIGHT_CONFIRMED"
	CarRentalConfirmed EventKind = "CAR_RENTAL_CONFIRMED"
	TripBooked         EventKind = "TRIP_BOOKED"
	CompensationBegun  EventKind = "COMPENSATION_BEGUN"
	PaymentReturned    EventKind = "PAYMENT_RETURNED" // refunded, voided, or never taken
	CarRentalCancelled EventKind = "CAR_RENTAL_CANCELLED"
	FlightCancelled    EventKind = "FLIGHT_CANCELLED"
	HotelCancelled     EventKind = "HOTEL_CANCELLED"
	TripFailed         EventKind = "TRIP_FAILED"
	AttentionNeeded    EventKind = "ATTENTION_NEEDED"
	TripResumed        EventKind = "TRIP_RESUMED"
	RepairStarted      EventKind = "REPAIR_STARTED"
)

// Event is one thing that happened to a trip, written in the transaction that made it
// happen.
type Event struct {
	Kind   EventKind `json:"kind"`
	At     time.Time `json:"at"`
	By     string    `json:"by,omitempty"`     // the principal, or booking.BySystem
	Amount int64     `json:"amount,omitempty"` // minor units of the trip's currency, where money moved
	Note   string    `json:"note,omitempty"`
}

// record appends to the timeline without touching the slice that was read.
func (t *Trip) record(kind EventKind, on On, amount int64, note string) {
	by := on.By
	if by == "" {
		by = booking.BySystem
	}
	t.Timeline = append(slices.Clip(t.Timeline), Event{Kind: kind, At: on.Now, By: by, Amount: amount, Note: note})
	t.UpdatedAt = on.Now
}
