package order

import (
	"time"

	"github.com/vacancy/vacancy/internal/booking"
)

// Intention is one change to an order with its preconditions. Decide is pure. It answers
//   - (next, true, nil): write next, all of it or nothing;
//   - (same, false, nil): the effect is there already; nothing is written;
//   - (_, false, *booking.Error): it may not be done; nothing is written.
//
// current is nil where there is no such order. A store applies it to what it reads in the
// transaction that writes the answer, or writes under the condition that nothing it read
// has changed.
type Intention interface {
	OrderID() string
	Decide(current *Order) (next Order, changed bool, err error)
}

// On says what an intention is about, when and by whom: the part that all share.
type On struct {
	ID  string
	Now time.Time // the one `now` of this decision, UTC
	By  string    // principal, or booking.BySystem
}

// OrderID answers the order's id.
func (i On) OrderID() string { return i.ID }

// Codes of refusals of this domain.
const (
	// StepUndone: the step has been undone, or the order has failed; it is not done again.
	StepUndone booking.Code = "STEP_UNDONE"
	// StepTooEarly: the step before it has not been done.
	StepTooEarly booking.Code = "STEP_TOO_EARLY"
	// TotalMissing, CardMissing and AddressMissing: the order lacks what the step needs.
	TotalMissing   booking.Code = "TOTAL_MISSING"
	CardMissing    booking.Code = "CARD_MISSING"
	AddressMissing booking.Code = "ADDRESS_MISSING"
	// ShipmentAlreadySent: the order is fulfilled and cannot be undone.
	ShipmentAlreadySent booking.Code = "SHIPMENT_ALREADY_SENT"
	// ShipmentWasCancelled and ShipmentTimedOut: why an order that was paid fails.
	ShipmentWasCancelled booking.Code = "SHIPMENT_CANCELLED"
	ShipmentTimedOut     booking.Code = "SHIPMENT_TIMED_OUT"
)

// NotFound is the refusal for an order that is not there, or not the caller's.
func NotFound(id string) *booking.Error {
	return &booking.Error{Code: booking.NotFound, Field: "orderId", Message: "there is no order " + id}
}

// forward refuses a forward step of an order that is not there or goes backwards.
func (i On) forward(current *Order, step Step) (Order, error) {
	if current == nil {
		return Order{}, booking.Refuse(StepTooEarly, "there is no order %s: CreateOrder comes first", i.ID)
	}
	if current.undone(step) || current.Compensating.Has(string(step)) || current.Status == Undoing || current.Status == Failed || current.Status == NeedsAttention {
		return *current, booking.Refuse(StepUndone, "%s of order %s is undone, the order is %s: it is not done again", step, i.ID, current.Status)
	}
	return *current, nil
}

// touched notes when the order changed and when the sweeper is to look at it next.
func (i On) touched(order *Order) {
	order.UpdatedAt = i.Now
	order.LookAt = time.Time{}
	if order.unsettled() {
		order.LookAt = i.Now.Add(FirstLook)
	}
}

func (i On) event(kind EventKind, note string) Event {
	return Event{Kind: kind, At: i.Now, By: i.By, Note: note}
}

func (i On) moved(kind EventKind, amount booking.Money, note string) Event {
	e := i.event(kind, note)
	e.Amount, e.Currency = amount.Amount, amount.Currency
	return e
}
