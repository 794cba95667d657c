package e2e_test

import (
	"slices"
	"testing"
	"time"
)

// Each payment method of the simulated gateway makes one branch of the workflow visible.
func TestPaymentMethods(t *testing.T) {
	for _, c := range []struct {
		method   string
		refused  string // code that payReservation answers with; "": none
		status   string // what the reservation comes to
		payment  string
		timeline []string // what its timeline must hold, in this order
		long     bool
	}{
		{method: "pm_ok", status: "PAID", payment: "CAPTURED"},
		{method: "pm_slow", status: "PAID", payment: "CAPTURED"},
		{method: "pm_timeout_then_ok", status: "PAID", payment: "CAPTURED", timeline: []string{"PAYMENT_AUTHORIZED", "RESERVATION_PAID"}},
		{method: "pm_declined", refused: "PAYMENT_DECLINED", status: "HELD", payment: "DECLINED", timeline: []string{"PAYMENT_DECLINED"}},
		{method: "pm_insufficient_funds", refused: "PAYMENT_DECLINED", status: "HELD", payment: "DECLINED"},
		{method: "pm_timeout_then_declined", refused: "PAYMENT_DECLINED", status: "HELD", payment: "DECLINED"},
		{method: "pm_capture_fails", status: "FAILED", payment: "VOIDED",
			timeline: []string{"PAYMENT_AUTHORIZED", "CAPTURE_CLAIMED", "RESERVATION_FAILED", "PAYMENT_VOIDED"}},
		{method: "pm_capture_timeout_then_ok", status: "PAID", payment: "CAPTURED",
			timeline: []string{"CAPTURE_CLAIMED", "PAYMENT_CAPTURED", "RESERVATION_PAID"}},
		{method: "pm_capture_timeout_then_fails", status: "FAILED", payment: "VOIDED", timeline: []string{"CAPTURE_CLAIMED", "RESERVATION_FAILED"}},
		{method: "pm_return_outage", status: "PAID", payment: "CAPTURED"},
		{method: "pm_capture_outage", status: "PAID", payment: "CAPTURED", long: true},
	} {
		t.Run(c.method, func(t *testing.T) {
			if c.long && testing.Short() {
				t.Skip("-short: the gateway's outage lasts 10 s")
			}
			tt := suite(t)
			held := tt.hold(t, time.Minute)
			began := time.Now()
			a, err := tt.alice.pay(testContext(t), held.ID, c.method, newKey())
			if c.refused != "" {
				mustRefuse(t, c.refused, a, err)
			} else {
				must(t, a, err)
			}
			if took := time.Since(began); c.method == "pm_slow" && took < 2*time.Second {
				t.Errorf("the slow authorization was answered after %s", took)
			}
			ended := tt.awaitThat(t, held.ID, c.status+", payment "+c.payment, func(r reservation) bool {
				return r.Status == c.status && r.Payment != nil && r.Payment.Status == c.payment
			})
			if !inOrder(ended.kinds(), c.timeline) {
				t.Errorf("timeline %v lacks %v", ended.kinds(), c.timeline)
			}
			if captured := slices.Contains(ended.kinds(), "PAYMENT_CAPTURED"); captured != (c.status == "PAID") {
				t.Errorf("%s with a timeline of %v", c.status, ended.kinds())
			}
			want := map[string]string{"PAID": "PAID", "FAILED": "VACANT", "HELD": "RESERVED"}[c.status]
			if ended.Apartment.Status != want {
				t.Errorf("the apartment is %s, want %s", ended.Apartment.Status, want)
			}
		})
	}
}

