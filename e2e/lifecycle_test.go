package e2e_test

import (
	"strings"
	"testing"
	"time"
)

func TestTheLifeOfAnApartment(t *testing.T) {
	tt := suite(t)
	id := tt.newApartment(t, time.Minute)
	manage := func(order string, fields map[string]any) (answer, error) {
		input := map[string]any{"apartmentId": id}
		for name, value := range fields {
			input[name] = value
		}
		return tt.morgan.order(testContext(t), order, input)
	}
	step := func(order, want string) {
		t.Helper()
		a, err := manage(order, nil)
		if got := must(t, a, err).Apartment.Status; got != want {
			t.Errorf("%s makes it %s, want %s", order, got, want)
		}
	}
	refuse := func(order, code string) {
		t.Helper()
		a, err := manage(order, nil)
		mustRefuse(t, code, a, err)
	}

	refuse("occupyApartment", "APARTMENT_NOT_PAID")
	refuse("vacateApartment", "APARTMENT_NOT_OCCUPIED")
	step("withdrawApartment", "WITHDRAWN")
	step("withdrawApartment", "WITHDRAWN")
	a, err := tt.alice.reserve(testContext(t), id, newKey())
	mustRefuse(t, "APARTMENT_NOT_VACANT", a, err)
	step("relistApartment", "VACANT")

	a, err = tt.alice.reserve(testContext(t), id, newKey())
	held := must(t, a, err).Reservation
	refuse("withdrawApartment", "APARTMENT_NOT_VACANT")
	refuse("occupyApartment", "APARTMENT_NOT_PAID")
	a, err = manage("updateApartment", map[string]any{"title": "Renovated", "price": map[string]any{"amount": 200000, "currency": "USD"}, "paymentWindow": 3600})
	if u := must(t, a, err).Apartment; u.Title != "Renovated" || u.Price.Amount != 200000 || u.PaymentWindow != 3600 {
		t.Errorf("updated to %+v", u)
	}

	a, err = tt.alice.pay(testContext(t), held.ID, "pm_ok", newKey())
	must(t, a, err)
	paid := tt.await(t, held.ID, "PAID")
	if paid.Price != held.Price || paid.Payment.Amount != held.Price || !paid.HoldExpiresAt.Equal(held.HoldExpiresAt) {
		t.Errorf("the new price or window reached a hold that was placed before: %+v", paid)
	}
	refuse("withdrawApartment", "APARTMENT_NOT_VACANT")
	step("occupyApartment", "OCCUPIED")
	step("occupyApartment", "OCCUPIED")
	refuse("withdrawApartment", "APARTMENT_NOT_VACANT")
	a, err = tt.bob.reserve(testContext(t), id, newKey())
	mustRefuse(t, "APARTMENT_NOT_VACANT", a, err)
	step("vacateApartment", "VACANT")
	refuse("vacateApartment", "APARTMENT_NOT_OCCUPIED")
	if r := tt.await(t, held.ID, "PAID"); !inOrder(r.kinds(), []string{"RESERVATION_PAID", "APARTMENT_OCCUPIED", "APARTMENT_VACATED"}) {
		t.Errorf("after moving out its timeline is %v", r.kinds())
	}

	a, err = tt.bob.reserve(testContext(t), id, newKey())
	if next := must(t, a, err).Reservation; next.Price.Amount != 200000 || next.HoldExpiresAt.Sub(next.PlacedAt) != time.Hour {
		t.Errorf("a later hold has the price %+v and lasts %s", next.Price, next.HoldExpiresAt.Sub(next.PlacedAt))
	}
}

func TestWhatAManagerMayNotSayOfAnApartment(t *testing.T) {
	tt := suite(t)
	price := map[string]any{"amount": 1000, "currency": "USD"}
	for _, c := range []struct {
		field  string
		fields map[string]any
	}{
		{"price", map[string]any{"price": map[string]any{"amount": 0, "currency": "USD"}}},
		{"price", map[string]any{"price": map[string]any{"amount": -5, "currency": "USD"}}},
		{"price", map[string]any{"price": map[string]any{"amount": 5, "currency": "dollars"}}},
		{"title", map[string]any{"title": strings.Repeat("x", 201)}},
		{"state", map[string]any{"state": "Texas"}},
		{"state", map[string]any{"city": "Austin"}},
		{"bedrooms", map[string]any{"bedrooms": -1}},
		{"squareFeet", map[string]any{"squareFeet": 0}},
		{"paymentWindow", map[string]any{"paymentWindow": 31 * 24 * 3600}},
	} {
		input := map[string]any{"title": "x", "price": price, "idempotencyKey": newKey()}
		for name, value := range c.fields {
			input[name] = value
		}
		a, err := tt.morgan.order(testContext(t), "createApartment", input)
		if e := mustRefuse(t, "INVALID_INPUT", a, err); e.Field != c.field {
			t.Errorf("%v is refused because of %q, want %q", c.fields, e.Field, c.field)
		}
	}
	a, err := tt.morgan.order(testContext(t), "updateApartment", map[string]any{"apartmentId": "apt_none", "title": "x"})
	mustRefuse(t, "NOT_FOUND", a, err)
}

func TestWhatATenantMayNotAskFor(t *testing.T) {
	tt := suite(t)
	ctx := testContext(t)
	a, err := tt.alice.reserve(ctx, "apt_none", newKey())
	mustRefuse(t, "NOT_FOUND", a, err)
	held := tt.hold(t, time.Minute)
	a, err = tt.alice.pay(ctx, held.ID, "pm_gold", newKey())
	if e := mustRefuse(t, "INVALID_INPUT", a, err); e.Field != "paymentMethod" || strings.Contains(e.Message, "pm_gold") {
		t.Errorf("an unknown payment method is refused with %+v", e)
	}
	if r, err := tt.alice.reservation(ctx, "res_none"); err != nil || r != nil {
		t.Errorf("a reservation that is not there: %+v, %v", r, err)
	}
	if a, err := tt.alice.apartment(ctx, "apt_none"); err != nil || a != nil {
		t.Errorf("an apartment that is not there: %+v, %v", a, err)
	}
}
