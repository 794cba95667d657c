package saga_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/payment/simulated"
	"github.com/vacancy/vacancy/internal/saga"
)

var noon = time.Date(2026, 2, 3, 12, 0, 0, 0, time.UTC)

// counter is a gateway at which one call fails.
type counter struct {
	*simulated.Gateway
	now   time.Time
	calls int
	fail  int // number of the call that fails, from 1; 0: none
	fault simulated.Fault
}

func newCounter() *counter {
	c := &counter{now: noon}
	c.Gateway = simulated.New(simulated.NewMemory(), simulated.Options{
		Now:  func() time.Time { return c.now },
		Wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
		Fault: func(simulated.Call) simulated.Fault {
			if c.calls++; c.calls == c.fail {
				return c.fault
			}
			return simulated.NoFault
		},
	})
	return c
}

func pending(method string) booking.Payment {
	return booking.Payment{ID: "t1-payment", Attempt: 1, Status: booking.Pending, Method: method, CreatedAt: noon,
		Amount: booking.Money{Amount: 45_000, Currency: "USD"}}
}

// repeated calls until an outcome is known, as a Retry does.
func repeated(t *testing.T, gateway *counter, do func() (booking.GatewayPayment, error)) (booking.GatewayPayment, error) {
	t.Helper()
	for range 100 {
		held, err := do()
		if !errors.Is(err, booking.ErrGatewayUnknown) {
			return held, err
		}
		gateway.now = gateway.now.Add(time.Second)
	}
	t.Fatal("the outcome stays unknown")
	return booking.GatewayPayment{}, nil
}

func opened(t *testing.T, gateway *counter, cashier *saga.Cashier, p booking.Payment) string {
	t.Helper()
	held, err := repeated(t, gateway, func() (booking.GatewayPayment, error) {
		ref, err := cashier.Open(t.Context(), p, "t1")
		return booking.GatewayPayment{Ref: ref}, err
	})
	if err != nil || held.Ref == "" {
		t.Fatalf("Open = %q, %v", held.Ref, err)
	}
	return held.Ref
}

func (c *counter) kept(t *testing.T) int64 {
	t.Helper()
	totals, err := c.Totals(t.Context(), "t1")
	if err != nil {
		t.Fatal(err)
	}
	var kept int64
	authorized := 0
	for _, total := range totals {
		kept += total.Kept()
		if total.Captures > 1 || total.Refunds > 1 {
			t.Errorf("%d captures and %d refunds of one payment", total.Captures, total.Refunds)
		}
		if total.Authorized > 0 {
			authorized++
		}
	}
	if authorized > 1 {
		t.Errorf("%d payments at the gateway were authorized, want one", authorized)
	}
	return kept
}

// TestMoneyIsTakenAndReturnedOnce lets each call to the gateway fail in each way, and
// interrupts after each stage.
func TestMoneyIsTakenAndReturnedOnce(t *testing.T) {
	stages := []string{"opened", "authorized", "captured"}
	for _, fault := range simulated.Faults() {
		for stage := range stages {
			for fail := 1; ; fail++ {
				name := fmt.Sprintf("%s of call %d, returned when %s", fault, fail, stages[stage])
				gateway := newCounter()
				gateway.fail, gateway.fault = fail, fault
				cashier := saga.NewCashier(gateway, func() time.Time { return gateway.now })
				p := pending("pm_ok")
				p.GatewayRef = opened(t, gateway, cashier, p)
				take := []func() (booking.GatewayPayment, error){
					func() (booking.GatewayPayment, error) { return cashier.Authorize(t.Context(), p) },
					func() (booking.GatewayPayment, error) { return cashier.Capture(t.Context(), p) },
				}
				for _, do := range take[:stage] {
					if _, err := repeated(t, gateway, do); err != nil {
						t.Fatalf("%s: %v", name, err)
					}
				}
				if want := map[bool]int64{true: 45_000}[stage == 2]; gateway.kept(t) != want {
					t.Errorf("%s: %d kept, want %d", name, gateway.kept(t), want)
				}
				for range 2 { // a compensation may run twice
					if held, err := repeated(t, gateway, func() (booking.GatewayPayment, error) { return cashier.Return(t.Context(), p) }); err != nil || held.Status == booking.Captured {
						t.Fatalf("%s: Return = %s, %v", name, held.Status, err)
					}
				}
				if gateway.kept(t) != 0 {
					t.Errorf("%s: %d kept after the return", name, gateway.kept(t))
				}
				// A step that arrives late is told what it was told before, or that the
				// payment is closed; it takes nothing.
				for i, do := range take {
					if _, err := repeated(t, gateway, do); i >= stage && !errors.Is(err, booking.ErrGatewayRefused) {
						t.Errorf("%s: late step %d = %v", name, i, err)
					}
				}
				if gateway.kept(t) != 0 {
					t.Errorf("%s: %d kept after a late step", name, gateway.kept(t))
				}
				if fail > gateway.calls || fault == simulated.NoFault {
					break
				}
			}
		}
	}
}

