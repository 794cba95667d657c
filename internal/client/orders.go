package client

import (
	"context"
	"time"
)

// Order is a move-in order.
type Order struct {
	ID        string           `json:"id"`
	Status    string           `json:"status"`
	Total     *Money           `json:"total,omitempty"`
	CardLast4 string           `json:"cardLast4,omitempty"`
	Address   string           `json:"address,omitempty"`
	Payment   *Payment         `json:"payment,omitempty"`
	Shipment  *Shipment        `json:"shipment,omitempty"`
	Failure   *OrderFailure    `json:"failure,omitempty"`
	NotUndone []OrderNotUndone `json:"notUndone"`
	PlacedAt  time.Time        `json:"placedAt"`
	EndedAt   *time.Time       `json:"endedAt,omitempty"`
	Timeline  []TimelineEvent  `json:"timeline,omitempty"`
	PollAfter int              `json:"pollAfter"` // milliseconds; 0: nothing more will happen
}

// Shipment is what the carrier was asked for.
type Shipment struct {
	Status      string     `json:"status"`
	Carrier     string     `json:"carrier"`
	RequestedAt time.Time  `json:"requestedAt"`
	AnswerBy    time.Time  `json:"answerBy"`
	AnsweredAt  *time.Time `json:"answeredAt,omitempty"`
}

// OrderFailure is why an order failed.
type OrderFailure struct {
	Step  string `json:"step,omitempty"`
	Error string `json:"error"`
	Cause string `json:"cause,omitempty"`
}

// OrderNotUndone is a step whose compensation has given up.
type OrderNotUndone struct {
	Step         string `json:"step"`
	Compensation string `json:"compensation"`
	Error        string `json:"error"`
	Cause        string `json:"cause,omitempty"`
}

// PlaceOrder is what to order. What is empty is missing.
type PlaceOrder struct {
	ID         string
	Total      *Money
	CardNumber string
	Address    string
}

// PlaceOrder places an order. The same one again answers the same order in its present
// state. Refused with INVALID_INPUT or IDEMPOTENCY_KEY_REUSED.
func (c *Client) PlaceOrder(ctx context.Context, p PlaceOrder) (Order, error) {
	input := map[string]any{"orderId": p.ID}
	if p.Total != nil {
		input["total"] = p.Total
	}
	if p.CardNumber != "" {
		input["cardNumber"] = p.CardNumber
	}
	if p.Address != "" {
		input["address"] = p.Address
	}
	return c.changeOrder(ctx, "PlaceOrder", input)
}

// AnswerShipment tells what the carrier answered: "SENT" or "CANCELLED". Refused with
// NOT_FOUND, SHIPMENT_NOT_AWAITED, and FORBIDDEN to a tenant.
func (c *Client) AnswerShipment(ctx context.Context, orderID, answer string) (Order, error) {
	return c.changeOrder(ctx, "AnswerShipment", map[string]any{"orderId": orderID, "answer": answer})
}

// ResumeOrder runs the compensations of an order again that NEEDS_ATTENTION. Refused with
// NOT_FOUND, NOTHING_TO_RESUME, and FORBIDDEN to a tenant.
func (c *Client) ResumeOrder(ctx context.Context, orderID string) (Order, error) {
	return c.changeOrder(ctx, "ResumeOrder", map[string]any{"orderId": orderID})
}

// Order answers an order of the caller's. Refused with NOT_FOUND.
func (c *Client) Order(ctx context.Context, id string) (Order, error) {
	var data struct{ Order *Order }
	if err := c.call(ctx, "Order", map[string]any{"id": id}, &data); err != nil {
		return Order{}, err
	}
	if data.Order == nil {
		return Order{}, &Refusal{Code: "NOT_FOUND", Field: "id", Message: "there is no order " + id + " of yours"}
	}
	return *data.Order, nil
}

// changeOrder runs a mutation whose payload has an order and userErrors.
func (c *Client) changeOrder(ctx context.Context, operation string, input map[string]any) (Order, error) {
	var data struct {
		Payload struct {
			Order      *Order
			UserErrors []Refusal
		}
	}
	if err := c.call(ctx, operation, map[string]any{"input": input}, &data); err != nil {
		return Order{}, err
	}
	switch {
	case len(data.Payload.UserErrors) > 0:
		return Order{}, &data.Payload.UserErrors[0]
	case data.Payload.Order == nil:
		return Order{}, &ServerFault{Status: 200, Message: "it answered neither an order nor a reason"}
	}
	return *data.Payload.Order, nil
}
