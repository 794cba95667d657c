package embedded_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/payment/stripe/stripetest"
	"github.com/vacancy/vacancy/internal/store/sqlite"
)

// proofs is how many payments the proofs make.
func proofs() int {
	if testing.Short() {
		return 200
	}
	return 2000
}

// faulty is a Stripe that does as told and loses the answer (20 %), answers 500 before or
// after it has (10 %), and is slow (5 %).
func (s *stage) faulty(stripetest.Call) stripetest.Fault {
	switch n := s.rand.IntN(100); {
	case n < 20:
		return stripetest.Fault{After: stripetest.Lost}
	case n < 25:
		return stripetest.Fault{Before: stripetest.ServerError}
	case n < 30:
		return stripetest.Fault{After: stripetest.ServerError}
	case n < 35:
		return stripetest.Fault{Slow: func() { s.skew += 3 * time.Second }}
	}
	return stripetest.Fault{}
}

// inParallel runs f for each of n numbers in a few goroutines, each with a store of its own:
// a sweep sees to everything in a store.
func inParallel(t *testing.T, n int, f func(t *testing.T, store *sqlite.Store, i int)) {
	const lanes = 4
	t.Run("all", func(t *testing.T) {
		for lane := range lanes {
			t.Run(fmt.Sprint(lane), func(t *testing.T) {
				t.Parallel()
				store, err := sqlite.OpenMemory(t.Context(), sqlite.Options{})
				if err != nil {
					t.Fatal(err)
				}
				defer store.Close()
				for i := lane; i < n; i += lanes {
					f(t, store, i)
				}
			})
		}
	})
}

// 2,000 payments through a Stripe that times out after the effect, fails and is slow, with
// webhooks that get lost, come twice and in any order: for each, captured − refunded is its
// price if it is PAID, and 0 if it is not.
func TestPaymentsThroughAFaultyGateway(t *testing.T) {
	ends := make(chan booking.ReservationStatus, proofs())
	inParallel(t, proofs(), func(t *testing.T, store *sqlite.Store, i int) {
		policy := []booking.LateMoney{booking.RefundLate, booking.ReacquireElseRefund}[i%2]
		s := newStage(t, store, fmt.Sprint("payment ", i), policy, uint64(i))
		s.mayLoseEvents = true
		s.hold(t.Context())
		s.server.Fail(s.faulty)
		s.script(t.Context(), i, time.Duration(s.rand.IntN(70_000))*time.Millisecond)
		r := s.settle(t.Context())
		s.check(t.Context(), r)
		ends <- r.Status
	})
	close(ends)
	counts := map[booking.ReservationStatus]int{}
	for status := range ends {
		counts[status]++
	}
	t.Log(counts)
	if total := proofs(); counts[booking.ReservationPaid] < total/2 || counts[booking.Expired] < total/50 || counts[booking.Cancelled] < total/50 {
		t.Errorf("%v of %d: the ends are not those of a test that tries much", counts, total)
	}
}

// script has the tenant pay at a time after the hold, one way or the other.
func (s *stage) script(ctx context.Context, i int, at time.Duration) {
	switch i % 5 {
	case 0:
		s.after(at, func() { s.payInApp(ctx, stripetest.Declined, stripetest.Visa) })
	case 1:
		s.after(at, func() { s.payByServer(ctx, stripetest.Visa) })
	case 2: // declined, then paid with another card
		s.after(at, func() { s.payByServer(ctx, stripetest.Declined) })
		s.after(at+10*time.Second, func() { s.payByServer(ctx, stripetest.Visa) })
	case 3: // pays, and changes their mind
		s.after(at, func() { s.payInApp(ctx, stripetest.Visa) })
		s.after(at+time.Duration(s.rand.IntN(3000))*time.Millisecond, func() {
			_, err := s.service.CancelReservation(ctx, alice, s.held.ID)
			s.say("cancel", err)
		})
	default:
		s.after(at, func() { s.payInApp(ctx, stripetest.Visa) })
	}
}

// 2,000 pays within ±50 ms of the deadline: each is PAID or fully returned, whatever the
// policy for late money.
func TestPaysAroundTheDeadlineThroughStripe(t *testing.T) {
	ends := make(chan string, proofs())
	inParallel(t, proofs(), func(t *testing.T, store *sqlite.Store, i int) {
		policy := []booking.LateMoney{booking.RefundLate, booking.ReacquireElseRefund}[i%2]
		s := newStage(t, store, fmt.Sprint("pay ", i), policy, uint64(i))
		s.mayLoseEvents = true
		s.hold(t.Context())
		off := time.Duration(i%101-50) * time.Millisecond
		if i%3 == 0 { // the app has its secret early, and confirms at the deadline
			s.after(time.Second, func() { s.confirmAt(t.Context(), stageWindow-time.Second+off) })
		} else {
			s.after(stageWindow+off, func() { s.payByServer(t.Context(), stripetest.Visa) })
		}
		r := s.settle(t.Context())
		s.check(t.Context(), r)
		ends <- string(policy) + " " + string(r.Status)
	})
	close(ends)
	counts := map[string]int{}
	for end := range ends {
		counts[end]++
	}
	t.Log(counts)
	for _, end := range []string{"REFUND PAID", "REFUND EXPIRED", "REACQUIRE_ELSE_REFUND PAID"} {
		if counts[end] < proofs()/20 {
			t.Errorf("%d ended %s: %v", counts[end], end, counts)
		}
	}
}

// confirmAt gets a client secret now, and confirms with it after a while.
func (s *stage) confirmAt(ctx context.Context, after time.Duration) {
	r, err := s.service.PayReservation(ctx, alice, s.held.ID, "", "pay in the app for "+s.held.ID)
	if err != nil {
		s.fatal("%v", err)
	}
	c, err := s.service.Confirmation(ctx, alice, r)
	if err != nil || c.ClientSecret == "" {
		s.fatal("no client secret: %v", err)
	}
	s.after(after, func() {
		s.say("confirm", s.server.Pay(c.ClientSecret, stripetest.Visa))
		s.deliver(ctx)
	})
}
