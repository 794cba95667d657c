package dynamo

import (
	"context"
	"fmt"

	"github.com/vacancy/vacancy/internal/booking"
)

// PlaceHold implements booking.Store. A live hold is refused without a write. Otherwise one
// transaction over at most four items: the new reservation, the apartment, the idempotency
// record, and on takeover the old reservation. Each on the condition that it is as it was
// read: so the epoch, the status and the old payment are those that were decided on.
func (s *Store) PlaceHold(ctx context.Context, p booking.PlaceHold) (booking.Reservation, error) {
	return Change(ctx, s.table, func(ctx context.Context, attempt int) (Decision[booking.Reservation], error) {
		if attempt > 0 { // the key may be what stood in the way
			if d, replayed, err := s.replayHold(ctx, p); replayed || err != nil {
				return d, err
			}
		}
		return s.decideHold(ctx, p)
	})
}

func (s *Store) decideHold(ctx context.Context, p booking.PlaceHold) (d Decision[booking.Reservation], err error) {
	a, wasApartment, err := s.readApartment(ctx, p.ApartmentID)
	if booking.CodeOf(err) == booking.NotFound {
		return s.replayHoldOr(ctx, p, err)
	}
	if err != nil {
		return d, err
	}
	var current *booking.Reservation
	var wasCurrent Stored
	if a.Status == booking.Reserved {
		r, was, err := s.readReservation(ctx, a.ReservationID)
		if err != nil {
			return d, fmt.Errorf("the reservation that has apartment %s: %w", a.ID, mustBeThere(err))
		}
		current, wasCurrent = &r, was
	}
	placed, refusal := p.Decide(a, current)
	if refusal != nil {
		if current != nil {
			if err := s.stillSo(ctx, wasApartment); err != nil {
				return d, err
			}
		}
		return s.replayHoldOr(ctx, p, refusal)
	}
	tx := &Transaction{}
	Create(tx, reservationKey(placed.Reservation.ID), itemOfReservation(placed.Reservation))
	Put(tx, wasApartment, itemOfApartment(placed.Apartment))
	remember(tx, p.Idempotency)
	if placed.Expired != nil {
		Put(tx, wasCurrent, itemOfReservation(*placed.Expired))
	}
	return Decision[booking.Reservation]{Answer: placed.Reservation, Transaction: tx}, nil
}

// replayHold answers what the key was answered with before.
func (s *Store) replayHold(ctx context.Context, p booking.PlaceHold) (d Decision[booking.Reservation], replayed bool, err error) {
	past, err := s.Recall(ctx, p.Idempotency)
	if err != nil || past == nil {
		return d, false, err
	}
	d.Answer, _, err = s.readReservation(ctx, past.ResultID)
	return d, true, mustBeThere(err)
}

func (s *Store) replayHoldOr(ctx context.Context, p booking.PlaceHold, refusal error) (Decision[booking.Reservation], error) {
	d, replayed, err := s.replayHold(ctx, p)
	if err == nil && !replayed {
		err = refusal
	}
	return d, err
}

// stillSo reads an item again. What was read after it the first time and before it the
// second was read at the same moment, unless the item has changed: then ErrReadAgain.
func (s *Store) stillSo(ctx context.Context, was Stored) error {
	now, err := s.table.Get(ctx, was.Key)
	if err == nil && !now.Unchanged(was) {
		err = ErrReadAgain
	}
	return err
}

// mustBeThere makes an error of ours of a refusal that something is not found which
// another item names.
func mustBeThere(err error) error {
	if booking.CodeOf(err) == booking.NotFound {
		return fmt.Errorf("an item is gone: %s", err.Error())
	}
	return err
}
