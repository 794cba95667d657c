package graph

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/vacancy/vacancy/graph/model"
	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/saga/order"
	"github.com/vacancy/vacancy/internal/workflow"
)

// orderMachine is the state machine of orders. Its executions are started by placing an order.
const orderMachine = "order"

func (q queries) Order(ctx context.Context, id string) (*model.Order, error) {
	o, err := q.orders.Order(ctx, principal(ctx), id)
	if absent(err) {
		return nil, nil // GraphQL's null: there is none
	}
	if err != nil {
		return nil, err
	}
	return q.showOrder(o), nil
}

func (q queries) OrdersNeedingAttention(ctx context.Context, first *int) ([]model.Order, error) {
	return needingAttention(ctx, first, q.orders.NeedingAttention, q.showOrder)
}

func (r *resolver) showOrder(o order.Order) *model.Order { return model.NewOrder(o, r.orders.Now()) }

func (m mutations) PlaceOrder(ctx context.Context, in model.PlaceOrderInput) (*model.PlaceOrderPayload, error) {
	request := order.Request{OrderID: in.OrderID, Total: in.Total, Card: in.CardNumber, Address: text(in.Address)}
	if in.OrderID == "" {
		return &model.PlaceOrderPayload{UserErrors: model.NewUserErrors(booking.Invalid("orderId", "the order needs an id; make one per order, a UUID for instance, and send it again when you repeat the order"))}, nil
	}
	who := principal(ctx)
	if refusal, err := tooOften(ctx, m.rates.Pay, who); refusal != nil || err != nil {
		return &model.PlaceOrderPayload{UserErrors: model.NewUserErrors(refusal)}, err
	}
	o, err := m.orders.Place(ctx, who, request)
	refusal, err := refused(err)
	if err != nil {
		return nil, err
	}
	return &model.PlaceOrderPayload{Order: m.showOrder(o), UserErrors: model.NewUserErrors(refusal)}, nil
}

func (m mutations) AnswerShipment(ctx context.Context, in model.AnswerShipmentInput) (*model.AnswerShipmentPayload, error) {
	o, err := m.orders.AnswerShipment(ctx, principal(ctx).ID, in.OrderID, order.ShipmentStatus(enum(&in.Answer)))
	refusal, err := refused(err)
	if err != nil {
		return nil, err
	}
	return &model.AnswerShipmentPayload{Order: m.showOrder(o), UserErrors: model.NewUserErrors(refusal)}, nil
}

func (m mutations) ResumeOrder(ctx context.Context, in model.ResumeOrderInput) (*model.ResumeOrderPayload, error) {
	o, err := m.orders.Resume(ctx, principal(ctx), in.OrderID)
	refusal, err := refused(err)
	if err != nil {
		return nil, err
	}
	return &model.ResumeOrderPayload{Order: m.showOrder(o), UserErrors: model.NewUserErrors(refusal)}, nil
}

// Execution answers the run that speaks for the order now.
func (r orders) Execution(ctx context.Context, o *model.Order) (*model.Execution, error) {
	e, err := r.runner.Describe(ctx, workflow.ExecutionID{Machine: orderMachine, Name: o.Order.Execution.Name(o.ID)})
	if errors.Is(err, workflow.ErrExecutionDoesNotExist) {
		return nil, nil // GraphQL's null: it is still to be started
	}
	if err != nil {
		return nil, err
	}
	return &model.Execution{Execution: e}, nil
}

// startOrder places the order that an execution's input orders, so that no card number comes
// into an execution. Without an order_id it is named as the execution.
func (m mutations) startOrder(ctx context.Context, name string, input json.RawMessage) (workflow.Execution, error) {
	request, err := order.ParseRequest(input)
	if err != nil {
		return workflow.Execution{}, err
	}
	if request.OrderID == "" {
		request.OrderID = name
	}
	o, err := m.orders.Place(ctx, principal(ctx), request)
	if err != nil {
		return workflow.Execution{}, err
	}
	return m.runner.Describe(ctx, workflow.ExecutionID{Machine: orderMachine, Name: o.Execution.Name(o.ID)})
}
