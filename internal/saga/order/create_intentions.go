package order

import (
	"github.com/vacancy/vacancy/internal/booking"
)

// Place accepts an order: it is PLACED, and its execution to be started. One that is there
// already with the same tenant and content is answered as it is; with another it is refused
// with IDEMPOTENCY_KEY_REUSED.
type Place struct {
	On
	TenantID string
	Content  Content
}

// Decide implements Intention.
func (i Place) Decide(current *Order) (Order, bool, error) {
	ordered := fingerprint(i.TenantID, i.Content)
	if current != nil {
		return *current, false, sameOrder(*current, ordered)
	}
	o := i.newOrder(i.TenantID)
	o.Content, o.Fingerprint = &i.Content, ordered
	i.touched(&o)
	return o, true, nil
}

// newOrder is the record of an order that was not there.
func (i On) newOrder(tenantID string) Order {
	o := Order{ID: i.ID, TenantID: tenantID, Status: Placed, PlacedAt: i.Now}
	o.record(i.event(OrderPlaced, ""))
	return o
}

func sameOrder(o Order, ordered string) error {
	if o.Fingerprint == ordered {
		return nil
	}
	return &booking.Error{Code: booking.IdempotencyKeyReused, Field: "orderId",
		Message: "there is an order " + o.ID + " already, and another was ordered then; choose a new id for each order"}
}

// Create does CreateOrder: PLACED → CREATED. Where nobody has placed the order (an execution
// that was started by itself) it makes the record too. Refused with TOTAL_MISSING,
// STEP_UNDONE or IDEMPOTENCY_KEY_REUSED.
type Create struct {
	On
	TenantID string
	Content  Content
}

// Decide implements Intention.
func (i Create) Decide(current *Order) (Order, bool, error) {
	ordered := fingerprint(i.TenantID, i.Content)
	var o Order
	if current == nil {
		o = i.newOrder(i.TenantID)
		o.Content, o.Fingerprint = &i.Content, ordered
	} else {
		if err := sameOrder(*current, ordered); err != nil {
			return *current, false, err
		}
		var err error
		if o, err = i.forward(current, CreateOrder); err != nil {
			return o, false, err
		}
		if o.Content.Created {
			return o, false, nil
		}
	}
	if o.Content.Total == nil {
		return o, false, booking.Refuse(TotalMissing, "the order has no total: say how much it costs")
	}
	content := *o.Content
	content.Created = true
	o.Content, o.Status, o.Execution.Started = &content, Created, true
	o.record(i.moved(OrderCreated, *content.Total, ""))
	i.touched(&o)
	return o, true, nil
}
