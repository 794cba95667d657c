package sqlite

import (
	"context"
	"time"

	"zombiezen.com/go/sqlite"

	"github.com/vacancy/vacancy/internal/booking"
)

const (
	dueHolds = `SELECT id, hold_expires_at, task_token FROM reservations
		WHERE status = 'HELD' AND hold_expires_at <= ? AND (hold_expires_at, seq) > (?, coalesce((SELECT seq FROM reservations WHERE id = ?), -1))
		ORDER BY hold_expires_at, seq LIMIT ?`

	nextDeadline = `SELECT hold_expires_at FROM reservations
		WHERE status = 'HELD' AND hold_expires_at > ? ORDER BY hold_expires_at LIMIT 1`

	toStart = "SELECT " + reservationColumns + " FROM reservations WHERE workflow_started = 0 ORDER BY placed_at LIMIT ?"

	// The condition is that of the index, to the letter.
	unsettled = "SELECT " + reservationColumns + ` FROM reservations
		WHERE status = 'CONFIRMING' OR (status NOT IN ('HELD', 'PAID') AND payment_status IN ('PENDING', 'AUTHORIZED', 'CAPTURED'))
		ORDER BY placed_at LIMIT ?`
)

// DueHolds implements booking.Store.
func (s *Store) DueHolds(ctx context.Context, now time.Time, after booking.DueCursor, limit int) ([]booking.DueHold, error) {
	var due []booking.DueHold
	err := s.db.Read(ctx, func(conn *sqlite.Conn) error {
		due = nil
		return query(conn, dueHolds,
			func(p *params) { p.time(now).int(nanos(after.Deadline)).text(after.ReservationID).int(int64(limit)) },
			func(c *columns) (bool, error) {
				due = append(due, booking.DueHold{ReservationID: c.text(), Deadline: c.time(), TaskToken: c.text()})
				return true, nil
			})
	})
	return due, err
}

// NextDeadline implements booking.Store.
func (s *Store) NextDeadline(ctx context.Context, after time.Time) (at time.Time, ok bool, err error) {
	err = s.db.Read(ctx, func(conn *sqlite.Conn) (err error) {
		ok, err = queryOne(conn, nextDeadline, func(p *params) { p.int(nanos(after)) },
			func(c *columns) error {
				at = c.time()
				return nil
			})
		return err
	})
	return at, ok, err
}

// ToStart implements booking.Store. Oldest first.
func (s *Store) ToStart(ctx context.Context, limit int) ([]booking.Reservation, error) {
	return s.sweep(ctx, toStart, limit)
}

// Unsettled implements booking.Store. Oldest first.
func (s *Store) Unsettled(ctx context.Context, limit int) ([]booking.Reservation, error) {
	return s.sweep(ctx, unsettled, limit)
}

func (s *Store) sweep(ctx context.Context, sql string, limit int) ([]booking.Reservation, error) {
	var found []booking.Reservation
	err := s.db.Read(ctx, func(conn *sqlite.Conn) error {
		found = nil
		return query(conn, sql, func(p *params) { p.int(int64(limit)) },
			func(c *columns) (bool, error) {
				r, err := scanReservation(c)
				found = append(found, r.Reservation)
				return err == nil, err
			})
	})
	return found, err
}

// nanos is a time as the file has it; the zero time comes before all others.
func nanos(t time.Time) int64 {
	if t.IsZero() {
		return -1 << 63
	}
	return t.UnixNano()
}
