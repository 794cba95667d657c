package booking

import "time"

// ApartmentStatus: VACANT → RESERVED → PAID → OCCUPIED, and back to VACANT.
// WITHDRAWN ones are not offered.
type ApartmentStatus string

const (
	Vacant        ApartmentStatus = "VACANT"
	Reserved      ApartmentStatus = "RESERVED"
	ApartmentPaid ApartmentStatus = "PAID"
	Occupied      ApartmentStatus = "OCCUPIED"
	Withdrawn     ApartmentStatus = "WITHDRAWN"
)

// RentPeriod says what the price of an apartment buys.
type RentPeriod string

const (
	Monthly         RentPeriod = "MONTHLY"
	Weekly          RentPeriod = "WEEKLY"
	MonthlyOrWeekly RentPeriod = "MONTHLY_OR_WEEKLY"
)

// Listing is what a manager says of an apartment. Facts that are not known are nil.
type Listing struct {
	Title      string
	City       string   // as written; "" if not known
	State      string   // two capital letters; "" if not known
	Bedrooms   *int     // 0 is a studio
	Bathrooms  *float64 // 1.5 has a bath and a toilet
	SquareFeet *int
	Pets       []string // "Cats", "Dogs"; empty: none allowed or not known
	Price      Money
	RentPeriod RentPeriod
	// PaymentWindow is how long a hold on this apartment lasts; 0: the deployment's.
	PaymentWindow time.Duration
	// LateMoney is what becomes of money that came after the hold ended; "": the deployment's.
	LateMoney LateMoney
}

// LateMoney says what becomes of money that is authorized after its hold has ended.
type LateMoney string

const (
	// RefundLate gives it back.
	RefundLate LateMoney = "REFUND"
	// ReacquireElseRefund gives the tenant the apartment after all, at the old price, if it
	// is still VACANT, and otherwise the money back.
	ReacquireElseRefund LateMoney = "REACQUIRE_ELSE_REFUND"
)

// Valid reports whether it is one of the policies.
func (l LateMoney) Valid() bool { return l == RefundLate || l == ReacquireElseRefund }

// Apartment is one apartment and the hold on it.
type Apartment struct {
	ID       string
	SourceID string // the listing's id where it was imported from; "" if made here
	Listing
	Status ApartmentStatus
	// Epoch grows with every hold (a fencing token). Whatever acts on a hold names it.
	Epoch int64
	// ReservationID is the reservation that has the apartment (RESERVED, PAID, OCCUPIED).
	ReservationID string
	// HoldExpiresAt is the deadline of that reservation's hold, while RESERVED.
	HoldExpiresAt time.Time
	CreatedAt     time.Time
	UpdatedAt     time.Time
}
