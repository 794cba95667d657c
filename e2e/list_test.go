package e2e_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"testing"
	"time"
)

// apartmentPage is a page of apartments.
type apartmentPage struct {
	Edges []struct {
		Cursor string
		Node   apartment
	}
	PageInfo pageInfo
}

func (a account) apartments(ctx context.Context, filter map[string]any, order string, first int, after *string) (apartmentPage, error) {
	var data struct{ Apartments apartmentPage }
	err := a.ask(ctx, `query($filter: ApartmentFilter, $order: ApartmentOrder, $first: Int, $after: String) {
		apartments(filter: $filter, orderBy: $order, first: $first, after: $after) {
			edges { cursor node {`+apartmentFields+`} } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`,
		map[string]any{"filter": filter, "order": order, "first": first, "after": after}, &data)
	return data.Apartments, err
}

// all reads a list to its end, page by page, and checks what every page must have.
func (tt *target) all(t *testing.T, filter map[string]any, order string, first int) []apartment {
	t.Helper()
	var found []apartment
	var after *string
	for range 1000 {
		page, err := tt.alice.apartments(testContext(t), filter, order, first, after)
		if err != nil {
			t.Fatal(err)
		}
		if len(page.Edges) > first || page.PageInfo.HasPreviousPage != (after != nil) {
			t.Errorf("a page of %d, %+v; asked for %d after %v", len(page.Edges), page.PageInfo, first, after)
		}
		for _, e := range page.Edges {
			found = append(found, e.Node)
		}
		if n := len(page.Edges); n > 0 && (*page.PageInfo.EndCursor != page.Edges[n-1].Cursor && !page.PageInfo.HasNextPage || *page.PageInfo.StartCursor != page.Edges[0].Cursor) {
			t.Errorf("the page's cursors are %+v", page.PageInfo)
		}
		if !page.PageInfo.HasNextPage {
			return found
		}
		after = page.PageInfo.EndCursor
	}
	t.Fatal("the list has no end")
	return nil
}

func TestListsOfApartments(t *testing.T) {
	tt := suite(t)
	// A city of its own, so that other tests do not show up in it.
	city := "Testville " + rand.Text()[:12]
	var made []apartment
	for i := range 25 {
		made = append(made, tt.offer(t, map[string]any{
			"title": fmt.Sprintf("No. %d", i), "state": "TX", "city": city, "bedrooms": i % 4,
			"price": map[string]any{"amount": 1000 + 37*((i*7)%25), "currency": "USD"},
		}))
	}
	here := func(more map[string]any) map[string]any {
		filter := map[string]any{"state": "TX", "city": city}
		for name, value := range more {
			filter[name] = value
		}
		return filter
	}
	// Lists may lag (design, 10.11).
	poll(t, "the list holds all of them", func(ctx context.Context) (apartmentPage, error) {
		return tt.alice.apartments(ctx, here(nil), "NEWEST", 100, nil)
	}, func(p apartmentPage) bool { return len(p.Edges) == len(made) })

	ids := func(as []apartment) (ids []string) {
		for _, a := range as {
			ids = append(ids, a.ID)
		}
		return ids
	}
	newest := slices.Clone(made)
	slices.Reverse(newest)
	cheapest := slices.Clone(made)
	slices.SortFunc(cheapest, func(a, b apartment) int { return int(a.Price.Amount - b.Price.Amount) })
	matching := func(as []apartment, match func(apartment) bool) (found []apartment) {
		for _, a := range as {
			if match(a) {
				found = append(found, a)
			}
		}
		return found
	}
	for name, c := range map[string]struct {
		filter map[string]any
		order  string
		want   []apartment
	}{
		"newest":                  {here(nil), "NEWEST", newest},
		"cheapest":                {here(nil), "PRICE", cheapest},
		"other case":              {map[string]any{"state": "TX", "city": upper(city)}, "NEWEST", newest},
		"price range":             {here(map[string]any{"price": map[string]any{"min": 1100, "max": 1500}}), "PRICE", matching(cheapest, func(a apartment) bool { return a.Price.Amount >= 1100 && a.Price.Amount <= 1500 })},
		"newest in a price range": {here(map[string]any{"price": map[string]any{"max": 1300}}), "NEWEST", matching(newest, func(a apartment) bool { return a.Price.Amount <= 1300 })},
		"bedrooms":                {here(map[string]any{"minBedrooms": 2}), "PRICE", matching(cheapest, func(a apartment) bool { return *a.Bedrooms >= 2 })},
		"occupied":                {here(map[string]any{"status": "OCCUPIED"}), "NEWEST", nil},
		"elsewhere":               {map[string]any{"state": "WA", "city": city}, "NEWEST", nil},
	} {
		for _, first := range []int{1, 7, 100} {
			if got := ids(tt.all(t, c.filter, c.order, first)); !slices.Equal(got, ids(c.want)) {
				t.Errorf("%s, %d a page: %d apartments in another order or number than the %d wanted", name, first, len(got), len(c.want))
			}
		}
	}

	a, err := tt.alice.reserve(testContext(t), made[3].ID, newKey())
	must(t, a, err)
	reserved := poll(t, "the list of RESERVED ones holds it", func(ctx context.Context) (apartmentPage, error) {
		return tt.alice.apartments(ctx, here(map[string]any{"status": "RESERVED"}), "PRICE", 100, nil)
	}, func(p apartmentPage) bool { return len(p.Edges) > 0 })
	if got := reserved.Edges[0].Node; got.ID != made[3].ID || got.HoldExpiresAt == nil {
		t.Errorf("RESERVED: %+v", got)
	}
	if got := tt.all(t, here(map[string]any{"status": "VACANT"}), "PRICE", 10); len(got) != len(made)-1 {
		t.Errorf("%d VACANT, want %d", len(got), len(made)-1)
	}
}

