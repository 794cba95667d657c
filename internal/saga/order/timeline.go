package order

import "time"

// EventKind says what happened to an order.
type EventKind string

const (
	OrderPlaced       EventKind = "ORDER_PLACED"
	OrderCreated      EventKind = "ORDER_CREATED"
	PaymentRequested  EventKind = "PAYMENT_REQUESTED"
	PaymentDeclined   EventKind = "PAYMENT_DECLINED"
	PaymentCaptured   EventKind = "PAYMENT_CAPTURED"
	ShipmentRequested EventKind = "SHIPMENT_REQUESTED"
	ShipmentSent      EventKind = "SHIPMENT_SENT"
	ShipmentCancelled EventKind = "SHIPMENT_CANCELLED" // by the carrier
	OrderFulfilled    EventKind = "ORDER_FULFILLED"
	StepFailed        EventKind = "STEP_FAILED"
	ShipmentUndone    EventKind = "SHIPMENT_UNDONE"
	PaymentReturned   EventKind = "PAYMENT_RETURNED" // refunded or voided; nothing is kept
	OrderDeleted      EventKind = "ORDER_DELETED"
	OrderFailed       EventKind = "ORDER_FAILED"
	AttentionNeeded   EventKind = "ATTENTION_NEEDED"
	OrderResumed      EventKind = "ORDER_RESUMED"
	RepairStarted     EventKind = "REPAIR_STARTED"
)

// Event is one thing that happened to an order, written in the transaction that made it
// happen.
type Event struct {
	Kind   EventKind `json:"kind"`
	At     time.Time `json:"at"`
	By     string    `json:"by,omitempty"`     // the principal, or booking.BySystem
	Amount int64     `json:"amount,omitempty"` // minor units, where money moved
	// Currency is of Amount; ISO 4217.
	Currency string `json:"currency,omitempty"`
	Note     string `json:"note,omitempty"`
}

// record appends to the timeline without touching the slice that was read.
func (o *Order) record(e Event) {
	timeline := make([]Event, len(o.Timeline), len(o.Timeline)+1)
	copy(timeline, o.Timeline)
	o.Timeline = append(timeline, e)
}
