package dynamo

import (
	"context"
	"fmt"

	"github.com/vacancy/vacancy/internal/booking"
)

// PlaceHold implements booking.Store. A live hold is refused without a write. Otherwise one
// transaction over at most six items: the new reservation, the apartment, the idempotency
// record, what the tenant takes of the limits, and on takeover the old reservation and what
// its tenant takes. Each on the condition that it is as it was read: so the epoch, the
// status, the old payment and the count are those that were decided on.
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
	h, err := s.readHold(ctx, p)
	if booking.CodeOf(err) == booking.NotFound {
		return s.replayHoldOr(ctx, p, err)
	}
	if err != nil {
		return d, err
	}
	placed, refusal := p.Decide(h.apartment, h.current)
	if refusal != nil && h.current != nil {
		if err := s.stillSo(ctx, h.wasApartment); err != nil {
			return d, err
		}
	}
	tx := &Transaction{}
	if refusal == nil {
		refusal = h.write(tx, p, placed)
	}
	if refusal != nil {
		return s.replayHoldOr(ctx, p, refusal)
	}
	return Decision[booking.Reservation]{Answer: placed.Reservation, Transaction: tx}, nil
}

// write writes the hold, unless the tenant holds too much already.
func (h *holdRead) write(tx *Transaction, p booking.PlaceHold, placed booking.Placed) error {
	Create(tx, reservationKey(placed.Reservation.ID), itemOfReservation(placed.Reservation))
	Put(tx, h.wasApartment, itemOfApartment(placed.Apartment))
	remember(tx, p.Idempotency)
	tenant := usageBy(p.TenantID)
	if old := placed.Expired; old != nil {
		Put(tx, h.wasCurrent, itemOfReservation(*old))
		of := tenant
		if old.TenantID != p.TenantID {
			of = usageBy(old.TenantID)
		}
		of.became(h.current, *old)
		if of != tenant {
			of.write(tx)
		}
	}
	return tenant.admit(tx, p, h.wasUsage, placed.Reservation)
}

// holdRead is what placing a hold looks at.
type holdRead struct {
	apartment    booking.Apartment
	wasApartment Stored
	current      *booking.Reservation // which has the apartment; nil: none
	wasCurrent   Stored
	wasUsage     Stored // of the tenant, where there are limits
}

func (s *Store) readHold(ctx context.Context, p booking.PlaceHold) (*holdRead, error) {
	keys := []Key{apartmentKey(p.ApartmentID)}
	if !p.Limits.None() {
		keys = append(keys, usageKey(p.TenantID))
	}
	read, err := s.table.GetAll(ctx, keys)
	if err != nil {
		return nil, err
	}
	h := &holdRead{wasApartment: read[apartmentKey(p.ApartmentID)], wasUsage: read[usageKey(p.TenantID)]}
	visible := h.wasApartment.Exists()
	if visible {
		if visible, err = s.visible(ctx, h.wasApartment); err != nil {
			return nil, err
		}
	}
	if !visible {
		return nil, booking.ApartmentNotFound(p.ApartmentID)
	}
	if h.apartment, err = apartmentOf(h.wasApartment); err != nil || h.apartment.Status != booking.Reserved {
		return h, err
	}
	r, was, err := s.readReservation(ctx, h.apartment.ReservationID)
	if err != nil {
		return nil, fmt.Errorf("the reservation that has apartment %s: %w", p.ApartmentID, mustBeThere(err))
	}
	h.current, h.wasCurrent = &r, was
	return h, nil
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
