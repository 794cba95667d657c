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
	if err := t.undoable(); err != nil || t.Undone.Has(ReserveCarRental) {
		return t, false, err
	}
	t.compensate(i.On, Failure{})
	t.CarRental = nil
	t.Undone = t.Undone.With(ReserveCarRental)
	t.record(CarRentalCancelled, i.On, 0, "")
	return t, true, nil
}

// RemoveFlight: flight deleted, ReserveFlight undone, whether or not it was there.
type RemoveFlight struct{ On }

func (i RemoveFlight) Decide(t Trip) (Trip, bool, error) {
	if err := t.undoable(); err != nil || t.Undone.Has(ReserveFlight) {
		return t, false, err
	}
	t.compensate(i.On, Failure{})
	t.Flight = nil
	t.Undone = t.Undone.With(ReserveFlight)
	t.record(FlightCancelled, i.On, 0, "")
	return t, true, nil
}

// RemoveHotel: hotel deleted, ReserveHotel undone, whether or not it was there. The hold
// on an apartment of ours has been released.
type RemoveHotel struct{ On }

func (i RemoveHotel) Decide(t Trip) (Trip, bool, error) {
	if err := t.undoable(); err != nil || t.Undone.Has(ReserveHotel) {
		return t, false, err
	}
	t.compensate(i.On, Failure{})
	t.Hotel = nil
	t.Undone = t.Undone.With(ReserveHotel)
	t.record(HotelCancelled, i.On, 0, "")
	return t, true, nil
}