func TestEveryMethodIsDecided(t *testing.T) {
	for _, method := range simulated.Methods() {
		if method.Name == "pm_capture_unknown" {
			continue // is never answered
		}
		gateway := newCounter()
		cashier := saga.NewCashier(gateway, func() time.Time { return gateway.now })
		p := pending(method.Name)
		p.GatewayRef = opened(t, gateway, cashier, p)
		_, err := repeated(t, gateway, func() (booking.GatewayPayment, error) { return cashier.Authorize(t.Context(), p) })
		if err == nil {
			_, err = repeated(t, gateway, func() (booking.GatewayPayment, error) { return cashier.Capture(t.Context(), p) })
		}
		if kept := gateway.kept(t); (err == nil) != (kept == 45_000) {
			t.Errorf("%s: %v with %d kept", method.Name, err, kept)
		}
		if held, err := repeated(t, gateway, func() (booking.GatewayPayment, error) { return cashier.Return(t.Context(), p) }); err != nil {
			t.Errorf("%s: Return = %s, %v", method.Name, held.Status, err)
		}
		if kept := gateway.kept(t); kept != 0 {
			t.Errorf("%s: %d kept after the return", method.Name, kept)
		}
	}
}

func TestAnUnknownCaptureIsNotGuessed(t *testing.T) {
	gateway := newCounter()
	cashier := saga.NewCashier(gateway, func() time.Time { return gateway.now })
	p := pending("pm_capture_unknown")
	p.GatewayRef = opened(t, gateway, cashier, p)
	if _, err := cashier.Authorize(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if held, err := cashier.Capture(t.Context(), p); !errors.Is(err, booking.ErrGatewayUnknown) {
			t.Errorf("Capture = %s, %v", held.Status, err)
		}
		if held, err := cashier.Return(t.Context(), p); !errors.Is(err, booking.ErrGatewayUnknown) {
			t.Errorf("Return = %s, %v", held.Status, err)
		}
		gateway.now = gateway.now.Add(time.Hour)
	}
}

// TestNothingWasAskedFor: without the gateway's id nobody can have asked for money.
func TestNothingWasAskedFor(t *testing.T) {
	gateway := newCounter()
	held, err := saga.NewCashier(gateway, func() time.Time { return noon }).Return(t.Context(), pending("pm_ok"))
	if err != nil || held.Status != booking.Voided || gateway.calls != 0 {
		t.Errorf("Return = %s, %v after %d calls", held.Status, err, gateway.calls)
	}
}

func TestCheckMethod(t *testing.T) {
	cashier := saga.NewCashier(newCounter(), func() time.Time { return noon })
	if err := cashier.CheckMethod("paymentMethod", "pm_ok"); err != nil {
		t.Error(err)
	}
	if err := cashier.CheckMethod("paymentMethod", "gold"); booking.CodeOf(err) != booking.InvalidInput {
		t.Errorf("CheckMethod = %v", err)
	}
}
