package model

import (
	"errors"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/saga/order"
)

// Order is a move-in order as the API shows it at one moment.
type Order struct {
	order.Order
	now time.Time
}

// NewOrder shows an order at the moment now; nil for one that is not there.
func NewOrder(o order.Order, now time.Time) *Order {
	if o.ID == "" {
		return nil
	}
	return &Order{o, now}
}

// Total is nil if it is missing, or not there any more.
func (o Order) Total() *booking.Money { return o.Order.Total() }

// CardLast4 is nil if there is no card, or it is too short to show.
func (o Order) CardLast4() *string {
	if o.Content == nil || o.Content.Card == nil {
		return nil
	}
	return known(o.Content.Card.Last4)
}

// Address is nil if it is missing, or not there any more.
func (o Order) Address() *string {
	if o.Content == nil {
		return nil
	}
	return known(o.Content.Address)
}

// Payment is nil before there is one, and once its money is back.
func (o Order) Payment() *Payment {
	if o.Order.Payment == nil {
		return nil
	}
	return &Payment{Payment: *o.Order.Payment}
}

// Failure is nil unless a step has failed.
func (o Order) Failure() *OrderFailure {
	if o.Order.Failure == nil {
		return nil
	}
	return &OrderFailure{*o.Order.Failure}
}

// NotUndone is empty unless the order needs attention.
func (o Order) NotUndone() []OrderNotUndone {
	all := make([]OrderNotUndone, len(o.Order.NotUndone))
	for i, n := range o.Order.NotUndone {
		all[i] = OrderNotUndone{n}
	}
	return all
}

// Timeline is what happened, in order.
func (o Order) Timeline() []OrderEvent {
	events := make([]OrderEvent, len(o.Order.Timeline))
	for i, e := range o.Order.Timeline {
		events[i] = OrderEvent{e}
	}
	return events
}

// PollAfter is in milliseconds.
func (o Order) PollAfter() int { return int(order.PollAfter(o.Order, o.now).Milliseconds()) }

// OrderStep is a step as an enum of the API: CREATE_ORDER for CreateOrder.
type OrderStep string

var orderSteps = map[order.Step]OrderStep{
	order.CreateOrder: "CREATE_ORDER", order.ProcessPayment: "PROCESS_PAYMENT", order.ProcessShipment: "PROCESS_SHIPMENT",
}

// OrderFailure is a failure as the API shows it.
type OrderFailure struct{ order.Failure }

// Step is nil if it is not known which step failed.
func (f OrderFailure) Step() *OrderStep {
	if step, ok := orderSteps[f.Failure.Step]; ok {
		return &step
	}
	return nil
}

// Error is the error's name.
func (f OrderFailure) Error() string { return f.Failure.Error }

// Cause is nil if none was given.
func (f OrderFailure) Cause() *string { return known(f.Failure.Cause) }

// OrderNotUndone is what a compensation has given up on, as the API shows it.
type OrderNotUndone struct{ order.NotUndone }

// Step is the one that is not undone.
func (n OrderNotUndone) Step() OrderStep { return orderSteps[n.NotUndone.Step] }

// Error is the name of the error that it gave up with; "" if it is not known.
func (n OrderNotUndone) Error() string { return n.Failure.Error }

// Cause is nil if none was given.
func (n OrderNotUndone) Cause() *string { return known(n.Failure.Cause) }

// OrderEvent is one event as the API shows it.
type OrderEvent struct{ order.Event }

// Amount is nil where no money moved.
func (e OrderEvent) Amount() *booking.Money {
	if e.Event.Amount == 0 {
		return nil
	}
	return &booking.Money{Amount: e.Event.Amount, Currency: e.Currency}
}

// Note is nil if there is none.
func (e OrderEvent) Note() *string { return known(e.Event.Note) }

// MarshalCardNumber answers null: a card number is never answered.
func MarshalCardNumber(order.CardNumber) graphql.Marshaler { return graphql.Null }

// UnmarshalCardNumber reads a string. Its error does not repeat what was sent.
func UnmarshalCardNumber(v any) (order.CardNumber, error) {
	text, ok := v.(string)
	if !ok {
		return "", errors.New("a card number must be a string")
	}
	return order.CardNumber(text), nil
}
