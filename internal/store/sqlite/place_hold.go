package sqlite

import (
	"context"
	"fmt"

	"zombiezen.com/go/sqlite"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/groupcommit"
	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/local"
)

// PlaceHold implements booking.Store. With Options.StartExecutions it creates the
// reservation's execution in the same transaction.
func (s *Store) PlaceHold(ctx context.Context, p booking.PlaceHold) (booking.Reservation, error) {
	hold := placing{PlaceHold: p, key: digest(p.Idempotency), keys: s.keys, start: s.options.StartExecutions}
	err := s.db.Write(ctx, groupcommit.Urgent, hold.write)
	if hold.started {
		// Also when the answer of the commit was lost: the execution may be there.
		s.journal.signalStarted()
	}
	if err != nil {
		return booking.Reservation{}, err
	}
	return hold.placed, nil
}

// placing is one PlaceHold on its way through the writer.
type placing struct {
	booking.PlaceHold
	key   keyDigest
	keys  *holdKeys
	start *StartExecutions

	placed  booking.Reservation
	started bool
}

// write reads, decides and writes. In the common case, a vacant apartment and a new
// key, that is one SELECT, two INSERTs and one UPDATE: that the key is new is seen in memory.
func (h *placing) write(conn *sqlite.Conn) error {
	h.started = false
	a, found, err := readHold(conn, h.ApartmentID)
	if err != nil {
		return err
	}
	if !found {
		return h.replayOr(conn, booking.ApartmentNotFound(h.ApartmentID))
	}
	var old reservationRow
	var current *booking.Reservation
	if a.Status == booking.Reserved {
		if old, found, err = readReservation(conn, a.ReservationID); err != nil {
			return err
		} else if found {
			current = &old.Reservation
		}
	}
	decided, err := h.Decide(a.Apartment, current)
	if err == nil {
		err = h.admit(conn)
	}
	if err != nil {
		return h.replayOr(conn, err)
	}
	fresh, err := h.store(conn, a, old, decided)
	if err == nil && !fresh {
		err = h.replayOr(conn, fmt.Errorf("the record of idempotency key %x is gone again", h.key))
	}
	return err
}

// replayOr answers what the key was answered with before, or the refusal if it is new.
func (h *placing) replayOr(conn *sqlite.Conn, refusal error) error {
	past, err := recall(conn, h.keys, h.key, h.Idempotency)
	if err != nil {
		return err
	}
	if past == nil {
		return refusal
	}
	r, found, err := readReservation(conn, past.ResultID)
	if err == nil && !found {
		err = fmt.Errorf("reservation %s of idempotency key %x is gone", past.ResultID, h.key)
	}
	h.placed = r.Reservation
	return err
}

// store writes what was decided, or answers false and has written nothing if the key is known.
func (h *placing) store(conn *sqlite.Conn, a apartmentRow, old reservationRow, decided booking.Placed) (fresh bool, err error) {
	if past, err := recallHold(conn, h.keys, h.key); err != nil || past != nil {
		return false, err
	}
	r := decided.Reservation
	start := h.start != nil && r.TripID == ""
	r.WorkflowStarted = r.WorkflowStarted || start
	seq, err := insertReservation(conn, r, a.latest, h.key, h.Idempotency.Fingerprint)
	if err != nil {
		return false, err
	}
	h.keys.add(h.key, seq)
	if decided.Expired != nil {
		expired := old
		expired.Reservation = *decided.Expired
		if err := updateReservation(conn, old, expired); err != nil {
			return false, err
		}
	}
	if start {
		h.started = true
		_, err := insertExecution(conn, local.Record{
			ExecutionID: workflow.ExecutionID{Machine: h.start.Machine, Name: decided.Start.Name},
			Definition:  h.start.Definition, Input: decided.Start.Input, StartedAt: h.Now,
		})
		if err != nil {
			return false, err
		}
	}
	h.placed = r
	return true, updateHold(conn, apartmentRow{Apartment: decided.Apartment, seq: a.seq, latest: seq})
}
