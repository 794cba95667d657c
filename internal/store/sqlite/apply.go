package sqlite

import (
	"context"
	"fmt"

	"zombiezen.com/go/sqlite"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/groupcommit"
	"github.com/vacancy/vacancy/internal/workflow"
)

// Apply implements booking.Store.
func (s *Store) Apply(ctx context.Context, i booking.Intention, idem *booking.Idempotency) (booking.Booking, error) {
	a := applying{intention: i, idem: idem, keys: s.keys}
	if idem != nil {
		a.key = digest(*idem)
	}
	if err := s.writeJoint(ctx, a.write); err != nil {
		return booking.Booking{}, err
	}
	return a.result, nil
}

// priority is Urgent unless a step of an execution writes that nobody waits for yet.
func priority(ctx context.Context) groupcommit.Priority {
	if task, ok := workflow.TaskFromContext(ctx); ok && task.Backlog {
		return groupcommit.Backlog
	}
	return groupcommit.Urgent
}

// applying is one intention on its way through the writer.
type applying struct {
	intention booking.Intention
	idem      *booking.Idempotency
	key       keyDigest
	keys      *holdKeys

	result booking.Booking
}

func (a *applying) write(conn *sqlite.Conn) error {
	replay := false
	if a.idem != nil {
		past, err := recall(conn, a.keys, a.key, *a.idem)
		if err != nil {
			return err
		}
		replay = past != nil
	}
	r, apartment, err := readBooking(conn, a.intention)
	if err != nil {
		return err
	}
	a.result = booking.Booking{Reservation: r.Reservation, Apartment: apartment.Apartment}
	if replay {
		return nil
	}
	next, changed, err := a.intention.Decide(a.result)
	if err != nil {
		return err
	}
	if a.idem != nil {
		if _, err := remember(conn, a.key, *a.idem); err != nil {
			return err
		}
	}
	if !changed {
		return nil
	}
	if !a.intention.NeedsApartment() {
		next.Apartment = booking.Apartment{}
	}
	a.result = next
	return writeBooking(conn, r, apartment, next, a.intention.NeedsApartment())
}

func readBooking(conn *sqlite.Conn, i booking.Intention) (r reservationRow, a apartmentRow, err error) {
	r, found, err := readReservation(conn, i.Reservation())
	if err == nil && !found {
		err = booking.ReservationNotFound(i.Reservation())
	}
	if err != nil || !i.NeedsApartment() {
		return r, a, err
	}
	a, found, err = readApartment(conn, r.ApartmentID)
	if err == nil && !found {
		err = fmt.Errorf("apartment %s of reservation %s is gone", r.ApartmentID, r.ID)
	}
	return r, a, err
}

func writeBooking(conn *sqlite.Conn, r reservationRow, a apartmentRow, next booking.Booking, withApartment bool) error {
	changed := r
	changed.Reservation = next.Reservation
	if err := updateReservation(conn, r, changed); err != nil || !withApartment {
		return err
	}
	if sameHold(a.Apartment, next.Apartment) {
		return nil
	}
	return updateHold(conn, apartmentRow{Apartment: next.Apartment, seq: a.seq, latest: a.latest})
}

func sameHold(a, b booking.Apartment) bool {
	return a.Status == b.Status && a.Epoch == b.Epoch && a.ReservationID == b.ReservationID &&
		a.HoldExpiresAt.Equal(b.HoldExpiresAt) && a.UpdatedAt.Equal(b.UpdatedAt)
}
