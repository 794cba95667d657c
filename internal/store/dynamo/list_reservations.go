package dynamo

import (
	"context"

	"github.com/vacancy/vacancy/internal/booking"
)

// ListReservations implements booking.Store.
func (s *Store) ListReservations(ctx context.Context, q booking.ReservationQuery) (page booking.Page[booking.Reservation], err error) {
	l := list[booking.Reservation]{kind: reservationList, first: q.First, rows: reservationRange(q), of: reservationOf,
		wanted: func(r booking.Reservation) bool {
			return (q.Status == "" || r.Status == q.Status) && (q.TenantID == "" || r.TenantID == q.TenantID)
		}}
	if q.After != "" {
		if l.after, err = parseCursor(l.kind, q.After); err != nil {
			return page, err
		}
	}
	return l.page(ctx, s.table)
}

// reservationRange is the one range that a query reads. Of an apartment's, a tenant's are
// looked for inside it.
func reservationRange(q booking.ReservationQuery) Range {
	r := Range{From: first, To: last, Descending: true}
	switch {
	case q.ApartmentID != "":
		r.Index, r.Partitions = Index2, []string{apartmentsReservations(q.ApartmentID)}
	case q.TenantID != "":
		r.Index, r.Partitions = Index1, []string{tenantsReservations(q.TenantID)}
	default:
		r.Index, r.Partitions = Index3, buckets(reservationBuckets, allReservations)
	}
	return r
}
