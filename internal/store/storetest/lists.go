package storetest

import (
	"fmt"
	"slices"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
)

// everyPage follows a list to its end and answers the ids, in order.
func everyPage[T any](first int, list func(after string) (booking.Page[T], error), id func(T) string) (ids []string, err error) {
	after := ""
	for range 1000 {
		page, err := list(after)
		if err != nil {
			return nil, err
		}
		if len(page.Items) > first || len(page.Cursors) != len(page.Items) {
			return nil, fmt.Errorf("%d items and %d cursors on a page of %d", len(page.Items), len(page.Cursors), first)
		}
		for _, item := range page.Items {
			ids = append(ids, id(item))
		}
		if !page.HasNext {
			return ids, nil
		}
		if page.End == "" || page.End == after {
			return nil, fmt.Errorf("there is more, and the end is %q after %q", page.End, after)
		}
		after = page.End
	}
	return nil, fmt.Errorf("the list does not come to an end")
}

func (s *suite) listApartments(q booking.ApartmentQuery) ([]string, error) {
	return everyPage(q.First, func(after string) (booking.Page[booking.Apartment], error) {
		q.After = after
		return s.store.ListApartments(s.Context(), q)
	}, func(a booking.Apartment) string { return a.ID })
}

// listed waits until the list is as wanted, in pages of several sizes.
func (s *suite) listed(q booking.ApartmentQuery, want []string) {
	s.Helper()
	for _, first := range []int{1, 3, booking.MaxPageSize} {
		q.First = first
		s.eventually(fmt.Sprintf("list %+v", q), func() error {
			got, err := s.listApartments(q)
			if err == nil && !slices.Equal(got, want) {
				err = fmt.Errorf("got %v, want %v", got, want)
			}
			return err
		})
	}
}

// town is a set of apartments for lists: cities and states that share names, prices
// that tie, facts that are not known.
func (s *suite) town() []booking.Apartment {
	places := [][2]string{{"Seattle", "WA"}, {"seattle", "WA"}, {"Portland", "OR"}, {"Portland", "ME"}, {"", "WA"}, {"", ""}, {"Évora", "PT"}, {"ÉVORA", "PT"}}
	var all []booking.Apartment
	for i := range 32 {
		all = append(all, s.offer(func(a *booking.Apartment) {
			a.City, a.State = places[i%len(places)][0], places[i%len(places)][1]
			a.Price.Amount = int64(100 * (1 + i*7%5))
			a.CreatedAt = begin.Add(time.Duration(i*11%32) * time.Second)
			a.Bedrooms = nil
			if i%3 > 0 {
				a.Bedrooms = ptr(i % 4)
			}
		}))
	}
	return all
}

// choose is what a query should answer, worked out from all there are.
func choose(all []booking.Apartment, q booking.ApartmentQuery, sameCity func(string) bool) (ids []string) {
	var chosen []booking.Apartment
	for _, a := range all {
		if (q.State == "" || a.State == q.State) && (q.City == "" || sameCity(a.City)) && (q.Status == "" || a.Status == q.Status) &&
			(q.MinBedrooms == 0 || a.Bedrooms != nil && *a.Bedrooms >= q.MinBedrooms) &&
			(q.MinPrice == 0 || a.Price.Amount >= q.MinPrice) && (q.MaxPrice == 0 || a.Price.Amount <= q.MaxPrice) {
			chosen = append(chosen, a)
		}
	}
	slices.SortFunc(chosen, func(a, b booking.Apartment) int {
		if q.Order == booking.ByPrice {
			return compare(a.Price.Amount, b.Price.Amount, a.ID, b.ID)
		}
		return compare(b.CreatedAt.UnixNano(), a.CreatedAt.UnixNano(), b.ID, a.ID)
	})
	for _, a := range chosen {
		ids = append(ids, a.ID)
	}
	return ids
}

func compare(a, b int64, aID, bID string) int {
	switch {
	case a != b && a < b, a == b && aID < bID:
		return -1
	case a == b && aID == bID:
		return 0
	}
	return 1
}

