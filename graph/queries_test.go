package graph_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
)

func TestNodeTellsTheType(t *testing.T) {
	a := newAPI(t)
	flat := a.create(1)
	reservation := a.hold(ann, flat)
	const query = `query($id: ID!) { node(id: $id) { __typename id ... on Apartment { title } ... on Reservation { price { amount } } } }`
	for _, c := range []struct {
		who      booking.Principal
		id, want string
	}{
		{bob, flat, "Apartment"}, {ann, reservation, "Reservation"}, {mary, reservation, "Reservation"},
		{bob, reservation, ""}, {ann, "apt_none", ""}, {ann, "res_none", ""}, {ann, "pay_1", ""}, {ann, "", ""},
	} {
		got := a.value(c.who, query, map[string]any{"id": c.id})
		if c.want == "" {
			if got != nil {
				t.Errorf("%s asks for %q: %v, want null", c.who.ID, c.id, got)
			}
		} else if at(got, "__typename") != c.want || at(got, "id") != c.id {
			t.Errorf("%s asks for %q: %v, want %s", c.who.ID, c.id, got, c.want)
		}
	}
}

// TestSomebodyElsesIsAsNone: an answer must not tell that there is one.
func TestSomebodyElsesIsAsNone(t *testing.T) {
	a := newAPI(t)
	reservation := a.hold(ann, a.create(1))
	for name, document := range map[string]string{
		"reservation":       `query($id: ID!) { reservation(id: $id) { id } }`,
		"payReservation":    `mutation($id: ID!) { payReservation(input: {reservationId: $id, paymentMethod: "pm_ok", idempotencyKey: "x"}) { reservation { id } userErrors { code field message } } }`,
		"extendHold":        `mutation($id: ID!) { extendHold(input: {reservationId: $id, idempotencyKey: "x"}) { reservation { id } userErrors { code field message } } }`,
		"cancelReservation": `mutation($id: ID!) { cancelReservation(input: {reservationId: $id}) { reservation { id } userErrors { code field message } } }`,
	} {
		theirs, _ := json.Marshal(a.value(bob, document, map[string]any{"id": reservation}))
		none, _ := json.Marshal(a.value(bob, document, map[string]any{"id": "res_none"}))
		if strings.ReplaceAll(string(theirs), reservation, "res_none") != string(none) {
			t.Errorf("%s: somebody else's answers %s, none answers %s", name, theirs, none)
		}
	}
}

func TestApartmentsPages(t *testing.T) {
	a := newAPI(t)
	for price := 1; price <= 5; price++ {
		a.create(price)
	}
	const query = `query($after: String, $first: Int, $order: ApartmentOrder, $filter: ApartmentFilter) {
		apartments(first: $first, after: $after, orderBy: $order, filter: $filter) {
			edges { cursor node { price { amount } } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`
	var prices []string
	var after any
	for page := 1; ; page++ {
		got := a.value(ann, query, map[string]any{"first": 2, "after": after, "order": "PRICE"})
		for _, edge := range at(got, "edges").([]any) {
			prices = append(prices, fmt.Sprint(at(edge, "node.price.amount")))
		}
		if at(got, "pageInfo.hasPreviousPage") != (page > 1) || at(got, "pageInfo.startCursor") != at(got, "edges.0.cursor") {
			t.Errorf("page %d: %v", page, at(got, "pageInfo"))
		}
		if after = at(got, "pageInfo.endCursor"); at(got, "pageInfo.hasNextPage") != true {
			break
		}
	}
	if got := strings.Join(prices, " "); got != "1 2 3 4 5" {
		t.Errorf("read %s, want 1 2 3 4 5", got)
	}
	if got := a.value(ann, query, nil); at(got, "edges.0.node.price.amount") != 5.0 || at(got, "edges.4") == nil {
		t.Errorf("with null arguments: %v, want all, newest first", got)
	}
	if got := a.value(ann, query, map[string]any{"filter": map[string]any{"state": "wa", "status": "vacant", "price": map[string]any{"min": 2, "max": 3}}}); len(at(got, "edges").([]any)) != 2 {
		t.Errorf("filtered: %v, want 2 and 3", got)
	}
	for name, variables := range map[string]map[string]any{
		"first 0":            {"first": 0},
		"first 101":          {"first": 101},
		"no cursor":          {"after": "x"},
		"city without state": {"filter": map[string]any{"city": "Seattle"}},
		"empty price range":  {"filter": map[string]any{"price": map[string]any{"min": 5, "max": 4}}},
	} {
		if code := a.code(ann, query, variables); code != "INVALID_INPUT" {
			t.Errorf("%s: %q, want INVALID_INPUT", name, code)
		}
	}
}

