package booking

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// TestTransitionTable holds every intention to the design's table of preconditions
// (section 3, made exact in 10.1 and 10.9): in each combination of reservation,
// payment and moment it changes something exactly where the table says so. Unlike
// TestEveryReachableStateKeepsTheRules it also tries combinations that no order of
// intentions leads to. Holds without a payment are those that earlier releases placed.
func TestTransitionTable(t *testing.T) {
	type situation struct {
		status  ReservationStatus
		payment PaymentStatus // "" for none
		now     time.Time
	}
	in := func(s situation, statuses ...ReservationStatus) bool { return slices.Contains(statuses, s.status) }
	paid := func(s situation, statuses ...PaymentStatus) bool { return slices.Contains(statuses, s.payment) }
	inTime := func(s situation) bool { return s.now.Before(deadline) }

	table := map[string]struct {
		make    func(On) Intention
		allowed func(situation) bool
	}{
		"BeginPayment": {func(on On) Intention { return BeginPayment{On: on, Method: "pm_ok"} },
			func(s situation) bool { return in(s, Held) && inTime(s) && paid(s, "", Declined, Pending) }},
		"BeginPayment ahead of the tenant": {func(on On) Intention { return BeginPayment{On: on} },
			func(s situation) bool { return in(s, Held) && inTime(s) && paid(s, "") }},
		"AuthorizePayment": {func(on On) Intention { return AuthorizePayment{On: on, PaymentID: "r-p1", GatewayRef: "g"} },
			func(s situation) bool { return in(s, Held) && inTime(s) && paid(s, Pending) }},
		"DeclinePayment": {func(on On) Intention { return DeclinePayment{On: on, PaymentID: "r-p1", DeclineCode: "no"} },
			func(s situation) bool { return paid(s, Pending) }},
		"ClaimForCapture": {func(on On) Intention { return ClaimForCapture{On: on} },
			func(s situation) bool { return in(s, Held) && paid(s, Authorized) }},
		"RecordCapture": {func(on On) Intention { return RecordCapture{On: on} },
			func(s situation) bool { return in(s, Confirming) && paid(s, Authorized) }},
		"ConfirmReservation": {func(on On) Intention { return ConfirmReservation{On: on} },
			func(s situation) bool { return in(s, Confirming) && paid(s, Captured) }},
		"ReleaseHold, expired": {func(on On) Intention { return ReleaseHold{On: on, Reason: ReleaseExpired} },
			func(s situation) bool { return in(s, Held) && !inTime(s) && !paid(s, Authorized) }},
		"ReleaseHold, cancelled": {func(on On) Intention { return ReleaseHold{On: on, Reason: ReleaseCancelled} },
			func(s situation) bool { return in(s, Held) }},
		"ReleaseHold, failed": {func(on On) Intention { return ReleaseHold{On: on, Reason: ReleaseFailed} },
			func(s situation) bool { return in(s, Held) }},
		"ReleaseHold, capture failed": {func(on On) Intention { return ReleaseHold{On: on, Reason: ReleaseFailed, CaptureFailed: true} },
			func(s situation) bool { return in(s, Held) || in(s, Confirming) && !paid(s, Captured) }},
		"ExtendHold": {func(on On) Intention { return ExtendHold{On: on, MaxExtensions: 2, MaxWindows: 3} },
			func(s situation) bool { return in(s, Held) && inTime(s) }},
		"RecordVoid": {func(on On) Intention { return RecordVoid{On: on, PaymentID: "r-p1"} },
			func(s situation) bool { return !in(s, Held, Confirming) && paid(s, Pending, Authorized) }},
		"RecordRefund": {func(on On) Intention { return RecordRefund{On: on, PaymentID: "r-p1"} },
			func(s situation) bool { return !in(s, Held, Confirming, ReservationPaid) && paid(s, Captured) }},
		"NoteLateMoney": {func(on On) Intention { return NoteLateMoney{On: on, PaymentID: "r-p1"} },
			func(s situation) bool { return !in(s, Held, Confirming, ReservationPaid) && paid(s, Pending) }},
		"RecordCapture, known after the end": {func(on On) Intention { return RecordCapture{On: on, AfterEnd: true} },
			func(s situation) bool {
				return !in(s, Held, Confirming, ReservationPaid) && paid(s, Pending, Authorized)
			}},
	}
	for name, row := range table {
		for _, status := range []ReservationStatus{Held, Confirming, ReservationPaid, Expired, Cancelled, ReservationFailed, ReservationRefunded} {
			for _, payment := range []PaymentStatus{"", Pending, Authorized, Captured, Refunded, Voided, Declined} {
				for _, now := range []time.Time{deadline.Add(-time.Millisecond), deadline, deadline.Add(time.Millisecond)} {
					s := situation{status, payment, now}
					b := placedBooking(t)
					b.Reservation.Status, b.Reservation.Payment = status, nil
					if payment != "" {
						b.Reservation.Payment = &Payment{ID: "r-p1", Attempt: 1, Status: payment}
					}
					next, changed, err := row.make(On{ReservationID: "r", Epoch: 7, Now: now, By: "t"}).Decide(b)
					if changed != row.allowed(s) {
						t.Errorf("%s on %s with payment %q, %s from the deadline: changed %v (%v), want %v",
							name, status, payment, now.Sub(deadline), changed, err, row.allowed(s))
					}
					if !changed && fmt.Sprint(state(next)) != state(b) {
						t.Errorf("%s on %s with payment %q answers another booking although it changed nothing", name, status, payment)
					}
				}
			}
		}
	}
}

