package simulated_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/payment/simulated"
)

const amount = 79_000

// newGateway makes a gateway in memory; in a synctest bubble its clock is the bubble's.
func newGateway(fault func(simulated.Call) simulated.Fault) *simulated.Gateway {
	return simulated.New(simulated.NewMemory(), simulated.Options{Now: now, Fault: fault})
}

func create(t *testing.T, g *simulated.Gateway) string {
	t.Helper()
	p := booking.Payment{ID: "res_1-p1", Amount: booking.Money{Amount: amount, Currency: "USD"}}
	created, err := g.Create(t.Context(), p, "res_1", "create")
	if err != nil {
		t.Fatalf("Create: %v", err)
	}
	return created.Ref
}

func authorized(t *testing.T, g *simulated.Gateway, method string) string {
	t.Helper()
	ref := create(t, g)
	if _, err := g.Authorize(t.Context(), ref, method, "authorize"); err != nil {
		t.Fatalf("Authorize: %v", err)
	}
	return ref
}

func wantStatus(t *testing.T, g *simulated.Gateway, ref string, want booking.PaymentStatus) {
	t.Helper()
	p, err := g.Lookup(t.Context(), ref)
	if err != nil || p.Status != want {
		t.Errorf("Lookup answers %s, %v; want %s", p.Status, err, want)
	}
}

func wantUnknown(t *testing.T, what string, err error) {
	t.Helper()
	if !errors.Is(err, booking.ErrGatewayUnknown) {
		t.Errorf("%s: %v, want ErrGatewayUnknown", what, err)
	}
}

func wantTotals(t *testing.T, g *simulated.Gateway, want simulated.Totals) {
	t.Helper()
	want.ReservationID, want.PaymentID, want.Ref, want.Currency = "res_1", "res_1-p1", "sim_1", "USD"
	got, err := g.Totals(t.Context(), "res_1")
	if err != nil || len(got) != 1 || got[0] != want {
		t.Errorf("Totals: %+v, %v; want %+v", got, err, want)
	}
}

func TestEveryMethodIsAccepted(t *testing.T) {
	g := newGateway(nil)
	if len(simulated.Methods()) < 5 {
		t.Fatal("too few methods")
	}
	for _, m := range simulated.Methods() {
		if !g.Accepts(m.Name) || m.Does == "" {
			t.Errorf("%s: accepted %v, does %q", m.Name, g.Accepts(m.Name), m.Does)
		}
	}
}

func TestDeclines(t *testing.T) {
	for method, code := range map[string]string{"pm_declined": "card_declined", "pm_insufficient_funds": "insufficient_funds"} {
		g := newGateway(nil)
		ref := create(t, g)
		_, err := g.Authorize(t.Context(), ref, method, "authorize")
		var declined *booking.DeclinedError
		if !errors.As(err, &declined) || declined.Code != code {
			t.Errorf("%s: %v, want a decline with %s", method, err, code)
		}
		wantStatus(t, g, ref, booking.Declined)
		wantTotals(t, g, simulated.Totals{})
	}
}

func TestTimeoutThenOK(t *testing.T) {
	g := newGateway(nil)
	ref := create(t, g)
	_, err := g.Authorize(t.Context(), ref, "pm_timeout_then_ok", "authorize")
	wantUnknown(t, "the first Authorize", err)
	wantStatus(t, g, ref, booking.Authorized)
	if p, err := g.Authorize(t.Context(), ref, "pm_timeout_then_ok", "authorize"); err != nil || p.Status != booking.Authorized {
		t.Errorf("the second Authorize: %+v, %v", p, err)
	}
	wantTotals(t, g, simulated.Totals{Authorized: amount})
}

func TestTimeoutThenDeclined(t *testing.T) {
	g := newGateway(nil)
	ref := create(t, g)
	_, err := g.Authorize(t.Context(), ref, "pm_timeout_then_declined", "authorize")
	wantUnknown(t, "the first Authorize", err)
	var declined *booking.DeclinedError
	if _, err := g.Authorize(t.Context(), ref, "pm_timeout_then_declined", "authorize"); !errors.As(err, &declined) {
		t.Errorf("the second Authorize: %v, want a decline", err)
	}
	wantStatus(t, g, ref, booking.Declined)
}

func TestCaptureFails(t *testing.T) {
	g := newGateway(nil)
	ref := authorized(t, g, "pm_capture_fails")
	for range 2 {
		if _, err := g.Capture(t.Context(), ref, "capture"); !errors.Is(err, booking.ErrGatewayRefused) {
			t.Errorf("Capture: %v, want ErrGatewayRefused", err)
		}
	}
	wantStatus(t, g, ref, booking.Authorized)
	if _, err := g.Void(t.Context(), ref, "void"); err != nil {
		t.Errorf("Void: %v", err)
	}
	wantTotals(t, g, simulated.Totals{Authorized: amount, Voided: amount})
}

