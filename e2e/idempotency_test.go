package e2e_test

import (
	"testing"
	"time"
)

func TestTheSameKeyAnswersTheSameReservation(t *testing.T) {
	tt := suite(t)
	apartment, other, key := tt.newApartment(t, time.Minute), tt.newApartment(t, time.Minute), newKey()
	a, err := tt.alice.reserve(testContext(t), apartment, key)
	first := must(t, a, err).Reservation
	a, err = tt.alice.reserve(testContext(t), apartment, key)
	if again := must(t, a, err).Reservation; again.ID != first.ID || !again.PlacedAt.Equal(first.PlacedAt) {
		t.Errorf("repeated, it answers %s of %s instead of %s of %s", again.ID, again.PlacedAt, first.ID, first.PlacedAt)
	}
	a, err = tt.alice.reserve(testContext(t), other, key)
	mustRefuse(t, "IDEMPOTENCY_KEY_REUSED", a, err)
	if o, err := tt.alice.apartment(testContext(t), other); err != nil || o.Status != "VACANT" {
		t.Errorf("the refused order changed the apartment: %+v, %v", o, err)
	}

	a, err = tt.bob.reserve(testContext(t), other, key) // keys are per principal
	must(t, a, err)

	a, err = tt.alice.cancel(testContext(t), first.ID)
	must(t, a, err)
	a, err = tt.alice.reserve(testContext(t), apartment, key)
	if again := must(t, a, err).Reservation; again.ID != first.ID || again.Status != "CANCELLED" {
		t.Errorf("after the end the key answers %s, %s; want the same reservation in its present state", again.ID, again.Status)
	}
	a, err = tt.alice.reserve(testContext(t), apartment, newKey())
	must(t, a, err)
}

func TestAPaymentRepeatedUnderItsKeyIsOnePayment(t *testing.T) {
	tt := suite(t)
	held, other, key := tt.hold(t, time.Minute), tt.hold(t, time.Minute), newKey()
	for range 3 {
		a, err := tt.alice.pay(testContext(t), held.ID, "pm_ok", key)
		if p := must(t, a, err).Reservation.Payment; p.Attempt != 1 {
			t.Errorf("attempt %d", p.Attempt)
		}
	}
	a, err := tt.alice.pay(testContext(t), held.ID, "pm_declined", key)
	mustRefuse(t, "IDEMPOTENCY_KEY_REUSED", a, err)
	a, err = tt.alice.pay(testContext(t), other.ID, "pm_ok", key)
	mustRefuse(t, "IDEMPOTENCY_KEY_REUSED", a, err)
	tt.await(t, held.ID, "PAID")
	a, err = tt.alice.pay(testContext(t), held.ID, "pm_ok", key)
	if r := must(t, a, err).Reservation; r.Status != "PAID" || r.Payment.Attempt != 1 {
		t.Errorf("replayed after the end: %s, %+v", r.Status, r.Payment)
	}
	if r := tt.await(t, other.ID, "HELD"); r.Payment != nil && r.Payment.Method != "" {
		t.Errorf("the refused order began a payment: %+v", r.Payment)
	}
	a, err = tt.alice.cancel(testContext(t), other.ID)
	must(t, a, err)
}

func TestAnApartmentCreatedUnderOneKeyIsOneApartment(t *testing.T) {
	tt := suite(t)
	input := map[string]any{"title": "A studio", "price": map[string]any{"amount": 70000, "currency": "USD"}, "idempotencyKey": newKey()}
	a, err := tt.morgan.order(testContext(t), "createApartment", input)
	first := must(t, a, err).Apartment
	a, err = tt.morgan.order(testContext(t), "createApartment", input)
	if again := must(t, a, err).Apartment; again.ID != first.ID {
		t.Errorf("the same key made %s and %s", first.ID, again.ID)
	}
	input["price"] = map[string]any{"amount": 1, "currency": "USD"}
	a, err = tt.morgan.order(testContext(t), "createApartment", input)
	mustRefuse(t, "IDEMPOTENCY_KEY_REUSED", a, err)
}

func TestAKeyMustBeThereAndBounded(t *testing.T) {
	tt := suite(t)
	apartment := tt.newApartment(t, time.Minute)
	for _, key := range []string{"", string(make([]byte, 201))} {
		a, err := tt.alice.reserve(testContext(t), apartment, key)
		if e := mustRefuse(t, "INVALID_INPUT", a, err); e.Field != "idempotencyKey" {
			t.Errorf("a key of %d bytes: field %q", len(key), e.Field)
		}
	}
}
