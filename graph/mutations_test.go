package graph_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
)

func TestReserveApartment(t *testing.T) {
	a := newAPI(t)
	flat := a.create(150_000)

	got := a.reserve(ann, flat, "k1")
	for path, want := range map[string]any{
		"reservation.status": "HELD", "reservation.price.amount": 150_000.0, "reservation.price.currency": "USD",
		"reservation.placedAt": "2026-02-03T04:05:06.789Z", "reservation.serverTime": "2026-02-03T04:05:06.789Z",
		"reservation.holdExpiresAt": "2026-02-03T04:20:06.789Z", "reservation.pollAfter": 10_000.0,
		"reservation.tenantId": "ann", "reservation.endedAt": nil, "userErrors.0": nil,
	} {
		if at(got, path) != want {
			t.Errorf("%s is %v, want %v", path, at(got, path), want)
		}
	}

	again := a.reserve(ann, flat, "k1")
	if at(again, "reservation.id") != at(got, "reservation.id") || userError(again) != "" {
		t.Errorf("the same key answered %v", again)
	}
	refused := a.reserve(bob, flat, "k1")
	if userError(refused) != "APARTMENT_NOT_VACANT" || at(refused, "userErrors.0.heldUntil") != "2026-02-03T04:20:06.789Z" || at(refused, "reservation") != nil {
		t.Errorf("a held apartment answered %v", refused)
	}
	if code := userError(a.reserve(ann, a.create(1), "k1")); code != "IDEMPOTENCY_KEY_REUSED" {
		t.Errorf("a key used for another apartment: %q", code)
	}
	none := a.reserve(ann, "apt_none", "k2")
	if userError(none) != "NOT_FOUND" || at(none, "userErrors.0.field") != "apartmentId" {
		t.Errorf("no apartment: %v", none)
	}
	if noKey := a.reserve(ann, flat, ""); userError(noKey) != "INVALID_INPUT" || at(noKey, "userErrors.0.field") != "idempotencyKey" {
		t.Errorf("no key: %v", noKey)
	}

	a.clock.advance(15 * time.Minute)
	if taken := a.reserve(bob, flat, "k3"); at(taken, "reservation.status") != "HELD" {
		t.Errorf("a lapsed hold was not taken over: %v", taken)
	}
	if replay := a.reserve(ann, flat, "k1"); at(replay, "reservation.status") != "EXPIRED" {
		t.Errorf("the replay does not answer the present state: %v", replay)
	}
}

func TestPayReservation(t *testing.T) {
	a := newAPI(t)
	reservation := a.hold(ann, a.create(2000))

	declined := a.pay(ann, reservation, "pm_declined", "p1")
	if userError(declined) != "PAYMENT_DECLINED" || at(declined, "reservation.status") != "HELD" ||
		at(declined, "reservation.payment.status") != "DECLINED" || at(declined, "reservation.payment.declineCode") != "card_declined" {
		t.Errorf("declined: %v", declined)
	}
	if bad := a.pay(ann, reservation, "cash", "p2"); userError(bad) != "INVALID_INPUT" || at(bad, "userErrors.0.field") != "paymentMethod" {
		t.Errorf("no such method: %v", bad)
	}
	if code := userError(a.pay(bob, reservation, "pm_ok", "p3")); code != "NOT_FOUND" {
		t.Errorf("somebody else's: %q", code)
	}
	paid := a.pay(ann, reservation, "pm_ok", "p4")
	for path, want := range map[string]any{
		"reservation.payment.status": "AUTHORIZED", "reservation.payment.attempt": 2.0, "reservation.payment.method": "pm_ok",
		"reservation.payment.amount.amount": 2000.0, "reservation.payment.authorizedAt": "2026-02-03T04:05:06.789Z",
		"reservation.pollAfter": 500.0, "userErrors.0": nil,
	} {
		if at(paid, path) != want {
			t.Errorf("%s is %v, want %v", path, at(paid, path), want)
		}
	}
	if code := userError(a.pay(ann, reservation, "pm_slow", "p4")); code != "IDEMPOTENCY_KEY_REUSED" {
		t.Errorf("the key with another method: %q", code)
	}

	late := a.hold(bob, a.create(1))
	a.clock.advance(15 * time.Minute)
	if got := a.pay(bob, late, "pm_ok", "p5"); userError(got) != "HOLD_EXPIRED" || at(got, "reservation.status") != "EXPIRED" {
		t.Errorf("after the deadline: %v", got)
	}
}