// However often a hold may be extended, it never lasts longer than so many windows.
func TestExtensionsAreCappedByWindows(t *testing.T) {
	b := placedBooking(t)
	last := placedAt.Add(3 * window)
	refused := false
	for range 10 {
		now := b.Reservation.HoldExpiresAt.Add(-time.Millisecond)
		next, changed, err := ExtendHold{On: On{ReservationID: "r", Epoch: 7, Now: now, By: "t"}, MaxExtensions: 100, MaxWindows: 3}.Decide(b)
		if next.Reservation.HoldExpiresAt.After(last) {
			t.Fatalf("held until %s, three windows end at %s", next.Reservation.HoldExpiresAt, last)
		}
		if refused = !changed; refused {
			if CodeOf(err) != ExtensionLimitReached || !b.Reservation.HoldExpiresAt.Equal(last) {
				t.Errorf("refused with %v at %s, want EXTENSION_LIMIT_REACHED at %s", err, b.Reservation.HoldExpiresAt, last)
			}
			break
		}
		b = next
	}
	if !refused {
		t.Error("a hold can be extended for ever")
	}
}

// The execution asks the gateway for the first payment, and stores the gateway's id of it
// when it begins to wait. By then the tenant may have been declined and begun another.
func TestTheGatewaysIDIsOfTheFirstPayment(t *testing.T) {
	for attempt, want := range map[int]string{1: "g1", 2: ""} {
		b := placedBooking(t)
		b.Reservation.Payment = &Payment{ID: PaymentID("r", attempt), Attempt: attempt, Status: Pending}
		next, changed, err := StoreTaskToken{On: On{ReservationID: "r", Epoch: 7, Now: placedAt}, Token: "t", GatewayRef: "g1"}.Decide(b)
		if err != nil || !changed || next.Reservation.TaskToken != "t" || next.Reservation.Payment.GatewayRef != want {
			t.Errorf("attempt %d: ref %q, want %q; token %q, %v", attempt, next.Reservation.Payment.GatewayRef, want, next.Reservation.TaskToken, err)
		}
	}
}

// At the deadline a hold is released at once, unless the tenant has begun to pay: then the
// execution asks the gateway first (design, 10.8).
func TestAHoldThatIsBeingPaidForIsLeftToItsExecution(t *testing.T) {
	for _, c := range []struct {
		payment *Payment
		left    bool
	}{
		{nil, false}, // placed by an earlier release
		{&Payment{ID: "r-p1", Attempt: 1, Status: Pending}, false}, // begun with the hold, not by the tenant
		{&Payment{ID: "r-p1", Attempt: 1, Status: Pending, Method: "pm_ok"}, true},
		{&Payment{ID: "r-p1", Attempt: 1, Status: Declined, Method: "pm_ok"}, false},
		{&Payment{ID: "r-p1", Attempt: 1, Status: Authorized, Method: "pm_ok"}, true},
	} {
		b := placedBooking(t)
		b.Reservation.Payment = c.payment
		on := On{ReservationID: "r", Now: deadline, By: BySystem}
		if _, changed, err := (ReleaseHold{On: on, Reason: ReleaseExpired, UnlessPaying: true}).Decide(b); changed == c.left {
			t.Errorf("payment %+v: released %v, %v", c.payment, changed, err)
		}
	}
}
