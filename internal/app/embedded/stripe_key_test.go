package embedded_test

import (
	"strings"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/payment/stripe/stripetest"
	"github.com/vacancy/vacancy/internal/store/sqlite"
)

func newStripeStage(t *testing.T, name string) *stage {
	t.Helper()
	store, err := sqlite.OpenMemory(t.Context(), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	s := newStage(t, store, name, booking.RefundLate, 1)
	s.delivered = 1000 // no events
	s.hold(t.Context())
	return s
}

// Stripe has stored a server error under the key of the create, and would answer it for a day.
// It is asked whether it made anything, and only when it did not is another key used.
func TestASpoiltCreate(t *testing.T) {
	for name, mishap := range map[string]stripetest.Fault{
		"nothing was made":         {Before: stripetest.ServerError},
		"it was made all the same": {After: stripetest.ServerError},
	} {
		s := newStripeStage(t, name)
		s.server.Fail(func(c stripetest.Call) stripetest.Fault {
			if c.Operation == stripetest.Create && strings.HasSuffix(c.Key, ":create") {
				return mishap
			}
			return stripetest.Fault{}
		})
		s.after(time.Second, func() { s.payInApp(t.Context(), stripetest.Visa) })
		if r := s.settle(t.Context()); r.Status != booking.ReservationPaid || len(s.server.Totals()) != 1 {
			s.fatal("it is %s", r.Status)
		} else {
			s.check(t.Context(), r)
		}
	}
}

// What Stripe refuses on a live hold is the payment, not the hold: another card may be tried.
func TestARefusedPaymentMethod(t *testing.T) {
	s := newStripeStage(t, "refused")
	s.queue, s.running = nil, s.held.ID
	refused, err := s.service.PayReservation(t.Context(), alice, s.held.ID, "pm_of_another_account", "1")
	if booking.CodeOf(err) != booking.PaymentDeclined || refused.Status != booking.Held || refused.Payment.Status != booking.Declined {
		t.Errorf("a refused PaymentMethod is answered with %v: %s, payment %+v", err, refused.Status, refused.Payment)
	}
	paid, err := s.service.PayReservation(t.Context(), alice, s.held.ID, stripetest.Visa, "2")
	if err != nil || paid.Payment.Status != booking.Authorized || paid.Payment.Attempt != 2 {
		t.Errorf("another one: %v, %+v", err, paid.Payment)
	}
	if totals := s.server.Totals(); len(totals) != 2 || totals[0].Status != "canceled" {
		t.Errorf("the refused payment is still open: %+v", totals)
	}
}

// A bank that wants to see the payer leaves the payment pending, and the tenant is told what
// to do; nobody else gets the secret.
func TestAuthenticationIsForTheTenant(t *testing.T) {
	s := newStripeStage(t, "authentication")
	s.queue, s.running = nil, s.held.ID
	r, err := s.service.PayReservation(t.Context(), alice, s.held.ID, stripetest.Authentication, "1")
	if booking.CodeOf(err) != booking.PaymentPending {
		t.Fatalf("answered with %v", err)
	}
	c, err := s.service.Confirmation(t.Context(), alice, r)
	if err != nil || c.Next != booking.Authenticate || c.ClientSecret == "" || c.PublishableKey != stripetest.PublishableKey {
		t.Errorf("alice is told %+v, %v", c, err)
	}
	for _, who := range []booking.Principal{bob, {ID: "mo", Role: booking.Manager}, {ID: "otto", Role: booking.Operator}} {
		if c, err := s.service.Confirmation(t.Context(), who, r); err != nil || c != (booking.Confirmation{}) {
			t.Errorf("%s is told %+v, %v", who.ID, c, err)
		}
	}
	if err := s.server.Pay(c.ClientSecret, stripetest.Visa); err != nil {
		t.Fatal(err)
	}
	// No event comes; asking again finds it.
	if again, err := s.service.PayReservation(t.Context(), alice, s.held.ID, stripetest.Authentication, "1"); booking.CodeOf(err) != "" || again.Payment.Status != booking.Authorized {
		t.Errorf("asked again: %v, %+v", err, again.Payment)
	}
}

// Money that comes to an object which no payment of the reservation stands for goes back.
func TestAStrayPayment(t *testing.T) {
	s := newStripeStage(t, "stray")
	s.queue, s.running = nil, s.held.ID
	ctx := t.Context()
	s.payByServer(ctx, stripetest.Visa)
	// A create that took minutes to arrive, of the same payment under another key.
	r, err := s.store.Reservation(ctx, s.held.ID)
	s.must("read", err)
	second, err := s.gateway.Create(ctx, *r.Payment, r.ID, "another key")
	s.must("create", err)
	s.must("pay", s.server.Pay(second.Ref+"_secret_x", stripetest.Visa))
	events := s.server.Events()
	s.must("event", s.service.GatewayEvent(ctx, events[len(events)-1].ID, second.Ref))
	if held, err := s.gateway.Lookup(ctx, second.Ref); err != nil || held.Status != booking.Voided {
		t.Errorf("the stray payment is %+v, %v", held, err)
	}
	s.must("the execution", execute(ctx, s.service, s.input()))
	r, err = s.store.Reservation(ctx, s.held.ID)
	s.must("read", err)
	s.check(ctx, r)
	if r.Status != booking.ReservationPaid {
		t.Errorf("it is %s", r.Status)
	}
}
