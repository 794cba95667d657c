package embedded_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/payment/simulated"
	"github.com/vacancy/vacancy/internal/store/sqlite"
)

// lateGateway holds a first call back, as if it were lost, until it is repeated under a
// new key: then it arrives after all, and first.
type lateGateway struct {
	booking.Gateway
	late []func() // under way
}

func (g *lateGateway) arrive(key string) {
	if !strings.HasSuffix(key, "-again") {
		return
	}
	for _, call := range g.late {
		call()
	}
	g.late = nil
}

func (g *lateGateway) Authorize(ctx context.Context, ref, method, key string) (booking.GatewayPayment, error) {
	g.arrive(key)
	if strings.HasSuffix(key, ":authorize") {
		g.late = append(g.late, func() { _, _ = g.Gateway.Authorize(ctx, ref, method, key) })
		return booking.GatewayPayment{}, booking.ErrGatewayUnknown
	}
	return g.Gateway.Authorize(ctx, ref, method, key)
}

func (g *lateGateway) Void(ctx context.Context, ref, key string) (booking.GatewayPayment, error) {
	g.arrive(key)
	if strings.HasSuffix(key, ":void") {
		g.late = append(g.late, func() { _, _ = g.Gateway.Void(ctx, ref, key) })
		return booking.GatewayPayment{}, booking.ErrGatewayUnknown
	}
	return g.Gateway.Void(ctx, ref, key)
}

// A call that got no answer, and of which a lookup showed nothing, may still be under way
// when it is repeated under a new key (design, 10.7). Whichever comes first, it happens
// once, and nobody takes the other's refusal for a failure.
func TestACallThatArrivesAfterItsRepetition(t *testing.T) {
	store, err := sqlite.OpenMemory(t.Context(), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	r := newRace(t, store, "late calls")
	gateway := &lateGateway{Gateway: simulated.New(r.ledger, simulated.Options{Now: r.now})}
	r.service = booking.NewService(store, gateway, deaf{}, r.now, newTestID, booking.DefaultConfig(), slog.New(slog.DiscardHandler))

	r.hold(t.Context())
	paid, err := r.service.PayReservation(t.Context(), alice, r.held.ID, "pm_ok", "pay")
	if err != nil || paid.Payment.Status != booking.Authorized {
		t.Fatalf("pay is answered with %v, the payment is %+v", err, paid.Payment)
	}
	if _, err := r.service.CancelReservation(t.Context(), alice, r.held.ID); err != nil {
		t.Fatal(err)
	}
	returned, err := r.service.ReturnMoney(t.Context(), r.held.ID)
	if err != nil || returned.Payment.Status != booking.Voided {
		t.Fatalf("returning the money is answered with %v, the payment is %+v", err, returned.Payment)
	}
	entries, err := r.ledger.EntriesAfter(t.Context(), 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	effects := map[simulated.Operation]int{}
	for _, e := range entries {
		if e.Effective {
			effects[e.Operation]++
		}
	}
	if effects[simulated.Authorize] != 1 || effects[simulated.Void] != 1 {
		t.Errorf("the gateway did %v", effects)
	}
}