func TestReservationLists(t *testing.T) {
	a := newAPI(t)
	first, second := a.hold(ann, a.create(1)), a.hold(bob, a.create(2))
	third := a.hold(ann, a.create(3))
	ids := func(who booking.Principal, query string) string {
		var ids []string
		for _, edge := range at(a.value(who, query, nil), "edges").([]any) {
			ids = append(ids, at(edge, "node.id").(string))
		}
		return strings.Join(ids, " ")
	}
	for _, c := range []struct {
		who         booking.Principal
		query, want string
	}{
		{ann, `{ myReservations { edges { node { id } } } }`, third + " " + first},
		{ann, `{ myReservations(status: PAID) { edges { node { id } } } }`, ""},
		{mary, `{ myReservations { edges { node { id } } } }`, ""},
		{mary, `{ reservations { edges { node { id } } } }`, third + " " + second + " " + first},
		{mary, `{ reservations(filter: {tenantId: "bob"}) { edges { node { id } } } }`, second},
		{otto, `{ reservations(filter: {status: HELD}, first: 1) { edges { node { id } } } }`, third},
	} {
		if got := ids(c.who, c.query); got != c.want {
			t.Errorf("%s, %s: %q, want %q", c.who.ID, c.query, got, c.want)
		}
	}
}

// TestLapsedHold: from its deadline a hold counts as over, though nothing has released it.
func TestLapsedHold(t *testing.T) {
	a := newAPI(t)
	flat := a.create(1)
	reservation := a.hold(ann, flat)
	const query = `query($r: ID!) { reservation(id: $r) { status endedAt pollAfter apartment { status holdExpiresAt reservation { id } } } }`
	if got := a.value(ann, query, map[string]any{"r": reservation}); at(got, "status") != "HELD" || at(got, "apartment.reservation.id") != reservation {
		t.Errorf("before: %v", got)
	}
	a.clock.advance(15 * time.Minute)
	got := a.value(ann, query, map[string]any{"r": reservation})
	for path, want := range map[string]any{"status": "EXPIRED", "endedAt": "2026-02-03T04:20:06.789Z", "pollAfter": 0.0,
		"apartment.status": "VACANT", "apartment.holdExpiresAt": nil, "apartment.reservation": nil} {
		if at(got, path) != want {
			t.Errorf("after: %s is %v, want %v", path, at(got, path), want)
		}
	}
	if got := a.value(bob, `query($id: ID!) { apartment(id: $id) { status } }`, map[string]any{"id": flat}); at(got, "status") != "VACANT" {
		t.Errorf("the apartment: %v", got)
	}
}

func TestTimeline(t *testing.T) {
	a := newAPI(t)
	reservation := a.hold(ann, a.create(700))
	a.pay(ann, reservation, "pm_ok", "p")
	got := a.value(ann, `query($id: ID!) { reservation(id: $id) { timeline { kind at by amount { amount currency } note } } }`, map[string]any{"id": reservation})
	for i, want := range []string{"HOLD_PLACED ann <nil>", "PAYMENT_REQUESTED system 700", "PAYMENT_AUTHORIZED ann 700"} {
		event := at(got, fmt.Sprint("timeline.", i))
		if found := fmt.Sprint(at(event, "kind"), " ", at(event, "by"), " ", at(event, "amount.amount")); found != want {
			t.Errorf("event %d is %s, want %s", i, found, want)
		}
		if at(event, "note") != nil || at(event, "at") != "2026-02-03T04:05:06.789Z" {
			t.Errorf("event %d: %v", i, event)
		}
	}
}

