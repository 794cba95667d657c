package dynamo

import (
	"context"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
)

// DueHolds implements booking.Store.
func (s *Store) DueHolds(ctx context.Context, now time.Time, after booking.DueCursor, limit int) ([]booking.DueHold, error) {
	r := Range{Index: Index4, Partitions: buckets(reservationBuckets, dueReservations), From: first, To: endOf(now)}
	passed := ""
	if after != (booking.DueCursor{}) {
		passed = timeSort(after.Deadline, after.ReservationID)
		r.From = passed
	}
	found, err := s.leftToDo(ctx, r, passed, limit)
	due := make([]booking.DueHold, len(found))
	for i, r := range found {
		due[i] = booking.DueHold{ReservationID: r.ID, Deadline: r.HoldExpiresAt, TaskToken: r.TaskToken}
	}
	return due, err
}

// NextDeadline implements booking.Store. The index may lag: at worst somebody looks at a
// time when nothing is due.
func (s *Store) NextDeadline(ctx context.Context, after time.Time) (at time.Time, ok bool, err error) {
	rows := s.table.Query(Range{Index: Index4, Partitions: buckets(reservationBuckets, dueReservations),
		From: endOf(after), To: last, Limit: reservationBuckets, Likely: 1})
	row, ok, err := rows.Next(ctx)
	if err != nil || !ok {
		return time.Time{}, false, err
	}
	at, err = timeOf(row.Sort)
	return at, err == nil, err
}

// ToStart implements booking.Store. Oldest first.
func (s *Store) ToStart(ctx context.Context, limit int) ([]booking.Reservation, error) {
	return s.leftToDo(ctx, Range{Index: Index5, Partitions: buckets(reservationBuckets, toStartReservations), From: first, To: last}, "", limit)
}

// Unsettled implements booking.Store. Oldest first.
func (s *Store) Unsettled(ctx context.Context, limit int) ([]booking.Reservation, error) {
	return s.leftToDo(ctx, Range{Index: Index4, Partitions: buckets(reservationBuckets, unsettledReservations), From: first, To: last}, "", limit)
}

// leftToDo answers the reservations of a sparse index, in its order after the sort key
// passed, as they are stored. Those that are in the index no more are left out.
func (s *Store) leftToDo(ctx context.Context, r Range, passed string, limit int) ([]booking.Reservation, error) {
	// What is done already leaves the index within a second: few rows are in vain.
	r.Limit, r.Likely = 2*limit+reservationBuckets, limit/reservationBuckets+1
	rows := s.table.Query(r)
	l := list[booking.Reservation]{after: passed, rows: r, of: reservationOf, wanted: func(booking.Reservation) bool { return true }}
	var found []booking.Reservation
	for {
		size := min(limit-len(found), batchGet)
		chunk, err := l.chunk(ctx, s.table, rows, size)
		if err != nil {
			return nil, err
		}
		for _, e := range chunk {
			if e.wanted {
				found = append(found, e.item)
			}
		}
		if len(found) == limit || len(chunk) < size {
			return found, nil
		}
	}
}
