package simulated_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/payment/simulated"
)

// TestEveryFaultOfEveryOperation tries each fault on each operation: what is answered,
// whether the effect is there, what a repetition under the same key gets, and that the
// effect is never there twice.
func TestEveryFaultOfEveryOperation(t *testing.T) {
	type result struct{ answered, effect, repeated bool }
	want := map[simulated.Fault]result{
		simulated.NoFault:           {answered: true, effect: true, repeated: true},
		simulated.TimeoutBefore:     {answered: false, effect: false, repeated: true},
		simulated.TimeoutAfter:      {answered: false, effect: true, repeated: true},
		simulated.ServerErrorBefore: {answered: false, effect: false, repeated: false},
		simulated.ServerErrorAfter:  {answered: false, effect: true, repeated: false},
	}
	operations := []simulated.Operation{simulated.Create, simulated.Authorize, simulated.Capture, simulated.Void, simulated.Refund}
	for _, operation := range operations {
		for _, fault := range simulated.Faults() {
			t.Run(fmt.Sprintf("%s/%s", operation, fault), func(t *testing.T) {
				var pending simulated.Fault
				g := newGateway(func(c simulated.Call) simulated.Fault {
					if c.Operation != operation {
						return simulated.NoFault
					}
					f := pending
					pending = simulated.NoFault
					return f
				})
				ref := prepared(t, g, operation)
				pending = fault
				var got result
				_, err := perform(t.Context(), g, operation, ref)
				got.answered = err == nil
				if err != nil {
					wantUnknown(t, "the first answer", err)
				}
				got.effect = effects(t, g, operation) == 1
				_, err = perform(t.Context(), g, operation, ref)
				got.repeated = err == nil
				if err != nil {
					wantUnknown(t, "the answer to the repetition", err)
				}
				if got != want[fault] {
					t.Errorf("got %+v, want %+v", got, want[fault])
				}
				if n := effects(t, g, operation); n > 1 {
					t.Errorf("the effect is there %d times", n)
				}
			})
		}
	}
}

func TestANewKeyWorksAfterAStoredServerError(t *testing.T) {
	failing := true
	g := newGateway(func(c simulated.Call) simulated.Fault {
		if c.Operation == simulated.Capture && failing {
			failing = false
			return simulated.ServerErrorBefore
		}
		return simulated.NoFault
	})
	ref := authorized(t, g, "pm_ok")
	_, err := g.Capture(t.Context(), ref, "capture")
	wantUnknown(t, "Capture", err)
	wantStatus(t, g, ref, booking.Authorized)
	if _, err := g.Capture(t.Context(), ref, "capture-again"); err != nil {
		t.Errorf("Capture under a new key: %v", err)
	}
	wantTotals(t, g, simulated.Totals{Authorized: amount, Captured: amount, Captures: 1})
}

func TestLookupFaults(t *testing.T) {
	fault := simulated.TimeoutBefore
	g := newGateway(func(c simulated.Call) simulated.Fault {
		if c.Operation == simulated.Lookup {
			return fault
		}
		return simulated.NoFault
	})
	ref := create(t, g)
	_, err := g.Lookup(t.Context(), ref)
	wantUnknown(t, "Lookup", err)
	fault = simulated.NoFault
	wantStatus(t, g, ref, booking.Pending)
}

// prepared brings a payment to where the operation can be performed.
func prepared(t *testing.T, g *simulated.Gateway, operation simulated.Operation) string {
	t.Helper()
	switch operation {
	case simulated.Create:
		return ""
	case simulated.Authorize:
		return create(t, g)
	}
	ref := authorized(t, g, "pm_ok")
	if operation == simulated.Refund {
		if _, err := g.Capture(t.Context(), ref, "capture"); err != nil {
			t.Fatal(err)
		}
	}
	return ref
}

func perform(ctx context.Context, g *simulated.Gateway, operation simulated.Operation, ref string) (booking.GatewayPayment, error) {
	switch operation {
	case simulated.Create:
		return g.Create(ctx, booking.Payment{ID: "res_1-p1", Amount: booking.Money{Amount: amount, Currency: "USD"}}, "res_1", "key")
	case simulated.Authorize:
		return g.Authorize(ctx, ref, "pm_ok", "key")
	case simulated.Capture:
		return g.Capture(ctx, ref, "key")
	case simulated.Void:
		return g.Void(ctx, ref, "key")
	case simulated.Refund:
		return g.Refund(ctx, ref, "key")
	}
	return booking.GatewayPayment{}, errors.New("no such operation")
}

// effects counts how often the operation took effect.
func effects(t *testing.T, g *simulated.Gateway, operation simulated.Operation) int {
	t.Helper()
	entries, err := g.Entries(t.Context(), "res_1")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, e := range entries {
		if e.Operation == operation && e.Effective {
			n++
		}
	}
	return n
}
