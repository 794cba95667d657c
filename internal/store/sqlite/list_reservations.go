package sqlite

import (
	"context"
	"math"

	"zombiezen.com/go/sqlite"

	"github.com/vacancy/vacancy/internal/booking"
)

const (
	reservationsOfAll    = "SELECT " + reservationColumns + " FROM reservations WHERE seq < ? ORDER BY seq DESC LIMIT ?"
	reservationsOfTenant = "SELECT " + reservationColumns + " FROM reservations WHERE tenant_id = ? AND seq < ? ORDER BY seq DESC LIMIT ?"

	// An apartment's reservations are a list linked by `previous`, from the apartment's
	// `latest` back: placing a hold then has no index of them to write, at a random
	// place for each apartment.
	latestOfApartment   = "SELECT latest FROM apartments WHERE id = ?"
	previousOf          = "SELECT previous FROM reservations WHERE seq = ? AND apartment_id = ?"
	reservationNumbered = "SELECT " + reservationColumns + " FROM reservations WHERE seq = ?"
)

// ListReservations implements booking.Store.
func (s *Store) ListReservations(ctx context.Context, q booking.ReservationQuery) (booking.Page[booking.Reservation], error) {
	after := place{value: math.MaxInt64}
	if q.After != "" {
		var ok bool
		if after, ok = parseCursor(reservationsOf, q.After); !ok || after.id != "" {
			return booking.Page[booking.Reservation]{}, badCursor(q.After)
		}
	}
	page := pager[booking.Reservation]{kind: reservationsOf, first: q.First}
	add := func(r reservationRow) bool {
		wanted := (q.Status == "" || r.Status == q.Status) && (q.TenantID == "" || r.TenantID == q.TenantID)
		return page.add(r.Reservation, place{value: r.seq}, wanted)
	}
	err := s.db.Read(ctx, func(conn *sqlite.Conn) error {
		page.begin()
		if q.ApartmentID != "" {
			return followApartment(conn, q, after.value, add)
		}
		sql := reservationsOfAll
		if q.TenantID != "" {
			sql = reservationsOfTenant
		}
		return query(conn, sql,
			func(p *params) {
				if q.TenantID != "" {
					p.text(q.TenantID)
				}
				p.int(after.value).int(booking.MaxRowsRead + 1)
			},
			func(c *columns) (bool, error) {
				r, err := scanReservation(c)
				return err == nil && add(r), err
			})
	})
	return page.page, err
}

// followApartment goes through an apartment's reservations, newest first.
func followApartment(conn *sqlite.Conn, q booking.ReservationQuery, after int64, add func(reservationRow) bool) error {
	sql, bind := latestOfApartment, func(p *params) { p.text(q.ApartmentID) }
	if q.After != "" {
		sql, bind = previousOf, func(p *params) { p.int(after).text(q.ApartmentID) }
	}
	var seq int64
	found, err := queryOne(conn, sql, bind, func(c *columns) error {
		seq = c.int()
		return nil
	})
	if err == nil && !found && q.After != "" {
		err = badCursor(q.After)
	}
	for more := true; err == nil && more && seq != 0; {
		_, err = queryOne(conn, reservationNumbered, func(p *params) { p.int(seq) }, func(c *columns) error {
			r, err := scanReservation(c)
			seq, more = r.previous, err == nil && add(r)
			return err
		})
	}
	return err
}
