package dynamo

import (
	"context"

	"github.com/vacancy/vacancy/internal/booking"
)

// ListApartments implements booking.Store.
func (s *Store) ListApartments(ctx context.Context, q booking.ApartmentQuery) (page booking.Page[booking.Apartment], err error) {
	l := list[booking.Apartment]{kind: byNewestList, first: q.First, rows: apartmentRange(q), likely: likelyApartment(q), of: apartmentOf, view: s.view(),
		wanted: func(a booking.Apartment) bool { return q.Status == "" || a.Status == q.Status }}
	if q.Order == booking.ByPrice {
		l.kind = byPriceList
	}
	if q.After != "" {
		if l.after, err = parseCursor(l.kind, q.After); err != nil {
			return page, err
		}
	}
	return l.page(ctx, s.table)
}

// apartmentRange is the one range that a query reads. Bedrooms and, in the order NEWEST,
// the price are looked at inside it.
func apartmentRange(q booking.ApartmentQuery) Range {
	r := Range{Index: Index4, From: first, To: last, Descending: true}
	if q.Order == booking.ByPrice {
		r = Range{Index: Index1, From: priceSort(q.MinPrice, ""), To: last}
		if q.MaxPrice != 0 {
			r.To = priceSort(min(q.MaxPrice, booking.MaxAmount), last)
		}
	}
	switch {
	case q.City != "":
		r.Index += 2
		r.Partitions = buckets(apartmentBuckets, func(b string) string { return townsApartments(b, q.State, q.City) })
	case q.State != "":
		r.Index++
		r.Partitions = buckets(apartmentBuckets, func(b string) string { return apartmentsIn(b, q.State) })
	default:
		r.Partitions = buckets(apartmentBuckets, allApartments)
	}
	return r
}

// facts of an apartment that the indexes project.
type facts struct {
	Price    int64 `dynamodbav:"price"`
	Bedrooms *int  `dynamodbav:"bedrooms"`
}

func likelyApartment(q booking.ApartmentQuery) func(Row) (bool, error) {
	return func(r Row) (bool, error) {
		var f facts
		err := r.Decode(&f)
		return f.Price >= q.MinPrice && (q.MaxPrice == 0 || f.Price <= q.MaxPrice) &&
			(q.MinBedrooms == 0 || f.Bedrooms != nil && *f.Bedrooms >= q.MinBedrooms), err
	}
}
