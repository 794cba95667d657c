package embedded_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/payment/stripe/stripetest"
	"github.com/vacancy/vacancy/internal/store/sqlite"
)

// failingStore applies so many intentions, and then is gone: as for a process that ends there.
type failingStore struct {
	*sqlite.Store
	left int
}

var errGone = errors.New("the process has ended")

func (s *failingStore) Apply(ctx context.Context, i booking.Intention, event *booking.Idempotency) (booking.Booking, error) {
	if s.left == 0 {
		return booking.Booking{}, errGone
	}
	s.left--
	return s.Store.Apply(ctx, i, event)
}

// TestAnEventAndItsEffectAreOneTransaction ends the process after each write that an event
// brings about. If the reservation has changed by then the event is stored, and if it has not
// the event comes again; either way all is as it should be in the end.
func TestAnEventAndItsEffectAreOneTransaction(t *testing.T) {
	visa := func(ctx context.Context, s *stage) {
		s.must("confirm", s.server.Pay(s.server.Totals()[0].Ref+"_secret_x", stripetest.Visa))
	}
	for name, c := range map[string]struct {
		policy booking.LateMoney
		heard  time.Duration // when, from the deadline
		happen []func(context.Context, *stage)
		ends   booking.ReservationStatus
	}{
		"paid in time, heard in time": {booking.RefundLate, -10 * time.Second, []func(context.Context, *stage){visa}, booking.ReservationPaid},
		"paid in time, but nothing drives it": {booking.RefundLate, -10 * time.Second, []func(context.Context, *stage){visa, func(ctx context.Context, s *stage) {
			_, err := s.service.PayReservation(ctx, alice, s.held.ID, "", "again for "+s.held.ID)
			s.must("pay again", err)
			s.queue = nil
			s.at = s.at.Add(time.Hour)
		}}, booking.ReservationPaid},
		"too late, the hold not released": {booking.RefundLate, 0, []func(context.Context, *stage){pass, visa}, booking.Expired},
		"too late, refunded":              {booking.RefundLate, time.Minute, []func(context.Context, *stage){pass, lapse, visa}, booking.Expired},
		"too late, reacquired":            {booking.ReacquireElseRefund, time.Minute, []func(context.Context, *stage){pass, lapse, visa}, booking.ReservationPaid},
		"cancelled":                       {booking.RefundLate, -10 * time.Second, []func(context.Context, *stage){cancel, visa}, booking.Cancelled},
		"voided after the end":            {booking.RefundLate, time.Minute, []func(context.Context, *stage){pass, lapse, voidedAtStripe}, booking.Expired},
		"captured and refunded at Stripe": {booking.RefundLate, time.Minute, []func(context.Context, *stage){pass, lapse, visa, refundedAtStripe}, booking.Expired},
	} {
		t.Run(name, func(t *testing.T) {
			ctx := t.Context()
			store, err := sqlite.OpenMemory(ctx, sqlite.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer store.Close()
			for writes := 0; ; writes++ {
				s := newStage(t, store, name, c.policy, 1)
				s.delivered = 1000 // this test delivers
				s.hold(ctx)
				s.queue = nil // the execution is lost
				s.payInApp(ctx)
				for _, happen := range c.happen {
					s.at = s.at.Add(time.Second)
					happen(ctx, s)
				}
				if at := s.held.HoldExpiresAt.Add(c.heard); at.After(s.at) {
					s.at = at
				}
				before := s.reservation(ctx)
				dying := &failingStore{store, writes}
				process := booking.NewService(dying, s.gateway, s, s.now, newTestID, s.service.Config(), slog.New(slog.DiscardHandler))
				events := s.server.Events()
				event := events[len(events)-1]
				heard := process.GatewayEvent(ctx, event.ID, event.Ref)
				changed := len(s.reservation(ctx).Timeline) > len(before.Timeline)
				past, err := store.Recall(ctx, booking.Idempotency{Principal: "gateway:stripe", Operation: "gatewayEvent", Key: event.ID, Fingerprint: event.Ref})
				s.must("recall", err)
				if changed && past == nil {
					s.fatal("after %d writes the event has had an effect and is not stored: %+v", writes, s.reservation(ctx).Timeline)
				}
				if heard == nil && past == nil {
					s.fatal("after %d writes the event is said to be heard and is not stored", writes)
				}
				s.deliverOne(ctx, event, 0) // Stripe does so again, and the server has started again
				if r := s.settle(ctx); r.Status != c.ends {
					s.fatal("after %d writes it ends %s, want %s: %+v", writes, r.Status, c.ends, r.Timeline)
				}
				s.check(ctx, s.reservation(ctx))
				if dying.left > 0 {
					break // it needed no more
				}
			}
		})
	}
}

func (s *stage) reservation(ctx context.Context) booking.Reservation {
	s.t.Helper()
	r, err := s.store.Reservation(ctx, s.held.ID)
	s.must("read", err)
	return r
}

// pass lets the deadline pass.
func pass(_ context.Context, s *stage) { s.at = s.held.HoldExpiresAt.Add(time.Second) }

// lapse releases the hold while Stripe is away, so that the payment stays open.
func lapse(ctx context.Context, s *stage) {
	_, err := s.store.Apply(ctx, booking.ReleaseHold{On: booking.On{ReservationID: s.held.ID, Now: s.now(), By: booking.BySystem}, Reason: booking.ReleaseExpired}, nil)
	s.must("release", err)
}

func cancel(ctx context.Context, s *stage) {
	_, err := s.store.Apply(ctx, booking.ReleaseHold{On: booking.On{ReservationID: s.held.ID, Now: s.now(), By: "alice"}, Reason: booking.ReleaseCancelled}, nil)
	s.must("cancel", err)
}

func voidedAtStripe(ctx context.Context, s *stage) {
	_, err := s.gateway.Void(ctx, s.server.Totals()[0].Ref, "by hand, void "+s.held.ID)
	s.must("void", err)
}

func refundedAtStripe(ctx context.Context, s *stage) {
	ref := s.server.Totals()[0].Ref
	_, err := s.gateway.Capture(ctx, ref, "by hand, capture "+s.held.ID)
	s.must("capture", err)
	_, err = s.gateway.Refund(ctx, ref, "by hand, refund "+s.held.ID)
	s.must("refund", err)
}
