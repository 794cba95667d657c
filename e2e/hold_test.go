package e2e_test

import (
	"context"
	"slices"
	"testing"
	"time"
)

func TestAHoldThatIsPaidForBecomesPaid(t *testing.T) {
	tt := suite(t)
	held := tt.hold(t, time.Minute)
	if held.Status != "HELD" || held.TenantID != "alice" || held.Price != (money{123456, "USD"}) || held.Apartment.Status != "RESERVED" {
		t.Errorf("the hold answers %+v", held)
	}
	if window := held.HoldExpiresAt.Sub(held.PlacedAt); window != time.Minute {
		t.Errorf("the hold lasts %s, its apartment's payment window is a minute", window)
	}
	if held.ServerTime.Before(held.PlacedAt) || held.PollAfter <= 0 {
		t.Errorf("serverTime %s, placedAt %s, pollAfter %d", held.ServerTime, held.PlacedAt, held.PollAfter)
	}

	a, err := tt.alice.pay(testContext(t), held.ID, "pm_ok", newKey())
	if p := must(t, a, err).Reservation.Payment; p == nil || p.Status != "AUTHORIZED" && p.Status != "CAPTURED" {
		t.Errorf("payReservation answers once authorized; the payment is %+v", p)
	}
	paid := tt.await(t, held.ID, "PAID")
	if p := paid.Payment; p.Status != "CAPTURED" || p.Amount != held.Price || p.Attempt != 1 || p.Method != "pm_ok" || p.CapturedAt == nil {
		t.Errorf("paid with %+v", *p)
	}
	if paid.Apartment.Status != "PAID" || paid.PollAfter != 0 || paid.EndedAt == nil {
		t.Errorf("apartment %s, pollAfter %d, endedAt %v", paid.Apartment.Status, paid.PollAfter, paid.EndedAt)
	}
	want := []string{"HOLD_PLACED", "PAYMENT_REQUESTED", "PAYMENT_AUTHORIZED", "CAPTURE_CLAIMED", "PAYMENT_CAPTURED", "RESERVATION_PAID"}
	if got := paid.kinds(); !slices.Equal(got, want) {
		t.Errorf("timeline %v, want %v", got, want)
	}
	if by := paid.Timeline[0].By; by != "alice" {
		t.Errorf("the hold was placed by %q", by)
	}
	if last := paid.Timeline[len(paid.Timeline)-1]; last.By != "system" || last.At.Sub(held.PlacedAt) > 30*time.Second {
		t.Errorf("a payment wakes the execution at once; it ended with %+v, held since %s", last, held.PlacedAt)
	}

	a, err = tt.alice.cancel(testContext(t), held.ID)
	mustRefuse(t, "RESERVATION_NOT_HELD", a, err)
	a, err = tt.alice.extend(testContext(t), held.ID, newKey())
	mustRefuse(t, "RESERVATION_NOT_HELD", a, err)
	a, err = tt.alice.pay(testContext(t), held.ID, "pm_ok", newKey())
	mustRefuse(t, "RESERVATION_NOT_HELD", a, err)
}

func TestAHoldThatIsNotPaidForRevertsToVacant(t *testing.T) {
	tt := suite(t)
	held := tt.hold(t, time.Second)
	expired := tt.await(t, held.ID, "EXPIRED")
	if expired.ServerTime.Before(held.HoldExpiresAt) {
		t.Errorf("EXPIRED at %s, before its deadline %s", expired.ServerTime, held.HoldExpiresAt)
	}
	if expired.Apartment.Status != "VACANT" {
		t.Errorf("the apartment of an expired hold is %s", expired.Apartment.Status)
	}
	// Queries show it from the deadline on; that it was released durably, its timeline says.
	ended := tt.awaitThat(t, held.ID, "its release is in the timeline", func(r reservation) bool {
		return slices.Contains(r.kinds(), "HOLD_EXPIRED")
	})
	if late := ended.EndedAt.Sub(held.HoldExpiresAt); late < 0 || late > tt.late {
		t.Errorf("released %s after the deadline; at most %s is allowed", late, tt.late)
	}
	closed := tt.awaitThat(t, held.ID, "its payment is closed", func(r reservation) bool { return r.Payment == nil || r.Payment.Status == "VOIDED" })
	if slices.Contains(closed.kinds(), "PAYMENT_CAPTURED") {
		t.Errorf("captured without a payment: %v", closed.kinds())
	}

	a, err := tt.bob.reserve(testContext(t), held.Apartment.ID, newKey())
	if again := must(t, a, err).Reservation; again.ID == held.ID || again.TenantID != "bob" {
		t.Errorf("reserving again answers %+v", again)
	}
}

