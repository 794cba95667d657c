package trip

import (
	"fmt"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/saga"
)

// Names of the steps that compensations undo, and of the compensations.
const (
	ReserveHotel     = "ReserveHotel"
	ReserveFlight    = "ReserveFlight"
	ReserveCarRental = "ReserveCarRental"
	TakePayment      = "TakePayment"

	RefundPayment   = "RefundPayment"
	CancelCarRental = "CancelCarRental"
	CancelFlight    = "CancelFlight"
	CancelHotel     = "CancelHotel"
)

// Intention is one change to a trip with its preconditions. Decide is pure. It answers
//   - (next, true, nil): write next, all of it or nothing;
//   - (same, false, nil): the effect is there already; nothing is written;
//   - (_, false, error): it may not be done; nothing is written.
type Intention interface {
	Trip() string // the id of the trip it is about
	Decide(Trip) (next Trip, changed bool, err error)
}

// On says what an intention is about, when and by whom: the part that all share.
type On struct {
	TripID string
	Now    time.Time // the one `now` of this decision, UTC
	By     string    // principal; "": booking.BySystem
}

// Trip answers the trip's id.
func (o On) Trip() string { return o.TripID }

// goesOn refuses a step of a trip that is being undone: it came too late.
func goesOn(t Trip, step string) error {
	if t.Status != Booking || t.Undone.Has(step) {
		return fmt.Errorf("%s of trip %s, which is %s: %w", step, t.ID, t.Status, saga.ErrStepUndone)
	}
	return nil
}

// wanting refuses a step that comes before what it builds on.
func wanting(t Trip, step, what string) error {
	return booking.Refuse(booking.InvalidInput, "%s of trip %s needs %s first", step, t.ID, what)
}
