package sqlite

import (
	"context"
	"math"

	"zombiezen.com/go/sqlite"

	"github.com/vacancy/vacancy/internal/booking"
)

// ListApartments implements booking.Store. The order, with the state or the state and
// the city where they are asked for, is one range of one index; status, bedrooms and,
// in the order NEWEST, the price are looked at row by row inside it.
func (s *Store) ListApartments(ctx context.Context, q booking.ApartmentQuery) (booking.Page[booking.Apartment], error) {
	list := apartmentRange(q)
	if q.After != "" {
		after, ok := parseCursor(list.kind, q.After)
		if !ok {
			return booking.Page[booking.Apartment]{}, badCursor(q.After)
		}
		list.after = after
	}
	page := pager[booking.Apartment]{kind: list.kind, first: q.First}
	err := s.db.Read(ctx, func(conn *sqlite.Conn) error {
		page.begin()
		return query(conn, list.sql, list.bind, func(c *columns) (bool, error) {
			a, err := scanApartment(c)
			if err != nil {
				return false, err
			}
			return page.add(a.Apartment, list.place(a.Apartment), matches(q, a.Apartment)), nil
		})
	})
	return page.page, err
}

func matches(q booking.ApartmentQuery, a booking.Apartment) bool {
	return (q.Status == "" || a.Status == q.Status) &&
		(q.MinBedrooms == 0 || a.Bedrooms != nil && *a.Bedrooms >= q.MinBedrooms) &&
		a.Price.Amount >= q.MinPrice && (q.MaxPrice == 0 || a.Price.Amount <= q.MaxPrice)
}

// indexRange is a range of an index in its order.
type indexRange struct {
	kind  listKind
	sql   string
	keys  []string // values of the columns before the ordered ones
	after place
	until int64 // PRICE: the largest price
}

func (r indexRange) bind(p *params) {
	for _, k := range r.keys {
		p.text(k)
	}
	p.int(r.after.value).text(r.after.id)
	if r.kind == byPriceList {
		p.int(r.until)
	}
	p.int(booking.MaxRowsRead + 1)
}

func (r indexRange) place(a booking.Apartment) place {
	if r.kind == byPriceList {
		return place{a.Price.Amount, a.ID}
	}
	return place{a.CreatedAt.UnixNano(), a.ID}
}

// apartmentRange names its index: the planner, which knows nothing of how apartments
// are spread, would take that of the state for a city.
func apartmentRange(q booking.ApartmentQuery) indexRange {
	r := indexRange{}
	scope, where := "", ""
	if q.State != "" {
		r.keys, scope, where = []string{q.State}, "_state", "state = ? AND "
		if q.City != "" {
			r.keys, scope, where = append(r.keys, cityKey(q.City)), "_city", where+"city_key = ? AND "
		}
	}
	const from = "SELECT " + apartmentColumns + " FROM apartments INDEXED BY apartments_"
	if q.Order == booking.ByPrice {
		// The place before all others of the smallest price that is asked for.
		r.kind, r.after, r.until = byPriceList, place{value: q.MinPrice}, math.MaxInt64
		if q.MaxPrice != 0 {
			r.until = q.MaxPrice
		}
		r.sql = from + "price" + scope + " WHERE " + where + "(price, id) > (?, ?) AND price <= ? AND " + visible + " ORDER BY price, id LIMIT ?"
		return r
	}
	r.kind, r.after = byNewestList, place{value: math.MaxInt64}
	r.sql = from + "newest" + scope + " WHERE " + where + "(created_at, id) < (?, ?) AND " + visible + " ORDER BY created_at DESC, id DESC LIMIT ?"
	return r
}