func TestTheMomentTheDeadlinePassesTheApartmentCanBeTakenOver(t *testing.T) {
	tt := suite(t)
	held := tt.hold(t, time.Second)
	taken := poll(t, "bob gets the apartment", func(ctx context.Context) (answer, error) {
		return tt.bob.reserve(ctx, held.Apartment.ID, newKey())
	}, func(a answer) bool { return a.code() == "" })
	if early := held.HoldExpiresAt.Sub(taken.Reservation.PlacedAt); early > 0 {
		t.Errorf("bob's hold was placed %s before alice's ended", early)
	}
	if r := tt.await(t, held.ID, "EXPIRED"); r.EndedAt.Sub(taken.Reservation.PlacedAt) > tt.apart {
		t.Errorf("alice's ended at %s, after bob's began at %s", r.EndedAt, taken.Reservation.PlacedAt)
	}
}

func TestACancelledHoldFreesTheApartmentAtOnce(t *testing.T) {
	tt := suite(t)
	held := tt.hold(t, time.Minute)
	for range 2 { // cancelling again succeeds
		a, err := tt.alice.cancel(testContext(t), held.ID)
		if r := must(t, a, err).Reservation; r.Status != "CANCELLED" || r.Apartment.Status != "VACANT" {
			t.Errorf("cancelling answers %s, its apartment %s", r.Status, r.Apartment.Status)
		}
	}
	a, err := tt.bob.reserve(testContext(t), held.Apartment.ID, newKey())
	must(t, a, err)
	tt.awaitThat(t, held.ID, "its payment is closed", func(r reservation) bool { return r.Payment == nil || r.Payment.Status == "VOIDED" })
	a, err = tt.alice.pay(testContext(t), held.ID, "pm_ok", newKey())
	mustRefuse(t, "RESERVATION_NOT_HELD", a, err)
	if r := tt.await(t, held.ID, "CANCELLED"); slices.Contains(r.kinds(), "PAYMENT_AUTHORIZED") {
		t.Errorf("a cancelled reservation was paid for: %v", r.kinds())
	}
}

func TestExtendingMovesTheDeadlineOnlySoFar(t *testing.T) {
	tt := suite(t)
	window := tt.window(3 * time.Second)
	held := tt.hold(t, window)
	tt.awaitThat(t, held.ID, "half of the window has passed", func(r reservation) bool { return r.ServerTime.Sub(r.PlacedAt) > window/2 })

	key := newKey()
	a, err := tt.alice.extend(testContext(t), held.ID, key)
	extended := must(t, a, err).Reservation
	if moved := extended.HoldExpiresAt.Sub(held.HoldExpiresAt); extended.Extensions != 1 || moved < window/2 || moved > window {
		t.Errorf("extended %d times, by %s", extended.Extensions, moved)
	}
	a, err = tt.alice.extend(testContext(t), held.ID, key)
	if again := must(t, a, err).Reservation; again.Extensions != 1 || !again.HoldExpiresAt.Equal(extended.HoldExpiresAt) {
		t.Errorf("the same key extended it once more: %d times, until %s", again.Extensions, again.HoldExpiresAt)
	}
	tt.awaitThat(t, held.ID, "the first deadline has passed", func(r reservation) bool {
		if r.Status != "HELD" {
			t.Fatalf("%s before the new deadline %s; it is %s", r.Status, extended.HoldExpiresAt, r.ServerTime)
		}
		return r.ServerTime.After(held.HoldExpiresAt.Add(100 * time.Millisecond))
	})
	a, err = tt.alice.extend(testContext(t), held.ID, newKey())
	second := must(t, a, err).Reservation
	if most := held.PlacedAt.Add(3 * window); second.HoldExpiresAt.After(most) {
		t.Errorf("held until %s, past three windows (%s)", second.HoldExpiresAt, most)
	}
	a, err = tt.alice.extend(testContext(t), held.ID, newKey())
	mustRefuse(t, "EXTENSION_LIMIT_REACHED", a, err)

	ended := tt.awaitThat(t, held.ID, "it is released", func(r reservation) bool { return slices.Contains(r.kinds(), "HOLD_EXPIRED") })
	if late := ended.EndedAt.Sub(second.HoldExpiresAt); late < 0 || late > tt.late {
		t.Errorf("released %s after the deadline to which it was extended", late)
	}
	a, err = tt.alice.extend(testContext(t), held.ID, newKey())
	mustRefuse(t, "HOLD_EXPIRED", a, err)
}