func TestExtendHold(t *testing.T) {
	a := newAPI(t)
	reservation := a.hold(ann, a.create(1))
	extend := func(who booking.Principal, id, key string) any {
		return a.value(who, `mutation($in: ExtendHoldInput!) { extendHold(input: $in) { reservation { status holdExpiresAt extensions } userErrors { code } } }`,
			map[string]any{"in": map[string]any{"reservationId": id, "idempotencyKey": key}})
	}
	for i := 1; i <= 2; i++ {
		a.clock.advance(5 * time.Minute)
		got := extend(ann, reservation, fmt.Sprint("e", i))
		until := a.clock.now().Add(15 * time.Minute).Format("2006-01-02T15:04:05.000Z")
		if at(got, "reservation.extensions") != float64(i) || at(got, "reservation.holdExpiresAt") != until || userError(got) != "" {
			t.Errorf("extension %d: %v", i, got)
		}
	}
	if got := extend(ann, reservation, "e2"); userError(got) != "" || at(got, "reservation.extensions") != 2.0 {
		t.Errorf("the same key again: %v", got)
	}
	if code := userError(extend(ann, reservation, "e3")); code != "EXTENSION_LIMIT_REACHED" {
		t.Errorf("a third one: %q", code)
	}
	if code := userError(extend(bob, reservation, "e4")); code != "NOT_FOUND" {
		t.Errorf("somebody else's: %q", code)
	}
	a.clock.advance(time.Hour)
	if got := extend(ann, reservation, "e5"); userError(got) != "HOLD_EXPIRED" || at(got, "reservation.status") != "EXPIRED" {
		t.Errorf("after the deadline: %v", got)
	}
}

func TestCancelReservation(t *testing.T) {
	a := newAPI(t)
	flat := a.create(1)
	reservation := a.hold(ann, flat)
	cancel := func(who booking.Principal) any {
		return a.value(who, `mutation($in: CancelReservationInput!) { cancelReservation(input: $in) { reservation { status endedAt apartment { status } } userErrors { code } } }`,
			map[string]any{"in": map[string]any{"reservationId": reservation}})
	}
	if code := userError(cancel(bob)); code != "NOT_FOUND" {
		t.Errorf("somebody else's: %q", code)
	}
	for range 2 {
		if got := cancel(ann); at(got, "reservation.status") != "CANCELLED" || at(got, "reservation.apartment.status") != "VACANT" || userError(got) != "" {
			t.Errorf("cancelled: %v", got)
		}
	}
	lapsed := a.hold(ann, flat)
	a.clock.advance(time.Hour)
	a.hold(bob, flat) // takes over
	got := a.value(ann, `mutation($id: ID!) { cancelReservation(input: {reservationId: $id}) { reservation { status } userErrors { code } } }`, map[string]any{"id": lapsed})
	if userError(got) != "RESERVATION_NOT_HELD" || at(got, "reservation.status") != "EXPIRED" {
		t.Errorf("cancelling an EXPIRED one: %v", got)
	}
}

func TestManagersOrders(t *testing.T) {
	a := newAPI(t)
	flat := a.create(1000)
	order := func(mutation, arguments string) any {
		return a.value(mary, fmt.Sprintf(`mutation { %s(input: {apartmentId: %q %s}) { apartment { title status price { amount } paymentWindow } userErrors { code field } } }`, mutation, flat, arguments), nil)
	}
	status := func(got any) any { return at(got, "apartment.status") }

	changed := order("updateApartment", `title: "New", price: {amount: 2000, currency: "USD"}, paymentWindow: 60`)
	if at(changed, "apartment.title") != "New" || at(changed, "apartment.price.amount") != 2000.0 || at(changed, "apartment.paymentWindow") != 60.0 {
		t.Errorf("updated: %v", changed)
	}
	if reset := order("updateApartment", `paymentWindow: 0`); at(reset, "apartment.paymentWindow") != 900.0 {
		t.Errorf("back to the deployment's payment window: %v", reset)
	}
	for _, window := range []int{-1, 9_999_999_999} {
		if bad := order("updateApartment", fmt.Sprint("paymentWindow: ", window)); userError(bad) != "INVALID_INPUT" || at(bad, "userErrors.0.field") != "paymentWindow" {
			t.Errorf("a payment window of %d: %v", window, bad)
		}
	}
	if bad := order("updateApartment", `price: {amount: 0, currency: "USD"}`); userError(bad) != "INVALID_INPUT" || at(bad, "userErrors.0.field") != "price" {
		t.Errorf("no price: %v", bad)
	}
	if got := order("withdrawApartment", ""); status(got) != "WITHDRAWN" {
		t.Errorf("withdrawn: %v", got)
	}
	if code := userError(a.reserve(ann, flat, "w")); code != "APARTMENT_NOT_VACANT" {
		t.Errorf("reserving a withdrawn one: %q", code)
	}
	if got := order("relistApartment", ""); status(got) != "VACANT" {
		t.Errorf("relisted: %v", got)
	}
	if code := userError(order("occupyApartment", "")); code != "APARTMENT_NOT_PAID" {
		t.Errorf("occupying a vacant one: %q", code)
	}
	if code := userError(order("vacateApartment", "")); code != "APARTMENT_NOT_OCCUPIED" {
		t.Errorf("vacating a vacant one: %q", code)
	}
	a.hold(ann, flat)
	if got := order("withdrawApartment", ""); userError(got) != "APARTMENT_NOT_VACANT" || status(got) != "RESERVED" {
		t.Errorf("withdrawing a held one: %v", got)
	}
	a.store.edit(flat, func(at *booking.Apartment) { at.Status = booking.ApartmentPaid })
	if got := order("occupyApartment", ""); status(got) != "OCCUPIED" || userError(got) != "" {
		t.Errorf("occupied: %v", got)
	}
	if got := order("vacateApartment", ""); status(got) != "VACANT" || userError(got) != "" {
		t.Errorf("vacated: %v", got)
	}
	for _, mutation := range []string{"updateApartment", "withdrawApartment", "relistApartment", "occupyApartment", "vacateApartment"} {
		got := a.value(mary, fmt.Sprintf(`mutation { %s(input: {apartmentId: "apt_none"}) { apartment { id } userErrors { code field } } }`, mutation), nil)
		if userError(got) != "NOT_FOUND" || at(got, "userErrors.0.field") != "apartmentId" || at(got, "apartment") != nil {
			t.Errorf("%s of no apartment: %v", mutation, got)
		}
	}
}

