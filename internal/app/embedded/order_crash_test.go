package embedded_test

import (
	"context"

	"github.com/vacancy/vacancy/internal/app"
	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/notification"
	"github.com/vacancy/vacancy/internal/saga/order"
)

const orderID = "o1"

// orderScenarios are orders of every end.
var orderScenarios = []sagaScenario{
	{name: "order/fulfilled", run: ordered("123-1234", "123 st", order.Fulfilled)},
	{name: "order/no address", run: ordered("123-1234", "", order.Failed), short: true},
	{name: "order/capture fails", run: ordered("pm_capture_fails", "123 st", order.Failed), crashes: true},
	{name: "order/capture without an answer", run: ordered("pm_capture_timeout_then_ok", "123 st", order.Fulfilled), crashes: true},
	{name: "order/compensations give up", crashes: true, config: app.Config{CompensationFailureRate: 1}, run: func(w *world) {
		ordered("123-1234", "", order.NeedsAttention)(w)
		w.mended()
		w.ask("resume the order", func(ctx context.Context) error {
			_, err := w.app.Orders.Resume(ctx, mary, orderID)
			if booking.CodeOf(err) == booking.NothingToResume {
				return nil // it was, and the answer was lost
			}
			return err
		})
		w.endOrder(order.Failed, notification.NeedsAttention, notification.OrderFailed)
	}},
}

var mary = booking.Principal{ID: "mary", Role: booking.Manager}

func number(n order.CardNumber) *order.CardNumber { return &n }

// ordered places an order and sees to what end it comes.
func ordered(card order.CardNumber, address string, ends order.Status) func(*world) {
	request := order.Request{OrderID: orderID, Total: &booking.Money{Amount: 10_000, Currency: "USD"}, Card: &card, Address: address}
	told := map[order.Status][]notification.Kind{order.Failed: {notification.OrderFailed}, order.NeedsAttention: {notification.NeedsAttention}}
	return func(w *world) {
		w.arm()
		w.ask("place an order", func(ctx context.Context) error {
			_, err := w.app.Orders.Place(ctx, alice, request)
			return err
		})
		w.endOrder(ends, told[ends]...)
	}
}

// endOrder waits for the order's end and verifies it.
func (w *world) endOrder(ends order.Status, told ...notification.Kind) {
	w.t.Helper()
	var o order.Order
	w.until(func(ctx context.Context) (open string, err error) {
		if o, err = w.app.Store.Orders().Order(ctx, orderID); err == nil && o.Status.Live() {
			open = "the order is " + string(o.Status)
		}
		return open, err
	})
	if o.Status != ends {
		w.fatal("the order is %s (%v, not undone %v), want %s", o.Status, o.Failure, o.NotUndone, ends)
	}
	switch items := len(o.Remaining()); {
	case ends == order.Fulfilled && items != 3, ends == order.Failed && items != 0:
		w.fatal("%s with %v", o.Status, o.Remaining())
	case ends == order.NeedsAttention && len(o.NotUndone) != items:
		w.fatal("%v stands, and listed is %v", o.Remaining(), o.NotUndone)
	}
	kept := int64(10_000)
	if ends == order.Failed {
		kept = 0
	}
	w.verifyLedger(orderID, kept)
	w.verifyTold(told...)
}
