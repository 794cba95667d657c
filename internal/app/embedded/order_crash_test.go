package embedded_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/saga/order"
	"github.com/vacancy/vacancy/internal/workflow"
)

// orderScenarios are orders of every end.
var orderScenarios = []struct {
	name    string
	request order.Request
	ends    order.Status
	short   bool
}{
	{"fulfilled", order.Request{OrderID: "o1", Total: &booking.Money{Amount: 10_000, Currency: "USD"}, Card: number("123-1234"), Address: "123 st"}, order.Fulfilled, true},
	{"no address", order.Request{OrderID: "o1", Total: &booking.Money{Amount: 10_000, Currency: "USD"}, Card: number("123-1234")}, order.Failed, true},
	{"capture fails", order.Request{OrderID: "o1", Total: &booking.Money{Amount: 10_000, Currency: "USD"}, Card: number("pm_capture_fails"), Address: "123 st"}, order.Failed, false},
	{"capture without an answer", order.Request{OrderID: "o1", Total: &booking.Money{Amount: 10_000, Currency: "USD"}, Card: number("pm_capture_timeout_then_ok"), Address: "123 st"}, order.Fulfilled, false},
}

func number(n order.CardNumber) *order.CardNumber { return &n }

// TestAFaultAtEveryBoundaryOfAnOrder takes orders through the whole program and lets one
// thing fail, at each commit and each call to the gateway in turn, as
// TestAFaultAtEveryBoundary does with reservations. Whatever failed, the order comes to the
// one end that it has without faults, whole or empty, with the ledger right.
func TestAFaultAtEveryBoundaryOfAnOrder(t *testing.T) {
	for _, c := range orderScenarios {
		if testing.Short() && !c.short {
			continue
		}
		for _, kind := range faultKinds {
			t.Run(c.name+"/"+kind.name, func(t *testing.T) {
				t.Parallel()
				n := 1
				for sprung := true; sprung; n++ {
					dir := t.TempDir()
					synctest.Test(t, func(t *testing.T) {
						w := &world{t: t, dir: dir, trap: &trap{kind: kind, countdown: n}}
						w.open()
						w.trap.arm()
						w.place(c.request)
						w.settleOrder(c.request.OrderID)
						w.verifyOrder(c.request.OrderID, c.ends)
						w.close()
						sprung = w.trap.sprung()
					})
					if t.Failed() {
						t.Fatalf("with %s no. %d", kind.name, n)
					}
				}
				if n <= 2 {
					t.Errorf("there was no %s to fail", kind.at)
				}
			})
		}
	}
}

// place has a client ask until the order is placed.
func (w *world) place(r order.Request) {
	w.t.Helper()
	for range 20 {
		w.revive()
		if _, err := w.app.Orders.Place(w.life, alice, r); err == nil {
			return
		} else if booking.CodeOf(err) != "" {
			w.fatal("the order is refused: %v", err)
		}
		w.later(200 * time.Millisecond)
	}
	w.fatal("the order is never answered")
}

// settleOrder lets time pass until the order and its executions have ended.
func (w *world) settleOrder(id string) {
	w.t.Helper()
	state := ""
	for range 600 {
		w.later(time.Second)
		o, err := w.app.Store.Orders().Order(context.Background(), id)
		if err != nil {
			continue
		}
		running, err := w.app.Runner.List(context.Background(), workflow.ListFilter{Machine: "order", Status: workflow.Running})
		if err == nil && !o.Status.Live() && len(running.Executions) == 0 && !w.trap.isDown() {
			return
		}
		state = string(o.Status)
	}
	w.fatal("after ten minutes the order is %s", state)
}

func (w *world) verifyOrder(id string, ends order.Status) {
	w.t.Helper()
	o, err := w.app.Store.Orders().Order(context.Background(), id)
	if err != nil {
		w.fatal("the order is lost: %v", err)
	}
	if o.Status != ends {
		w.fatal("the order is %s (%v, not undone %v), want %s", o.Status, o.Failure, o.NotUndone, ends)
	}
	totals, err := w.app.Gateway.Totals(context.Background(), id)
	if err != nil {
		w.fatal("%v", err)
	}
	var kept int64
	captures := 0
	for _, t := range totals {
		kept += t.Kept()
		captures += t.Captures
	}
	switch whole := ends == order.Fulfilled; {
	case captures > 1:
		w.fatal("it was charged %d times", captures)
	case whole && (kept != 10_000 || len(o.Remaining()) != 3), !whole && (kept != 0 || len(o.Remaining()) != 0):
		w.fatal("%s with %v and %d kept", o.Status, o.Remaining(), kept)
	}
}
