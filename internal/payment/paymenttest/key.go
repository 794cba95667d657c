package paymenttest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/vacancy/vacancy/internal/booking"
)

func testKeyReused(t *testing.T, a account) {
	g, ref, other := a.Gateway, a.authorized(t, "p1"), a.authorized(t, "p2")
	if _, err := g.Capture(t.Context(), ref, "key"); err != nil {
		t.Fatal(err)
	}
	_, err := g.Capture(t.Context(), other, "key")
	refused(t, "Capture of another payment under a used key", err)
	_, err = g.Refund(t.Context(), ref, "key")
	refused(t, "Refund under the key of a capture", err)
	dearer := payment("p1")
	dearer.Amount.Amount++
	_, err = g.Create(t.Context(), dearer, "reservation-p1", "p1:create")
	refused(t, "Create over another amount under a used key", err)
	a.holds(t, ref, booking.Captured, price.Amount, 0)
	a.holds(t, other, booking.Authorized, 0, 0)
}

func testRefusalReplayed(t *testing.T, a account) {
	ref := a.created(t, "p1")
	_, err := a.Gateway.Capture(t.Context(), ref, "p1:capture")
	refused(t, "Capture of a pending payment", err)
	if _, err := a.Gateway.Authorize(t.Context(), ref, a.Authorizes, "p1:authorize"); err != nil {
		t.Fatal(err)
	}
	_, err = a.Gateway.Capture(t.Context(), ref, "p1:capture")
	refused(t, "Capture under a key whose stored answer is a refusal", err)
	if _, err := a.Gateway.Capture(t.Context(), ref, "a new key"); err != nil {
		t.Errorf("Capture under a new key: %v", err)
	}
	a.holds(t, ref, booking.Captured, price.Amount, 0)
}

func testUnknownRef(t *testing.T, a account) {
	g := a.Gateway
	for what, mutate := range map[string]mutation{"Capture": g.Capture, "Void": g.Void, "Refund": g.Refund,
		"Authorize": func(ctx context.Context, ref, key string) (booking.GatewayPayment, error) {
			return g.Authorize(ctx, ref, a.Authorizes, key)
		},
		"Lookup": func(ctx context.Context, ref, _ string) (booking.GatewayPayment, error) { return g.Lookup(ctx, ref) },
	} {
		for _, ref := range []string{"no such ref", ""} {
			_, err := mutate(t.Context(), ref, what)
			refused(t, what+" of an unknown payment", err)
		}
	}
}

func testAccepts(t *testing.T, a account) {
	if a.Gateway.Name() == "" {
		t.Error("the gateway has no name")
	}
	if !a.Gateway.Accepts(a.Authorizes) {
		t.Errorf("Accepts(%q) is false", a.Authorizes)
	}
	if a.Gateway.Accepts("") || a.Gateway.Accepts("no such method") {
		t.Error("Accepts is true of what is no payment method")
	}
}

// callers is how many call at once in the tests of races.
const callers = 32

func testOneKeyManyCallers(t *testing.T, a account) {
	ref := a.authorized(t, "p1")
	var all sync.WaitGroup
	for range callers {
		all.Go(func() {
			p, err := a.Gateway.Capture(t.Context(), ref, "p1:capture")
			if errors.Is(err, booking.ErrGatewayUnknown) {
				return // a gateway may ask a second caller under one key to come again
			}
			if err != nil || p.Captured != price.Amount {
				t.Errorf("Capture: %+v, %v", p, err)
			}
		})
	}
	all.Wait()
	a.holds(t, ref, booking.Captured, price.Amount, 0)
}

func testCaptureAgainstVoid(t *testing.T, a account) {
	for i := range 20 {
		id := fmt.Sprintf("p%d", i)
		ref := a.authorized(t, id)
		var all sync.WaitGroup
		var captureErr, voidErr error
		all.Go(func() { _, captureErr = a.Gateway.Capture(t.Context(), ref, id+":capture") })
		all.Go(func() { _, voidErr = a.Gateway.Void(t.Context(), ref, id+":void") })
		all.Wait()
		if (captureErr == nil) == (voidErr == nil) {
			t.Fatalf("capture: %v; void: %v; exactly one must succeed", captureErr, voidErr)
		}
		if captureErr == nil {
			a.holds(t, ref, booking.Captured, price.Amount, 0)
		} else {
			a.holds(t, ref, booking.Voided, 0, 0)
		}
	}
}

func testManyPayments(t *testing.T, a account) {
	var all sync.WaitGroup
	refs := make([]string, callers)
	for i := range refs {
		all.Go(func() {
			id := fmt.Sprintf("p%d", i)
			p, err := a.Gateway.Create(t.Context(), payment(id), "r", id+":create")
			if err == nil {
				_, err = a.Gateway.Authorize(t.Context(), p.Ref, a.Authorizes, id+":authorize")
			}
			if err != nil {
				t.Errorf("%s: %v", id, err)
			}
			refs[i] = p.Ref
		})
	}
	all.Wait()
	seen := map[string]bool{}
	for _, ref := range refs {
		if seen[ref] {
			t.Errorf("the ref %s was given twice", ref)
		}
		seen[ref] = true
		a.holds(t, ref, booking.Authorized, 0, 0)
	}
}

func testEndedContext(t *testing.T, a account) {
	ref := a.authorized(t, "p1")
	ended, end := context.WithCancel(t.Context())
	end()
	var declined *booking.DeclinedError
	if _, err := a.Gateway.Capture(ended, ref, "p1:capture"); errors.As(err, &declined) || errors.Is(err, booking.ErrGatewayRefused) {
		t.Errorf("Capture with an ended context: %v; that is a definite no, but nobody knows", err)
	}
	if _, err := a.Gateway.Capture(t.Context(), ref, "p1:capture"); err != nil {
		t.Errorf("Capture after one whose context had ended, under the same key: %v", err)
	}
	a.holds(t, ref, booking.Captured, price.Amount, 0)
}

func testReopened(t *testing.T, a account) {
	if a.Reopen == nil {
		t.Skip("the gateway cannot be reopened")
	}
	ref := a.captured(t, "p1")
	a.Gateway = a.Reopen(t)
	a.holds(t, ref, booking.Captured, price.Amount, 0)
	if again := a.created(t, "p1"); again != ref {
		t.Errorf("Create under a key of before answered %s, want %s", again, ref)
	}
	if other := a.created(t, "p2"); other == ref {
		t.Errorf("a new payment has the ref of an old one, %s", ref)
	}
	if _, err := a.Gateway.Capture(t.Context(), ref, "p1:capture"); err != nil {
		t.Errorf("Capture under a key of before: %v", err)
	}
	a.holds(t, ref, booking.Captured, price.Amount, 0)
}
