package embedded_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/payment/stripe/stripetest"
	"github.com/vacancy/vacancy/internal/store/sqlite"
)

// life is what happens to a payment, step by step; each step makes one event at Stripe.
type life struct {
	events []string
	steps  []func(ctx context.Context, s *stage)
	ends   booking.ReservationStatus
	once   []booking.TimelineKind // what the timeline then has once, and no more
}

func (s *stage) must(what string, err error) {
	s.t.Helper()
	if err != nil {
		s.fatal("%s: %v", what, err)
	}
}

// begin: the app asks for a client secret. A card is declined, another is authorized.
func begun(ctx context.Context, s *stage) {
	s.payInApp(ctx)
}

func declined(_ context.Context, s *stage) {
	_ = s.server.Pay(s.server.Totals()[0].Ref+"_secret_x", stripetest.Declined)
}

func confirmed(_ context.Context, s *stage) {
	s.must("confirm", s.server.Pay(s.server.Totals()[0].Ref+"_secret_x", stripetest.Visa))
}

// captured is the execution: woken by the event if it has come, or by the deadline.
func captured(ctx context.Context, s *stage) {
	r, err := s.store.Reservation(ctx, s.held.ID)
	s.must("read", err)
	if r.Payment.Status == booking.Pending {
		s.at = r.HoldExpiresAt
	}
	s.must("the execution", execute(ctx, s.service, s.input()))
}

func refundOrdered(ctx context.Context, s *stage) {
	_, err := s.service.RefundReservation(ctx, booking.Principal{ID: "m", Role: booking.Manager}, s.held.ID)
	s.must("refund", err)
}

func cancelled(ctx context.Context, s *stage) {
	_, err := s.service.CancelReservation(ctx, alice, s.held.ID)
	s.must("cancel", err)
	_, err = s.service.ReturnMoney(ctx, s.held.ID)
	s.must("return", err)
}

var lives = map[string]life{
	"paid, then refunded": {
		events: []string{"payment_intent.created", "payment_intent.payment_failed", "payment_intent.amount_capturable_updated", "payment_intent.succeeded", "charge.refunded"},
		steps:  []func(context.Context, *stage){begun, declined, confirmed, captured, refundOrdered},
		ends:   booking.ReservationRefunded,
		once: []booking.TimelineKind{booking.PaymentRequested, booking.PaymentWasAuthorized, booking.CaptureClaimed, booking.PaymentWasCaptured,
			booking.ReservationConfirmed, booking.RefundOrdered, booking.PaymentWasRefunded},
	},
	"authorized, then cancelled": {
		events: []string{"payment_intent.created", "payment_intent.payment_failed", "payment_intent.amount_capturable_updated", "payment_intent.canceled"},
		steps:  []func(context.Context, *stage){begun, declined, confirmed, cancelled},
		ends:   booking.Cancelled,
		once:   []booking.TimelineKind{booking.PaymentRequested, booking.HoldCancelled, booking.PaymentWasVoided},
	},
}

// TestEveryOrderOfEvents delivers the events of a payment's life in every order, each once or
// twice, as soon as they have happened and those before them in the order were delivered: the
// end is the same, each effect is there once, and the account holds what it should.
func TestEveryOrderOfEvents(t *testing.T) {
	for name, l := range lives {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store, err := sqlite.OpenMemory(t.Context(), sqlite.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer store.Close()
			runs := 0
			everyOrder(len(l.events), func(order []int) {
				for doubled := range 1 << len(l.events) {
					if testing.Short() && doubled != 0 && doubled != 1<<len(l.events)-1 {
						continue
					}
					l.live(t, store, order, doubled)
					runs++
				}
			})
			t.Logf("%d orders and duplications", runs)
		})
	}
}

// live lives it once. The bits of doubled say which events come twice: again at once, and
// once more at the very end.
func (l life) live(t *testing.T, store *sqlite.Store, order []int, doubled int) {
	t.Helper()
	ctx := t.Context()
	s := newStage(t, store, fmt.Sprintf("order %v, twice %05b", order, doubled), booking.RefundLate, 1)
	s.delivered = 1000 // this test delivers
	s.hold(ctx)
	s.queue, s.running = nil, s.held.ID // and plays the execution
	next := 0
	deliver := func(happened int) {
		for ; next < len(order) && order[next] < happened; next++ {
			event := s.server.Events()[order[next]]
			s.must("event "+event.Type, s.service.GatewayEvent(ctx, event.ID, event.Ref))
			if doubled&(1<<order[next]) != 0 {
				s.must("event again", s.service.GatewayEvent(ctx, event.ID, event.Ref))
			}
		}
	}
	for n, step := range l.steps {
		s.at = s.at.Add(time.Second)
		step(ctx, s)
		if events := s.server.Events(); len(events) != n+1 || events[n].Type != l.events[n] {
			s.fatal("after step %d the events are %+v, want %v", n, events, l.events[:n+1])
		}
		deliver(n + 1)
	}
	for i, event := range s.server.Events() { // days late
		if doubled&(1<<i) != 0 {
			s.at = s.at.Add(24 * time.Hour)
			s.must("event late", s.service.GatewayEvent(ctx, event.ID, event.Ref))
		}
	}
	for _, event := range s.server.Events() {
		past, err := store.Recall(ctx, booking.Idempotency{Principal: "gateway:stripe", Operation: "gatewayEvent", Key: event.ID, Fingerprint: event.Ref})
		if err != nil || past == nil || past.ResultID != s.held.ID {
			s.fatal("event %s is remembered as %+v, %v", event.Type, past, err)
		}
	}
	r, err := store.Reservation(ctx, s.held.ID)
	s.must("read", err)
	if r.Status != l.ends {
		s.fatal("it is %s, want %s", r.Status, l.ends)
	}
	counts := s.timeline()
	for _, kind := range l.once {
		if counts[kind] != 1 {
			s.fatal("%s is in the timeline %d times: %+v", kind, counts[kind], r.Timeline)
		}
	}
	for _, kind := range []booking.TimelineKind{booking.PaymentWasDeclined, booking.HoldLapsed, booking.HoldFailed, booking.RepairStarted} {
		if counts[kind] != 0 {
			s.fatal("%s is in the timeline: %+v", kind, r.Timeline)
		}
	}
	s.check(ctx, r)
}

// everyOrder calls f with every order of 0 … n-1.
func everyOrder(n int, f func([]int)) {
	var extend func([]int)
	extend = func(order []int) {
		if len(order) == n {
			f(order)
			return
		}
		for i := range n {
			if !slices.Contains(order, i) {
				extend(append(slices.Clone(order), i))
			}
		}
	}
	extend(nil)
}
