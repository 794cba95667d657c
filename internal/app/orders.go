package app

import (
	"context"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/carrier"
	"github.com/vacancy/vacancy/internal/saga/order"
)

// OrderPorts are what a backend gives move-in orders.
type OrderPorts struct {
	OrderStore order.Store
	// Cards belongs to the payment gateway.
	Cards order.Cards
	// After calls do once the time has passed: the simulated carrier answers so. Nil uses a
	// timer of the process; a process that is frozen between calls waits instead.
	After func(ctx context.Context, d time.Duration, do func(context.Context))
}

func (a *App) newOrders() (*order.Service, error) {
	injection, err := a.Config.injection()
	if err != nil {
		return nil, err
	}
	return order.NewService(order.Ports{
		Store: a.OrderStore, Gateway: a.Gateway, Cards: a.Cards, Carrier: a.newCarrier(), Workflow: executions{a, OrderMachine},
		Injection: injection, Now: Now, NewID: NewID, Log: a.Config.Log,
	}, order.Config{ShipmentTimeout: a.Config.ShipmentTimeout}), nil
}

func (a *App) newCarrier() order.Carrier {
	if a.Config.Carrier == carrier.ManualName {
		return carrier.Manual{}
	}
	after := a.After
	if after == nil {
		after = afterTimer
	}
	return carrier.NewSimulated(carrier.Options{Now: Now, After: after, Answer: a.shipmentSent})
}

// shipmentSent notes the simulated carrier's answer. One that cannot be noted, or that the
// order does not take any more, the sweeper asks for again, if there is still need.
func (a *App) shipmentSent(ctx context.Context, orderID string) {
	if _, err := a.Orders.AnswerShipment(ctx, booking.BySystem, orderID, order.Sent); err != nil && booking.CodeOf(err) == "" {
		a.Config.Log.WarnContext(ctx, "the carrier's answer was not noted; the sweeper will ask", "order", orderID, "error", err)
	}
}

func afterTimer(ctx context.Context, d time.Duration, do func(context.Context)) {
	ctx = context.WithoutCancel(ctx) // whoever asked for the shipment does not wait for the answer
	time.AfterFunc(d, func() { do(ctx) })
}
