package dynamo

import (
	"context"

	"github.com/vacancy/vacancy/internal/booking"
)

// Reservation implements booking.Store.
func (s *Store) Reservation(ctx context.Context, id string) (booking.Reservation, error) {
	r, _, err := s.readReservation(ctx, id)
	return r, err
}

// ReservationsByID implements booking.Store.
func (s *Store) ReservationsByID(ctx context.Context, ids []string) ([]booking.Reservation, error) {
	return byID(ctx, s.table, ids, reservationKey, reservationOf)
}