func TestCreateApartment(t *testing.T) {
	a := newAPI(t)
	create := func(fields string) any {
		return a.value(mary, fmt.Sprintf(`mutation { createApartment(input: {title: "T", price: {amount: 5, currency: "USD"}, idempotencyKey: "k", %s}) {
			apartment { id title city state bedrooms bathrooms squareFeet pets rentPeriod paymentWindow status holdExpiresAt reservation { id } createdAt }
			userErrors { code field } } }`, fields), nil)
	}
	got := create(`bathrooms: 1.5, pets: ["Cats"], state: "wa", rentPeriod: WEEKLY`)
	for path, want := range map[string]any{
		"apartment.city": nil, "apartment.state": "WA", "apartment.bedrooms": nil, "apartment.bathrooms": 1.5, "apartment.squareFeet": nil,
		"apartment.pets.0": "Cats", "apartment.rentPeriod": "WEEKLY", "apartment.paymentWindow": 900.0, "apartment.status": "VACANT",
		"apartment.holdExpiresAt": nil, "apartment.reservation": nil, "apartment.createdAt": "2026-02-03T04:05:06.789Z", "userErrors.0": nil,
	} {
		if at(got, path) != want {
			t.Errorf("%s is %v, want %v", path, at(got, path), want)
		}
	}
	if again := create(`bathrooms: 1.5, pets: ["Cats"], state: "wa", rentPeriod: WEEKLY`); at(again, "apartment.id") != at(got, "apartment.id") {
		t.Errorf("the same key made another: %v", again)
	}
	for field, fields := range map[string]string{
		"state": `city: "Seattle"`, "bedrooms": `bedrooms: -1`, "bathrooms": `bathrooms: 1e9`, "squareFeet": `squareFeet: 0`,
	} {
		if bad := create(fields); userError(bad) != "INVALID_INPUT" || at(bad, "userErrors.0.field") != field {
			t.Errorf("%s: %v", fields, bad)
		}
	}
}

func TestStartExecution(t *testing.T) {
	a := newAPI(t)
	start := func(machine, name string, input any) any {
		return a.value(mary, `mutation($in: StartExecutionInput!) { startExecution(input: $in) {
			execution { machine name arn status input output error startedAt stoppedAt } userErrors { code field message } } }`,
			map[string]any{"in": map[string]any{"machine": machine, "name": name, "input": input}})
	}
	got := start("reservation", "e1", map[string]any{"n": 1, "deep": []any{1.25, nil, "x"}})
	for path, want := range map[string]any{
		"execution.machine": "reservation", "execution.name": "e1", "execution.status": "RUNNING", "execution.output": nil,
		"execution.input.n": 1.0, "execution.input.deep.0": 1.25, "execution.error": nil, "execution.stoppedAt": nil, "userErrors.0": nil,
	} {
		if at(got, path) != want {
			t.Errorf("%s is %v, want %v", path, at(got, path), want)
		}
	}
	for _, c := range []struct {
		machine, name string
		input         any
		code, field   string
	}{
		{"none", "e2", 1, "NOT_FOUND", "machine"},
		{"reservation", "e1", 2, "INVALID_INPUT", "name"},
		{"reservation", "a b", 1, "INVALID_INPUT", "name"},
	} {
		if bad := start(c.machine, c.name, c.input); userError(bad) != c.code || at(bad, "userErrors.0.field") != c.field || at(bad, "execution") != nil {
			t.Errorf("%+v: %v", c, bad)
		}
	}
}