func TestACaptureWithoutAnAnswerIsNeitherConfirmedNorFailed(t *testing.T) {
	tt := suite(t)
	held := tt.hold(t, tt.window(5*time.Second))
	a, err := tt.alice.pay(testContext(t), held.ID, "pm_capture_unknown", newKey())
	must(t, a, err)
	confirming := tt.await(t, held.ID, "CONFIRMING")
	a, err = tt.alice.cancel(testContext(t), held.ID)
	mustRefuse(t, "RESERVATION_NOT_HELD", a, err)
	after := tt.awaitThat(t, held.ID, "its deadline has passed", func(r reservation) bool {
		return r.ServerTime.After(confirming.HoldExpiresAt.Add(500 * time.Millisecond))
	})
	if after.Status != "CONFIRMING" || after.Apartment.Status != "RESERVED" {
		t.Errorf("after the deadline it is %s, the apartment %s: its outcome was guessed", after.Status, after.Apartment.Status)
	}
	a, err = tt.bob.reserve(testContext(t), held.Apartment.ID, newKey())
	mustRefuse(t, "APARTMENT_NOT_VACANT", a, err)
}

func TestAfterADeclineAnotherMethodMayBeTried(t *testing.T) {
	tt := suite(t)
	held := tt.hold(t, time.Minute)
	key := newKey()
	for range 2 { // the decline is remembered under its key
		a, err := tt.alice.pay(testContext(t), held.ID, "pm_declined", key)
		mustRefuse(t, "PAYMENT_DECLINED", a, err)
		if p := a.Reservation.Payment; p.Status != "DECLINED" || p.DeclineCode != "card_declined" || p.Attempt != 1 {
			t.Errorf("the declined payment is %+v", p)
		}
	}
	a, err := tt.alice.pay(testContext(t), held.ID, "pm_ok", newKey())
	must(t, a, err)
	paid := tt.await(t, held.ID, "PAID")
	if paid.Payment.Attempt != 2 || paid.Payment.Method != "pm_ok" {
		t.Errorf("paid with %+v", *paid.Payment)
	}
	if want := []string{"PAYMENT_REQUESTED", "PAYMENT_DECLINED", "PAYMENT_REQUESTED", "PAYMENT_AUTHORIZED", "RESERVATION_PAID"}; !inOrder(paid.kinds(), want) {
		t.Errorf("timeline %v lacks %v", paid.kinds(), want)
	}
}

func TestAPaymentAfterTheDeadlineTakesNothing(t *testing.T) {
	tt := suite(t)
	held := tt.hold(t, time.Second)
	tt.await(t, held.ID, "EXPIRED")
	a, err := tt.alice.pay(testContext(t), held.ID, "pm_ok", newKey())
	mustRefuse(t, "HOLD_EXPIRED", a, err)
	ended := tt.awaitThat(t, held.ID, "its payment is closed", func(r reservation) bool { return r.Payment == nil || r.Payment.Status == "VOIDED" })
	if slices.Contains(ended.kinds(), "PAYMENT_AUTHORIZED") || slices.Contains(ended.kinds(), "PAYMENT_CAPTURED") {
		t.Errorf("timeline %v", ended.kinds())
	}
}

func TestAnAuthorizationThatComesAfterTheDeadlineIsVoided(t *testing.T) {
	tt := suite(t)
	var held reservation
	for begun := false; !begun; { // again where the call comes too late for the gateway to be asked: a function's cold start may take as long
		held = tt.hold(t, time.Second)
		a, err := tt.alice.pay(testContext(t), held.ID, "pm_slow", newKey()) // authorized after 2 s
		mustRefuse(t, "HOLD_EXPIRED", a, err)
		r, err := tt.alice.reservation(testContext(t), held.ID)
		if err != nil {
			t.Fatal(err)
		}
		begun = r.Payment != nil && r.Payment.Method == "pm_slow"
	}
	ended := tt.awaitThat(t, held.ID, "what was authorized is voided", func(r reservation) bool {
		return r.Payment != nil && r.Payment.Status == "VOIDED"
	})
	if ended.Status != "EXPIRED" || ended.Apartment.Status != "VACANT" || slices.Contains(ended.kinds(), "PAYMENT_CAPTURED") {
		t.Errorf("%s, apartment %s, timeline %v", ended.Status, ended.Apartment.Status, ended.kinds())
	}
}

// inOrder reports whether all of want occur in got in this order.
func inOrder(got, want []string) bool {
	for _, kind := range got {
		if len(want) > 0 && kind == want[0] {
			want = want[1:]
		}
	}
	return len(want) == 0
}
