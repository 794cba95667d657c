package step

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/vacancy/vacancy/internal/saga/order"
	"github.com/vacancy/vacancy/internal/workflow"
)

// orderInput is an order execution's input. A card number has no business in it: the doors
// exchange it for a token before an execution starts.
type orderInput struct {
	order.ExecutionInput
	CardNumber json.RawMessage `json:"card_no"`
	Token      string          `json:"token"` // of the task; ProcessShipment
}

// refuseCardNumber refuses a card number, which it does not repeat.
func (in orderInput) refuseCardNumber() error {
	if len(in.CardNumber) == 0 || string(in.CardNumber) == "null" {
		return nil
	}
	return workflow.Error{Name: "CardNumberNotAllowed",
		Cause: "an execution must not be given card_no; place the order by POST /orders, placeOrder or 'vacancy workflow start order', which exchange it for a token"}
}

// undoInput is what compensations need: the rest of the input may be as wrong as it likes.
type undoInput struct {
	OrderID  string            `json:"order_id"`
	TenantID string            `json:"tenant_id"`
	Failure  *caught           `json:"failure"`
	GaveUp   map[string]caught `json:"gave_up"` // by the name of the compensation
}

// Validate refuses an input that names no order.
func (in undoInput) Validate() error {
	return order.ExecutionInput{OrderID: in.OrderID}.Validate()
}

func (in undoInput) undo() order.Undo {
	u := order.Undo{OrderID: in.OrderID, TenantID: in.TenantID}
	if in.Failure != nil {
		f := in.Failure.told()
		u.Failure = &f
	}
	return u
}

func (in undoInput) gaveUp() map[order.Step]order.Failure {
	all := map[order.Step]order.Failure{}
	for _, s := range []order.Step{order.CreateOrder, order.ProcessPayment, order.ProcessShipment} {
		if c, gaveUp := in.GaveUp[s.Compensation()]; gaveUp {
			all[s] = c.told()
		}
	}
	return all
}

// told is the error as the order's owner may read it: the cause of a decision, none of a
// fault of ours.
func (c caught) told() order.Failure {
	f := order.Failure{Error: c.Error}
	if c.Error == serviceUnavailable || strings.Contains(c.Error, ".") { // States.…, Lambda.…, Sandbox.…
		return f
	}
	f.Cause = c.Cause
	var answered struct{ ErrorMessage string }
	if json.Unmarshal([]byte(c.Cause), &answered) == nil && answered.ErrorMessage != "" {
		f.Cause = answered.ErrorMessage
	}
	if code, message, coded := strings.Cut(f.Cause, ": "); coded && camel(code) == f.Error {
		f.Cause = message
	}
	return f
}

// orderSteps are the steps of statemachine/order.asl.json. Each is idempotent: the domain
// service finds its own effect and answers what is there.
func orderSteps(s *order.Service) []named {
	undo := func(name string, run func(context.Context, order.Undo) (order.Reading, error)) named {
		return typed(name, func(ctx context.Context, in undoInput) (order.Reading, error) { return run(ctx, in.undo()) })
	}
	return []named{
		typed("OrderCreateOrder", func(ctx context.Context, in orderInput) (order.Reading, error) {
			return s.CreateOrder(ctx, in.ExecutionInput)
		}),
		typed("OrderProcessPayment", func(ctx context.Context, in orderInput) (order.Reading, error) {
			if err := in.refuseCardNumber(); err != nil {
				return order.Reading{}, err
			}
			return s.ProcessPayment(ctx, in.ExecutionInput)
		}),
		typed("OrderProcessShipment", func(ctx context.Context, in orderInput) (order.Reading, error) {
			if in.Token == "" {
				return order.Reading{}, workflow.Error{Name: "InvalidInput", Cause: "ProcessShipment needs the task token: pass $$.Task.Token as token"}
			}
			return s.ProcessShipment(ctx, in.ExecutionInput, in.Token)
		}),
		typed("OrderReadShipment", func(ctx context.Context, in orderInput) (order.Reading, error) {
			return s.ReadShipment(ctx, in.ExecutionInput)
		}),
		undo("OrderCancelShipment", s.CancelShipment),
		undo("OrderRefundPayment", s.RefundPayment),
		undo("OrderDeleteOrder", s.DeleteOrder),
		typed("OrderCloseOrder", func(ctx context.Context, in undoInput) (order.Reading, error) {
			return s.CloseOrder(ctx, in.undo(), in.gaveUp())
		}),
	}
}
