package booking

import (
	"fmt"
	"testing"
	"time"
)

var (
	placedAt = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	window   = time.Minute
	deadline = placedAt.Add(window)
)

func placedBooking(t *testing.T) Booking {
	t.Helper()
	placed, err := PlaceHold{ApartmentID: "a", ReservationID: "r", TenantID: "t", Now: placedAt, Window: window}.
		Decide(Apartment{ID: "a", Status: Vacant, Epoch: 6, Listing: Listing{Price: Money{Amount: 79000, Currency: "USD"}}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return Booking{Reservation: placed.Reservation, Apartment: placed.Apartment}
}

// withoutPayment is a hold as earlier releases placed it: its payment began when the
// execution asked for it.
func withoutPayment(b Booking) Booking {
	b.Reservation.Payment, b.Reservation.Timeline = nil, b.Reservation.Timeline[:1:1]
	return b
}

// intentionsAt lists every intention as it can be made at a moment, by this hold's
// epoch and by a stale one.
func intentionsAt(now time.Time, attempt int) []Intention {
	var all []Intention
	for _, epoch := range []int64{7, 6} {
		on := On{ReservationID: "r", Epoch: epoch, Now: now, By: "t"}
		payment := PaymentID("r", attempt)
		all = append(all,
			BeginPayment{On: on, Method: "pm_ok"}, BeginPayment{On: on},
			AuthorizePayment{On: on, PaymentID: payment, GatewayRef: "g"},
			DeclinePayment{On: on, PaymentID: payment, DeclineCode: "no"},
			ClaimForCapture{On: on}, RecordCapture{On: on}, ConfirmReservation{On: on},
			ReleaseHold{On: on, Reason: ReleaseExpired}, ReleaseHold{On: on, Reason: ReleaseCancelled},
			ReleaseHold{On: on, Reason: ReleaseFailed}, ReleaseHold{On: on, Reason: ReleaseFailed, CaptureFailed: true},
			ExtendHold{On: on, MaxExtensions: 2, MaxWindows: 3},
			RecordVoid{On: on, PaymentID: payment}, RecordRefund{On: on, PaymentID: payment},
			Occupy{On: on}, Vacate{On: on}, RefundReservation{On: on},
		)
	}
	return all
}

// state is a booking without what grows and without moments, to tell visited ones.
func state(b Booking) string {
	p := "none"
	if b.Reservation.Payment != nil {
		p = fmt.Sprint(b.Reservation.Payment.Status, b.Reservation.Payment.Attempt, b.Reservation.Payment.Method)
	}
	return fmt.Sprint(b.Reservation.Status, b.Reservation.HoldExpiresAt.Sub(placedAt), b.Reservation.Extensions,
		b.Reservation.TaskToken, b.Reservation.WorkflowStarted, "|", p, "|", b.Apartment.Status, b.Apartment.ReservationID, b.Apartment.Epoch)
}

// TestEveryReachableStateKeepsTheRules walks all bookings that any order of
// intentions, around the deadline, can lead to, from a hold as it is placed and as earlier
// releases placed it, and holds each and each step to the rules of design section 3.
func TestEveryReachableStateKeepsTheRules(t *testing.T) {
	moments := []time.Time{deadline.Add(-time.Millisecond), deadline, deadline.Add(time.Millisecond), placedAt.Add(3 * window)}
	type node struct {
		booking Booking
		at      int // time only goes forward
	}
	seen := map[string]bool{}
	queue := []node{{placedBooking(t), 0}, {withoutPayment(placedBooking(t)), 0}}
	reached := map[string]bool{}
	for len(queue) > 0 {
		n := queue[0]
		queue = queue[1:]
		reached[string(n.booking.Reservation.Status)+"/"+string(n.booking.Apartment.Status)] = true
		events, attempt := len(n.booking.Reservation.Timeline), 1
		if n.booking.Reservation.Payment != nil {
			attempt = n.booking.Reservation.Payment.Attempt
		}
		if attempt > 2 {
			continue // a third attempt is as a second
		}
		for at := n.at; at < len(moments); at++ {
			for _, i := range intentionsAt(moments[at], attempt) {
				before := state(n.booking)
				next, changed, err := i.Decide(n.booking)
				if after := state(n.booking); after != before || len(n.booking.Reservation.Timeline) != events {
					t.Fatalf("%T changed the booking it was given:\n%s\n%s", i, before, after)
				}
				if !changed {
					continue
				}
				if err != nil {
					t.Fatalf("%T at %s says both changed and %v", i, moments[at].Sub(placedAt), err)
				}
				if !i.NeedsApartment() {
					next.Apartment = n.booking.Apartment
				}
				checkStep(t, n.booking, next, i, moments[at])
				checkBooking(t, next)
				// Every transition is idempotent: applied again it changes nothing (Vacate refuses).
				if _, again, _ := i.Decide(next); again {
					if _, extends := i.(ExtendHold); !extends {
						t.Errorf("%T applied twice changes twice: %s", i, state(next))
					}
				}
				if key := fmt.Sprint(state(next), at); !seen[key] {
					seen[key] = true
					queue = append(queue, node{next, at})
				}
			}
		}
	}
	for _, want := range []string{"HELD/RESERVED", "CONFIRMING/RESERVED", "PAID/PAID", "PAID/OCCUPIED", "PAID/VACANT", "EXPIRED/VACANT",
		"CANCELLED/VACANT", "FAILED/VACANT", "REFUNDED/VACANT"} {
		if !reached[want] {
			t.Errorf("never reached %s; reached %v", want, reached)
		}
	}
}

func checkBooking(t *testing.T, b Booking) {
	t.Helper()
	r, a := b.Reservation, b.Apartment
	switch {
	case r.Status.Live() && (a.Status != Reserved || a.ReservationID != r.ID || a.Epoch != r.Epoch):
		t.Errorf("a live hold without its apartment: %s", state(b))
	case r.Status.Live() && !a.HoldExpiresAt.Equal(r.HoldExpiresAt):
		t.Errorf("apartment and reservation tell different deadlines: %s", state(b))
	case r.Status == ReservationPaid && r.Payment.Status != Captured:
		t.Errorf("PAID without captured money: %s", state(b))
	case a.Status == ApartmentPaid && r.Status != ReservationPaid:
		t.Errorf("a PAID apartment of an unpaid reservation: %s", state(b))
	case r.HoldExpiresAt.After(placedAt.Add(3 * window)):
		t.Errorf("held past three windows: %s", state(b))
	case a.Epoch != 7:
		t.Errorf("the epoch moved without a new hold: %s", state(b))
	case !r.Status.Live() && r.EndedAt.IsZero():
		t.Errorf("ended without a time: %s", state(b))
	}
}

func checkStep(t *testing.T, before, after Booking, i Intention, now time.Time) {
	t.Helper()
	was, is := before.Reservation, after.Reservation
	fail := func(rule string) {
		t.Errorf("%T at %s: %s\n%s\n%s", i, now.Sub(placedAt), rule, state(before), state(after))
	}
	allowed := map[ReservationStatus][]ReservationStatus{
		Held:            {Confirming, Expired, Cancelled, ReservationFailed},
		Confirming:      {ReservationPaid, ReservationFailed},
		ReservationPaid: {ReservationRefunded},
	}
	if was.Status != is.Status {
		ok := false
		for _, s := range allowed[was.Status] {
			ok = ok || s == is.Status
		}
		if !ok {
			fail("no such transition")
		}
	}
	if is.Status == Confirming && was.Status == Held && was.Payment.Status != Authorized {
		fail("claimed without an authorization")
	}
	if is.Status == Expired && was.Status == Held && (now.Before(was.HoldExpiresAt) || was.Payment.authorized()) {
		fail("expired too early, or though paid for")
	}
	if was.Status == Confirming && is.Status == ReservationFailed && was.Payment.Status == Captured {
		fail("failed with captured money")
	}
	if is.Payment != nil && is.Payment.Status == Authorized && (was.Payment == nil || was.Payment.Status != Authorized) && !now.Before(was.HoldExpiresAt) {
		fail("authorized after the deadline")
	}
	if is.Payment != nil && is.Payment.Status == Refunded && was.Payment.Status != Refunded && (is.Status == ReservationPaid || is.Status == Confirming) {
		fail("refunded what is PAID or being captured")
	}
	if is.Payment != nil && is.Payment.Status == Voided && was.Payment.Status == Captured {
		fail("voided captured money")
	}
	told := 1
	if _, begins := i.(BeginPayment); begins && was.Payment != nil && was.Payment.Status == Pending {
		told = 0 // what the tenant pays with; that it was begun was told before
	}
	if len(is.Timeline) != len(was.Timeline)+told {
		fail("the timeline does not tell")
	}
	if on := i.Reservation(); on != "r" {
		fail("about another reservation")
	}
	if epochOf(i) == 6 {
		fail("a stale epoch changed something")
	}
}

func epochOf(i Intention) int64 {
	switch i := i.(type) {
	case BeginPayment:
		return i.Epoch
	case AuthorizePayment:
		return i.Epoch
	case DeclinePayment:
		return i.Epoch
	case ClaimForCapture:
		return i.Epoch
	case RecordCapture:
		return i.Epoch
	case ConfirmReservation:
		return i.Epoch
	case ReleaseHold:
		return i.Epoch
	case ExtendHold:
		return i.Epoch
	case RecordVoid:
		return i.Epoch
	case RecordRefund:
		return i.Epoch
	case Occupy:
		return i.Epoch
	case Vacate:
		return i.Epoch
	case RefundReservation:
		return i.Epoch
	}
	return 0
}

func TestPlaceHoldPreconditions(t *testing.T) {
	held := placedBooking(t)
	authorized := held.Reservation
	authorized.Payment = &Payment{ID: "r-p1", Attempt: 1, Status: Authorized}
	pending := held.Reservation
	pending.Payment = &Payment{ID: "r-p1", Attempt: 1, Status: Pending, Method: "pm_ok"}
	earlier := withoutPayment(held).Reservation
	confirming := authorized
	confirming.Status = Confirming
	with := func(s ApartmentStatus) Apartment { a := held.Apartment; a.Status = s; return a }
	for _, c := range []struct {
		name    string
		a       Apartment
		current *Reservation
		now     time.Time
		ok      bool
	}{
		{"held, before the deadline", held.Apartment, &held.Reservation, deadline.Add(-time.Nanosecond), false},
		{"lapsed at the deadline", held.Apartment, &held.Reservation, deadline, true},
		{"lapsed with a payment that the tenant has begun", held.Apartment, &pending, deadline, true},
		{"lapsed without a payment", held.Apartment, &earlier, deadline, true},
		{"lapsed but authorized", held.Apartment, &authorized, deadline.Add(time.Hour), false},
		{"being captured", held.Apartment, &confirming, deadline.Add(time.Hour), false},
		{"paid", with(ApartmentPaid), nil, deadline, false},
		{"occupied", with(Occupied), nil, deadline, false},
		{"withdrawn", with(Withdrawn), nil, deadline, false},
		{"vacant", with(Vacant), nil, placedAt, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			placed, err := PlaceHold{ApartmentID: "a", ReservationID: "r2", TenantID: "t2", Now: c.now, Window: window}.Decide(c.a, c.current)
			if (err == nil) != c.ok {
				t.Fatalf("err %v, want ok %v", err, c.ok)
			}
			if err != nil {
				if CodeOf(err) != ApartmentNotVacant {
					t.Fatalf("code %s", CodeOf(err))
				}
				return
			}
			if placed.Reservation.Epoch != c.a.Epoch+1 || placed.Apartment.Epoch != c.a.Epoch+1 {
				t.Errorf("epoch %d, want %d", placed.Reservation.Epoch, c.a.Epoch+1)
			}
			if c.current != nil && (placed.Expired == nil || placed.Expired.Status != Expired || placed.Expired.ID != "r") {
				t.Errorf("the old reservation is %+v, want it EXPIRED", placed.Expired)
			}
		})
	}
}
