package dynamo

import (
	"context"

	"github.com/vacancy/vacancy/internal/booking"
)

// Apply implements booking.Store.
func (s *Store) Apply(ctx context.Context, i booking.Intention, idem *booking.Idempotency) (booking.Booking, error) {
	return Change(ctx, s.table, func(ctx context.Context, attempt int) (d Decision[booking.Booking], err error) {
		if idem != nil && attempt > 0 { // the key may be what stood in the way
			past, err := s.Recall(ctx, *idem)
			if err != nil {
				return d, err
			}
			if past != nil {
				read, err := s.readBooking(ctx, i)
				d.Answer = read.Booking
				return d, err
			}
		}
		return s.decide(ctx, i, idem)
	})
}

// bookingRead is a booking and the items it was read from.
type bookingRead struct {
	booking.Booking
	reservation, apartment Stored
}

func (s *Store) readBooking(ctx context.Context, i booking.Intention) (b bookingRead, err error) {
	if b.Reservation, b.reservation, err = s.readReservation(ctx, i.Reservation()); err != nil || !i.NeedsApartment() {
		return b, err
	}
	b.Apartment, b.apartment, err = s.readApartment(ctx, b.Reservation.ApartmentID)
	return b, mustBeThere(err)
}

func (s *Store) decide(ctx context.Context, i booking.Intention, idem *booking.Idempotency) (d Decision[booking.Booking], err error) {
	read, err := s.readBooking(ctx, i)
	if err != nil {
		return d, s.reusedOr(ctx, idem, err)
	}
	next, changed, refusal := i.Decide(read.Booking)
	if refusal != nil || !changed {
		return s.nothingToDo(ctx, i, idem, read, refusal)
	}
	tx := &Transaction{}
	Put(tx, read.reservation, itemOfReservation(next.Reservation))
	switch {
	case !i.NeedsApartment():
		next.Apartment = booking.Apartment{}
	case sameHold(read.Apartment, next.Apartment):
		tx.Check(read.apartment) // it was decided on
	default:
		Put(tx, read.apartment, itemOfApartment(next.Apartment))
	}
	if idem != nil {
		remember(tx, *idem)
	}
	tenant := usageBy(next.Reservation.TenantID)
	tenant.became(&read.Booking.Reservation, next.Reservation)
	tenant.write(tx)
	return Decision[booking.Booking]{Answer: next, Transaction: tx}, nil
}

// nothingToDo answers a refusal, or that the effect is there already. Neither writes, so
// no condition tells whether reservation and apartment were read at one moment: reading
// the reservation again does.
func (s *Store) nothingToDo(ctx context.Context, i booking.Intention, idem *booking.Idempotency, read bookingRead, refusal error) (d Decision[booking.Booking], err error) {
	d.Answer = read.Booking
	if idem != nil {
		past, err := s.Recall(ctx, *idem)
		if err != nil {
			return d, err
		}
		if past != nil {
			again, err := s.readBooking(ctx, i)
			d.Answer = again.Booking
			return d, err
		}
	}
	if i.NeedsApartment() {
		if err := s.stillSo(ctx, read.reservation); err != nil {
			return d, err
		}
	}
	if refusal != nil || idem == nil {
		return d, refusal
	}
	d.Transaction = &Transaction{}
	remember(d.Transaction, *idem)
	d.Transaction.Check(read.reservation)
	if i.NeedsApartment() {
		d.Transaction.Check(read.apartment)
	}
	return d, nil
}

// reusedOr answers err, unless the key was used with other arguments: that comes first.
func (s *Store) reusedOr(ctx context.Context, idem *booking.Idempotency, err error) error {
	if idem == nil || booking.CodeOf(err) == "" {
		return err
	}
	if _, reused := s.Recall(ctx, *idem); reused != nil {
		return reused
	}
	return err
}

func sameHold(a, b booking.Apartment) bool {
	return a.Status == b.Status && a.Epoch == b.Epoch && a.ReservationID == b.ReservationID &&
		a.HoldExpiresAt.Equal(b.HoldExpiresAt) && a.UpdatedAt.Equal(b.UpdatedAt)
}
