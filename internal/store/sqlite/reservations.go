package sqlite

import (
	"context"

	"zombiezen.com/go/sqlite"

	"github.com/vacancy/vacancy/internal/booking"
)

// Reservation implements booking.Store.
func (s *Store) Reservation(ctx context.Context, id string) (booking.Reservation, error) {
	var r reservationRow
	err := s.db.Read(ctx, func(conn *sqlite.Conn) error {
		row, found, err := readReservation(conn, id)
		if err == nil && !found {
			err = booking.ReservationNotFound(id)
		}
		r = row
		return err
	})
	return r.Reservation, err
}

// ReservationsByID implements booking.Store.
func (s *Store) ReservationsByID(ctx context.Context, ids []string) ([]booking.Reservation, error) {
	var all []booking.Reservation
	err := s.db.Read(ctx, func(conn *sqlite.Conn) error {
		all = nil
		for _, id := range distinct(ids) {
			r, found, err := readReservation(conn, id)
			if err != nil {
				return err
			}
			if found {
				all = append(all, r.Reservation)
			}
		}
		return nil
	})
	return all, err
}