func TestExecutions(t *testing.T) {
	a := newAPI(t)
	var names []string
	for i := range 3 {
		names = append(names, a.hold(ann, a.create(i+1)))
	}
	const query = `query($after: String) { executions(machine: "reservation", status: RUNNING, first: 2, after: $after) { nodes { name } pageInfo { hasNextPage endCursor } } }`
	one := a.value(mary, query, nil)
	two := a.value(mary, query, map[string]any{"after": at(one, "pageInfo.endCursor")})
	if at(one, "nodes.0.name") != names[2] || at(one, "nodes.1.name") != names[1] || at(two, "nodes.0.name") != names[0] || at(two, "pageInfo.hasNextPage") != false {
		t.Errorf("pages: %v, %v", one, two)
	}

	got := a.value(mary, `query($r: ID!) { reservation(id: $r) { execution { name arn status history(first: 2) { nodes { id previousId type timestamp details } pageInfo { hasNextPage endCursor } } } } }`,
		map[string]any{"r": names[0]})
	for path, want := range map[string]any{
		"execution.name": names[0], "execution.status": "RUNNING", "execution.history.nodes.1.id": 2.0, "execution.history.nodes.1.previousId": 1.0,
		"execution.history.nodes.1.details.name": "S2", "execution.history.nodes.2": nil, "execution.history.pageInfo.hasNextPage": true,
	} {
		if at(got, path) != want {
			t.Errorf("%s is %v, want %v", path, at(got, path), want)
		}
	}
	rest := a.value(mary, `query($n: String!, $after: String) { execution(machine: "reservation", name: $n) { history(after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } } }`,
		map[string]any{"n": names[0], "after": at(got, "execution.history.pageInfo.endCursor")})
	if at(rest, "history.nodes.0.id") != 3.0 || at(rest, "history.pageInfo.hasNextPage") != false || at(rest, "history.pageInfo.endCursor") != nil {
		t.Errorf("the rest: %v", rest)
	}
	if none := a.value(mary, `{ execution(machine: "reservation", name: "none") { name } }`, nil); none != nil {
		t.Errorf("no execution: %v", none)
	}
	if code := a.code(mary, `{ executions(first: 101) { nodes { name } } }`, nil); code != "INVALID_INPUT" {
		t.Errorf("101 executions: %q", code)
	}

	for _, document := range []string{
		`{ executions(after: "x") { nodes { name } } }`,
		`query($n: String!) { execution(machine: "reservation", name: $n) { history(after: "x") { nodes { id } } } }`,
	} {
		if code := a.code(mary, document, map[string]any{"n": names[0]}); code != "INVALID_INPUT" {
			t.Errorf("%s: %q, want INVALID_INPUT", document, code)
		}
	}

	a.runner.mu.Lock()
	a.runner.down = fmt.Errorf("the runner is down")
	a.runner.mu.Unlock()
	unstarted := a.hold(ann, a.create(9))
	if got := a.value(mary, `query($r: ID!) { reservation(id: $r) { status execution { name } } }`, map[string]any{"r": unstarted}); at(got, "status") != "HELD" || at(got, "execution") != nil {
		t.Errorf("still to be started: %v", got)
	}
}

// TestListsAskOnceForAllRows counts the calls of the store: they must not grow with the rows.
func TestListsAskOnceForAllRows(t *testing.T) {
	a := newAPI(t)
	for i := range 30 {
		a.hold(ann, a.create(i+1))
	}
	for _, c := range []struct {
		name, query string
		want        map[string]int
	}{
		{"apartments of reservations", `{ reservations(first: 30) { edges { node { id apartment { id title } } } } }`,
			map[string]int{"ListReservations": 1, "ApartmentsByID": 1}},
		{"reservations of apartments", `{ apartments(first: 30) { edges { node { id reservation { id } } } } }`,
			map[string]int{"ListApartments": 1, "ReservationsByID": 1}},
		{"to and fro", `{ apartments(first: 30) { edges { node { reservation { apartment { reservation { apartment { id } } } } } } } }`,
			map[string]int{"ListApartments": 1, "ReservationsByID": 1}},
		{"fro and to", `{ reservations(first: 30) { edges { node { apartment { reservation { id apartment { id } } } } } } }`,
			map[string]int{"ListReservations": 1, "ApartmentsByID": 1, "ReservationsByID": 1}},
		{"rows alone", `{ reservations(first: 30) { edges { node { id status payment { id } timeline { kind } } } } }`,
			map[string]int{"ListReservations": 1}},
		{"vacant ones have no reservation", `{ apartments(first: 30, filter: {status: VACANT}) { edges { node { reservation { id } } } } }`,
			map[string]int{"ListApartments": 1}},
	} {
		a.store.counted()
		a.value(mary, c.query, nil)
		if got := a.store.counted(); !maps.Equal(got, c.want) {
			t.Errorf("%s: the store was called %v, want %v", c.name, got, c.want)
		}
	}
}

// TestReservationOfAnApartmentIsForItsTenant: another sees that it is held, not by whom.
func TestReservationOfAnApartmentIsForItsTenant(t *testing.T) {
	a := newAPI(t)
	flat := a.create(1)
	reservation := a.hold(ann, flat)
	const query = `query($id: ID!) { apartment(id: $id) { status reservation { id tenantId } } }`
	for _, c := range []struct {
		who  booking.Principal
		want any
	}{{ann, reservation}, {bob, nil}, {mary, reservation}, {otto, reservation}} {
		got := a.value(c.who, query, map[string]any{"id": flat})
		if at(got, "status") != "RESERVED" || at(got, "reservation.id") != c.want {
			t.Errorf("%s: %v, want reservation %v", c.who.ID, got, c.want)
		}
	}
}
