package trip

import (
	"errors"
	"fmt"

	"github.com/vacancy/vacancy/internal/booking"
)

// BeginCompensation: BOOKING → COMPENSATING. From here no step goes on,
// however late it arrives. A trip that is BOOKED is not undone.
type BeginCompensation struct {
	On
	Failure Failure // the zero value where it is not known, or recorded already
}

func (i BeginCompensation) Decide(t Trip) (Trip, bool, error) {
	changed := t.compensate(i.On, i.Failure)
	return t, changed, t.undoable()
}

// compensate puts up the fence; false where it stands already.
func (t *Trip) compensate(on On, f Failure) bool {
	if t.Status != Booking {
		return false
	}
	t.Status, t.Failure = Compensating, f
	t.record(CompensationBegun, on, 0, f.Error)
	return true
}

// ErrBooked: everything of the trip is confirmed, so nothing of it is undone. The step that
// was thought to have failed, the last one, had done its work.
var ErrBooked = errors.New("the trip is booked")

func (t Trip) undoable() error {
	if t.Status == Booked {
		return fmt.Errorf("trip %s: %w", t.ID, ErrBooked)
	}
	return nil
}

// RecordReturn: charge returned by the gateway → payment deleted, TakePayment undone. With
// a trip that has no charge there was nothing to return.
type RecordReturn struct {
	On
	Returned booking.GatewayPayment // Status REFUNDED, VOIDED or DECLINED
}

func (i RecordReturn) Decide(t Trip) (Trip, bool, error) {
	if err := t.undoable(); err != nil || t.Undone.Has(TakePayment) {
		return t, false, err
	}
	t.compensate(i.On, Failure{})
	var amount int64
	note := "nothing had been taken"
	if t.Charge != nil {
		charge := t.withCharge()
		charge.Status, charge.DeclineCode, charge.EndedAt = i.Returned.Status, i.Returned.DeclineCode, i.Now
		amount, note = charge.Amount.Amount, string(charge.Status)
	}
	t.Payment = nil
	t.Undone = t.Undone.With(TakePayment)
	t.record(PaymentReturned, i.On, amount, note)
	return t, true, nil
}

// RemoveCarRental: car rental deleted, ReserveCarRental undone, whether or not it was there.
type RemoveCarRental struct{ On }

func (i RemoveCarRental) Decide(t Trip) (Trip, bool, error) {
	return t.remove(i.On, ReserveCarRental, CarRentalCancelled, func(t *Trip) { t.CarRental = nil })
}

// RemoveFlight: flight deleted, ReserveFlight undone, whether or not it was there.
type RemoveFlight struct{ On }

func (i RemoveFlight) Decide(t Trip) (Trip, bool, error) {
	return t.remove(i.On, ReserveFlight, FlightCancelled, func(t *Trip) { t.Flight = nil })
}

// RemoveHotel: hotel deleted, ReserveHotel undone, whether or not it was there. The hold
// on an apartment of ours has been released.
type RemoveHotel struct{ On }

func (i RemoveHotel) Decide(t Trip) (Trip, bool, error) {
	return t.remove(i.On, ReserveHotel, HotelCancelled, func(t *Trip) { t.Hotel = nil })
}

// remove undoes what a step reserved, once.
func (t Trip) remove(on On, reserved string, kind EventKind, item func(*Trip)) (Trip, bool, error) {
	if err := t.undoable(); err != nil || t.Undone.Has(reserved) {
		return t, false, err
	}
	t.compensate(on, Failure{})
	item(&t)
	t.Undone = t.Undone.With(reserved)
	t.record(kind, on, 0, "")
	return t, true, nil
}