var apartmentListTests = []test{
	{"Apartments/OrdersRangesAndFilters", func(s *suite) {
		all := s.town()
		for i := range all {
			if i%4 == 0 {
				s.place(s.hold(all[i].ID, begin))
				all[i] = s.apartment(all[i].ID)
			}
		}
		for _, order := range []booking.ApartmentOrder{booking.ByPrice, booking.ByNewest} {
			for _, q := range []booking.ApartmentQuery{
				{}, {State: "WA"}, {State: "OR"}, {State: "ME"}, {State: "XX"}, {Status: booking.Vacant}, {Status: booking.Reserved, State: "WA"},
				{MinBedrooms: 2}, {MinPrice: 200, MaxPrice: 400}, {MinPrice: 300}, {MaxPrice: 300}, {MinPrice: 301, MaxPrice: 399},
				{State: "WA", Status: booking.Vacant, MinBedrooms: 1, MinPrice: 200, MaxPrice: 500},
			} {
				q.Order = order
				s.listed(q, choose(all, q, nil))
			}
		}
	}},
	{"Apartments/CityWithoutRegardToCase", func(s *suite) {
		all := s.town()
		for _, c := range []struct {
			state    string
			spelt    []string
			sameCity func(string) bool
		}{
			{"WA", []string{"Seattle", "SEATTLE", "seattle"}, func(c string) bool { return c == "Seattle" || c == "seattle" }},
			{"OR", []string{"portland"}, func(c string) bool { return c == "Portland" }},
			{"PT", []string{"évora", "Évora"}, func(c string) bool { return c != "" }},
			{"OR", []string{"Seattle"}, func(string) bool { return false }},
		} {
			for _, city := range c.spelt {
				for _, order := range []booking.ApartmentOrder{booking.ByPrice, booking.ByNewest} {
					q := booking.ApartmentQuery{State: c.state, City: city, Order: order}
					s.listed(q, choose(all, q, c.sameCity))
				}
			}
		}
	}},
	{"Apartments/EachCursorIsAPlace", func(s *suite) {
		want := choose(s.town(), booking.ApartmentQuery{Order: booking.ByPrice}, nil)
		q := booking.ApartmentQuery{Order: booking.ByPrice, First: 10}
		s.listed(q, want)
		page, err := s.store.ListApartments(s.Context(), q)
		if err != nil {
			s.Fatalf("ListApartments = %v", err)
		}
		for i, cursor := range page.Cursors {
			q.First, q.After = 1, cursor
			next, err := s.store.ListApartments(s.Context(), q)
			if err != nil || len(next.Items) != 1 || next.Items[0].ID != want[i+1] {
				s.Errorf("after item %d comes %+v, %v; want %s", i, next.Items, err, want[i+1])
			}
		}
	}},
	{"Apartments/PagesAreStable", func(s *suite) {
		all := s.town()
		want := choose(all, booking.ApartmentQuery{Order: booking.ByPrice}, nil)
		s.listed(booking.ApartmentQuery{Order: booking.ByPrice}, want)
		q := booking.ApartmentQuery{Order: booking.ByPrice, First: 5}
		got, err := everyPage(5, func(after string) (booking.Page[booking.Apartment], error) {
			s.offer(func(a *booking.Apartment) { a.Price.Amount = 1 }) // before every cursor
			q.After = after
			return s.store.ListApartments(s.Context(), q)
		}, func(a booking.Apartment) string { return a.ID })
		if err != nil {
			s.Fatalf("ListApartments = %v", err)
		}
		old := slices.DeleteFunc(got, func(id string) bool { return !slices.Contains(want, id) })
		s.same("those that were there, each once", old, want)
	}},
	{"Apartments/StatusFollows", func(s *suite) {
		a := s.offer()
		r := s.place(s.hold(a.ID, begin))
		s.listed(booking.ApartmentQuery{Order: booking.ByNewest, Status: booking.Vacant}, nil)
		s.apply(booking.ReleaseHold{On: on(r, begin), Reason: booking.ReleaseCancelled})
		s.listed(booking.ApartmentQuery{Order: booking.ByNewest, Status: booking.Vacant}, []string{a.ID})
	}},
	{"Apartments/ForeignCursors", func(s *suite) {
		s.town()
		r := s.place(s.hold(s.offer().ID, begin))
		byPrice, err := s.store.ListApartments(s.Context(), booking.ApartmentQuery{Order: booking.ByPrice, First: 3})
		if err != nil || len(byPrice.Cursors) == 0 {
			s.Fatalf("ListApartments = %+v, %v", byPrice, err)
		}
		foreign := []string{"no cursor", "AAAA", "%", byPrice.Cursors[0] + "A!", r.ID}
		for _, after := range append(foreign, byPrice.Cursors[0]) { // the last: of the other order
			_, err := s.store.ListApartments(s.Context(), booking.ApartmentQuery{Order: booking.ByNewest, First: 3, After: after})
			s.refused(fmt.Sprintf("the cursor %q", after), err, booking.InvalidInput)
		}
		for _, after := range append(foreign, byPrice.Cursors[0]) {
			_, err := s.store.ListReservations(s.Context(), booking.ReservationQuery{First: 3, After: after})
			s.refused(fmt.Sprintf("the cursor %q of reservations", after), err, booking.InvalidInput)
		}
	}},
	{"Apartments/ReadsAreBounded", func(s *suite) {
		const n = 2*booking.MaxRowsRead + 50
		for from := 0; from < n; from += 250 {
			batch := s.imported(from, min(n, from+250))
			for i := range batch {
				batch[i].Bedrooms = ptr(1)
				if from+i == n-1 {
					batch[i].Bedrooms = ptr(9)
				}
				batch[i].Price.Amount = int64(from + i + 1)
			}
			if _, err := s.store.ImportApartments(s.Context(), batch); err != nil {
				s.Fatalf("ImportApartments = %v", err)
			}
		}
		q := booking.ApartmentQuery{Order: booking.ByPrice, MinBedrooms: 9, First: 5}
		s.eventually("the one at the end", func() error {
			got, err := s.listApartments(q)
			if err == nil && len(got) != 1 {
				err = fmt.Errorf("%d found", len(got))
			}
			return err
		})
		page, err := s.store.ListApartments(s.Context(), q)
		if err != nil || len(page.Items) != 0 || !page.HasNext || page.End == "" {
			s.Errorf("the first page has %d items, next %t, end %q, %v; what it looks for is behind %d rows", len(page.Items), page.HasNext, page.End, err, n-1)
		}
	}},
}
