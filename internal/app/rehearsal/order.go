package rehearsal

import (
	"context"
	"encoding/json"
	"log/slog"
	"time"

	"github.com/vacancy/vacancy/internal/asl"
	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/carrier"
	"github.com/vacancy/vacancy/internal/notification"
	"github.com/vacancy/vacancy/internal/payment/simulated"
	"github.com/vacancy/vacancy/internal/saga"
	"github.com/vacancy/vacancy/internal/saga/order"
	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/trial"
)

// OrderScript says what is ordered, and what the carrier and chance do while the order's
// execution runs.
type OrderScript struct {
	Request order.Request
	// Answer is the carrier's: SENT or CANCELLED after AnswerAfter; "" none.
	Answer      order.ShipmentStatus
	AnswerAfter time.Duration
	// FailureRate is the share of compensations that fail on purpose, 0 to 1.
	FailureRate float64

	Now     time.Time // when it begins
	Rand    func() uint64
	Sleep   func(context.Context, time.Duration) // as trial.Config
	Observe func(trial.Observation)
	Mock    func(next trial.Task) trial.Task // answers tasks in place of our steps; may be nil
}

// OrderResult is how the execution ended, and what is in the store then.
type OrderResult struct {
	trial.Result
	Order         order.Order
	Money         []simulated.Totals
	Notifications []notification.Notification
}

// Order rehearses a move-in order. A request that the door refuses is a *booking.Error.
func Order(ctx context.Context, definition []byte, s OrderScript) (OrderResult, error) {
	stage, err := newStage(ctx, s.Now, 0)
	if err != nil {
		return OrderResult{}, err
	}
	defer func() { _ = stage.store.Close() }()
	if err := stage.direct(s); err != nil {
		return OrderResult{}, err
	}
	placed, err := stage.orders.Place(ctx, orderTenant, s.Request)
	if err != nil {
		return OrderResult{}, err
	}
	var out OrderResult
	out.Result, err = stage.execute(ctx, definition, s.Mock, stage.entered, trial.Config{
		ID: workflow.ExecutionID{Machine: "order"}, Observe: s.Observe, Now: s.Now, Rand: s.Rand, Sleep: s.Sleep,
	})
	if err != nil {
		return out, err
	}
	return out, stage.orderHoldings(ctx, placed.ID, &out)
}

var orderTenant = booking.Principal{ID: "tenant", Role: booking.Tenant}

// entered makes the execution known when its first task runs.
func (s *stage) entered(tasks trial.Task) trial.Task {
	return func(ctx context.Context, x *trial.Execution, c asl.Command) (json.RawMessage, error) {
		if s.execution() == nil {
			s.enter(x)
		}
		return tasks(ctx, x, c)
	}
}

// scripted is a carrier that answers as the script says.
type scripted struct {
	carrier.Manual
	stage  *stage
	answer order.ShipmentStatus
	after  time.Duration
}

// Ship makes the appointment of the answer.
func (c scripted) Ship(ctx context.Context, s order.Shipment) error {
	if x := c.stage.execution(); x != nil && c.answer != "" {
		x.After(c.after, func() {
			// It is refused only when the order does not wait any more.
			_, _ = c.stage.orders.AnswerShipment(ctx, booking.BySystem, s.OrderID, c.answer)
		})
	}
	return nil
}

// direct has orders go as the script says.
func (s *stage) direct(script OrderScript) error {
	injection, err := failing(script.FailureRate, script.Rand)
	if err != nil {
		return err
	}
	s.orders.Injection = injection
	s.orders.Carrier = scripted{stage: s, answer: script.Answer, after: script.AnswerAfter}
	return nil
}

// newOrders makes the service of move-in orders: nothing fails on purpose, and the carrier
// sends.
func (s *stage) newOrders() (*order.Service, error) {
	injection, err := saga.NewInjection(saga.Development, 0, nil)
	if err != nil {
		return nil, err
	}
	return order.NewService(order.Ports{
		Store: s.ports.OrderStore, Gateway: s.ports.Gateway, Cards: s.ports.Cards,
		Carrier:  scripted{stage: s, answer: order.Sent, after: carrier.DefaultAnswersAfter},
		Workflow: s, Injection: injection, Now: s.now, NewID: s.newID, Log: slog.New(slog.DiscardHandler),
	}, order.Config{}), nil
}

// orderHoldings reads what the store and the gateway hold in the end.
func (s *stage) orderHoldings(ctx context.Context, id string, out *OrderResult) (err error) {
	if out.Order, err = s.store.Orders().Order(ctx, id); err != nil {
		return err
	}
	if out.Money, err = s.gateway.Totals(ctx, id); err != nil {
		return err
	}
	const all = 1000
	out.Notifications, err = s.outbox.List(ctx, all)
	return err
}