func TestWhatNoListAnswers(t *testing.T) {
	tt := suite(t)
	nonsense := "bm9uc2Vuc2U"
	for name, err := range map[string]error{
		"a page of 0":          second(tt.alice.apartments(testContext(t), nil, "PRICE", 0, nil)),
		"a page of 101":        second(tt.alice.apartments(testContext(t), nil, "PRICE", 101, nil)),
		"a city alone":         second(tt.alice.apartments(testContext(t), map[string]any{"city": "Austin"}, "PRICE", 10, nil)),
		"a cursor of nonsense": second(tt.alice.apartments(testContext(t), nil, "PRICE", 10, &nonsense)),
		"an empty price range": second(tt.alice.apartments(testContext(t), map[string]any{"price": map[string]any{"min": 2, "max": 1}}, "PRICE", 10, nil)),
	} {
		if err == nil {
			t.Errorf("%s is answered", name)
			continue
		}
		if refused, ok := asRefused(err); !ok || len(refused.Errors) == 0 ||
			!slices.Contains([]string{"INVALID_INPUT", "COMPLEXITY_LIMIT_EXCEEDED"}, refused.Errors[0].Extensions.Code) {
			t.Errorf("%s is refused with %v", name, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func upper(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'a' <= c && c <= 'z' {
			b[i] = c - 'a' + 'A'
		}
	}
	return string(b)
}

type reservationPage struct {
	Edges []struct {
		Cursor string
		Node   reservation
	}
	PageInfo pageInfo
}

func TestListsOfReservations(t *testing.T) {
	tt := suite(t)
	apartment := tt.newApartment(t, time.Minute)
	var made []string // newest first
	for range 5 {
		a, err := tt.alice.reserve(testContext(t), apartment, newKey())
		id := must(t, a, err).Reservation.ID
		made = slices.Insert(made, 0, id)
		a, err = tt.alice.cancel(testContext(t), id)
		must(t, a, err)
	}
	a, err := tt.bob.reserve(testContext(t), apartment, newKey())
	bobs := must(t, a, err).Reservation.ID

	page := func(ctx context.Context, filter map[string]any, first int, after *string) (reservationPage, error) {
		var data struct{ Reservations reservationPage }
		err := tt.morgan.ask(ctx, `query($filter: ReservationFilter, $first: Int, $after: String) {
			reservations(filter: $filter, first: $first, after: $after) { edges { cursor node { id status tenantId execution {`+executionFields+`} } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`,
			map[string]any{"filter": filter, "first": first, "after": after}, &data)
		return data.Reservations, err
	}
	poll(t, "the list holds them all", func(ctx context.Context) (reservationPage, error) {
		return page(ctx, map[string]any{"apartmentId": apartment}, 100, nil)
	}, func(p reservationPage) bool { return len(p.Edges) == len(made)+1 })

	for name, c := range map[string]struct {
		filter map[string]any
		want   []string
	}{
		"of the apartment":         {map[string]any{"apartmentId": apartment}, append([]string{bobs}, made...)},
		"cancelled":                {map[string]any{"apartmentId": apartment, "status": "CANCELLED"}, made},
		"alice's of the apartment": {map[string]any{"apartmentId": apartment, "tenantId": "alice"}, made},
		"held":                     {map[string]any{"apartmentId": apartment, "status": "HELD"}, []string{bobs}},
	} {
		for _, first := range []int{2, 100} {
			var got []string
			var after *string
			for range 100 {
				p, err := page(testContext(t), c.filter, first, after)
				if err != nil {
					t.Fatal(err)
				}
				for _, e := range p.Edges {
					got = append(got, e.Node.ID)
					if e.Node.Execution != nil && e.Node.Execution.Name != e.Node.ID {
						t.Errorf("the execution of %s is called %s", e.Node.ID, e.Node.Execution.Name)
					}
				}
				if !p.PageInfo.HasNextPage {
					break
				}
				after = p.PageInfo.EndCursor
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%s, %d a page: %v, want %v", name, first, got, c.want)
			}
		}
	}
}