func TestCaptureTimeoutThenOK(t *testing.T) {
	g := newGateway(nil)
	ref := authorized(t, g, "pm_capture_timeout_then_ok")
	_, err := g.Capture(t.Context(), ref, "capture")
	wantUnknown(t, "the first Capture", err)
	wantStatus(t, g, ref, booking.Captured)
	if p, err := g.Capture(t.Context(), ref, "capture"); err != nil || p.Captured != amount {
		t.Errorf("the second Capture: %+v, %v", p, err)
	}
	wantTotals(t, g, simulated.Totals{Authorized: amount, Captured: amount, Captures: 1})
}

func TestCaptureTimeoutThenFails(t *testing.T) {
	g := newGateway(nil)
	ref := authorized(t, g, "pm_capture_timeout_then_fails")
	_, err := g.Capture(t.Context(), ref, "capture")
	wantUnknown(t, "the first Capture", err)
	wantStatus(t, g, ref, booking.Authorized)
	if _, err := g.Capture(t.Context(), ref, "capture"); !errors.Is(err, booking.ErrGatewayRefused) {
		t.Errorf("the second Capture: %v, want ErrGatewayRefused", err)
	}
	wantTotals(t, g, simulated.Totals{Authorized: amount})
}

func TestCaptureOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGateway(nil)
		ref := authorized(t, g, "pm_capture_outage")
		_, err := g.Capture(t.Context(), ref, "capture")
		wantUnknown(t, "Capture", err)
		time.Sleep(simulated.DefaultSilentFor - time.Nanosecond)
		_, err = g.Lookup(t.Context(), ref)
		wantUnknown(t, "Lookup during the outage", err)
		_, err = g.Capture(t.Context(), ref, "capture")
		wantUnknown(t, "Capture again during the outage", err)
		_, err = g.Refund(t.Context(), ref, "refund")
		wantUnknown(t, "Refund during the outage", err)
		time.Sleep(time.Nanosecond)
		wantStatus(t, g, ref, booking.Captured)
		if p, err := g.Capture(t.Context(), ref, "capture"); err != nil || p.Captured != amount {
			t.Errorf("Capture again after the outage: %+v, %v", p, err)
		}
		if _, err := g.Refund(t.Context(), ref, "refund"); err != nil {
			t.Errorf("Refund after the outage, under the key of one that was not answered: %v", err)
		}
		wantTotals(t, g, simulated.Totals{Authorized: amount, Captured: amount, Captures: 1, Refunded: amount, Refunds: 1})
	})
}

func TestCaptureUnknown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGateway(nil)
		ref := authorized(t, g, "pm_capture_unknown")
		for range 3 {
			_, err := g.Capture(t.Context(), ref, "capture")
			wantUnknown(t, "Capture", err)
			_, err = g.Lookup(t.Context(), ref)
			wantUnknown(t, "Lookup", err)
			time.Sleep(30 * 24 * time.Hour)
		}
		wantTotals(t, g, simulated.Totals{Authorized: amount, Captured: amount, Captures: 1})
	})
}

func TestReturnOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGateway(nil)
		ref := authorized(t, g, "pm_return_outage")
		_, err := g.Void(t.Context(), ref, "void")
		wantUnknown(t, "Void", err)
		_, err = g.Lookup(t.Context(), ref)
		wantUnknown(t, "Lookup during the outage", err)
		time.Sleep(simulated.DefaultSilentFor)
		wantStatus(t, g, ref, booking.Voided)
	})
}

func TestSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGateway(nil)
		ref := create(t, g)
		start := time.Now()
		p, err := g.Authorize(t.Context(), ref, "pm_slow", "authorize")
		if took := time.Since(start); err != nil || p.Status != booking.Authorized || took != simulated.DefaultSlowFor {
			t.Errorf("Authorize: %+v, %v after %s", p, err, took)
		}
		if !p.AuthorizedAt.Equal(time.Now()) {
			t.Errorf("authorized at %s, want the end of the wait", p.AuthorizedAt)
		}
		if again, err := g.Authorize(t.Context(), ref, "pm_slow", "authorize"); err != nil || again != p {
			t.Errorf("Authorize again: %+v, %v; want %+v at once", again, err, p)
		}
	})
}

func TestSlowAuthorizationHappensThoughNobodyWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGateway(nil)
		ref := create(t, g)
		impatient, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := g.Authorize(impatient, ref, "pm_slow", "authorize")
		wantUnknown(t, "Authorize", err)
		p, err := g.Lookup(t.Context(), ref)
		if err != nil || p.Status != booking.Pending || !p.AuthorizedAt.IsZero() {
			t.Errorf("Lookup while it is under way: %+v, %v", p, err)
		}
		_, err = g.Void(t.Context(), ref, "void")
		wantUnknown(t, "Void while an authorization is under way", err)
		due := time.Now().Add(time.Second)
		time.Sleep(time.Second)
		p, err = g.Lookup(t.Context(), ref)
		if err != nil || p.Status != booking.Authorized || !p.AuthorizedAt.Equal(due) {
			t.Errorf("Lookup afterwards: %+v, %v; want AUTHORIZED at %s", p, err, due)
		}
		if _, err := g.Void(t.Context(), ref, "void"); err != nil {
			t.Errorf("Void under the key of one that was not executed: %v", err)
		}
		wantTotals(t, g, simulated.Totals{Authorized: amount, Voided: amount})
	})
}
