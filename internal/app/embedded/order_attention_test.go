package embedded_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vacancy/vacancy/internal/app"
	"github.com/vacancy/vacancy/internal/app/embedded"
	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/notification"
	"github.com/vacancy/vacancy/internal/saga"
	"github.com/vacancy/vacancy/internal/saga/order"
)

// received notes what a receiver of notifications is sent.
type received struct {
	mu    sync.Mutex
	kinds []notification.Kind
}

func (*received) Name() string { return "test" }

func (r *received) Deliver(_ context.Context, n notification.Notification) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.kinds = append(r.kinds, n.Kind)
	return nil
}

func (r *received) taken() []notification.Kind {
	r.mu.Lock()
	defer r.mu.Unlock()
	kinds := r.kinds
	r.kinds = nil
	return kinds
}

// TestAnOrderThatNeedsAttentionIsResumed: with every compensation failing on purpose an order
// needs attention, and people are told; resumed when they work again, nothing of it is left.
func TestAnOrderThatNeedsAttentionIsResumed(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		told := &received{}
		run := func(rate float64, do func(*embedded.App)) {
			ctx, stop := context.WithCancel(context.Background())
			a, err := embedded.Open(ctx, embedded.Config{DataDir: dir, Receiver: told, Config: app.Config{CompensationFailureRate: rate}})
			if err != nil {
				t.Fatal(err)
			}
			ran := make(chan error, 1)
			go func() { ran <- a.Run(ctx) }()
			do(a)
			time.Sleep(5 * time.Minute) // of the bubble's clock
			stop()
			if err := <-ran; err != nil {
				t.Error(err)
			}
			if err := a.Close(); err != nil {
				t.Error(err)
			}
		}
		is := func(a *embedded.App, want order.Status) {
			t.Helper()
			if o, err := a.Orders.Order(context.Background(), alice, "o1"); err != nil || o.Status != want {
				t.Errorf("the order is %s (%v), %v; want %s", o.Status, o.NotUndone, err, want)
			}
		}
		run(1, func(a *embedded.App) {
			request := order.Request{OrderID: "o1", Total: &booking.Money{Amount: 10_000, Currency: "USD"}, Card: number("123-1234")}
			if _, err := a.Orders.Place(context.Background(), alice, request); err != nil {
				t.Error(err)
			}
		})
		if kinds := told.taken(); !slices.Equal(kinds, []notification.Kind{notification.NeedsAttention}) {
			t.Errorf("told %v, want %s", kinds, notification.NeedsAttention)
		}
		run(0, func(a *embedded.App) {
			is(a, order.NeedsAttention)
			if _, err := a.Orders.Resume(context.Background(), booking.Principal{ID: "o", Role: booking.Operator}, "o1"); err != nil {
				t.Error(err)
			}
		})
		if kinds := told.taken(); !slices.Equal(kinds, []notification.Kind{notification.OrderFailed}) {
			t.Errorf("told %v, want %s", kinds, notification.OrderFailed)
		}
		run(0, func(a *embedded.App) { is(a, order.Failed) })
	})
	if _, err := embedded.Open(t.Context(), embedded.Config{DataDir: t.TempDir(), Config: app.Config{Stage: saga.Production, CompensationFailureRate: 0.4}}); booking.CodeOf(err) != booking.InvalidInput {
		t.Errorf("failures on purpose in production: %v", err)
	}
}
