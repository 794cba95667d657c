package order

import (
	"time"

	"github.com/vacancy/vacancy/internal/booking"
)

// RequestShipment notes the shipment before the carrier hears of it, and the token of the
// execution that waits for the answer: PAID, captured and not undone. For a shipment that is
// there it notes the new token only. Refused with ADDRESS_MISSING, STEP_TOO_EARLY or
// STEP_UNDONE.
type RequestShipment struct {
	On
	Token   string
	Carrier string
	Within  time.Duration // in which the carrier must answer
}

// Decide implements Intention.
func (i RequestShipment) Decide(current *Order) (Order, bool, error) {
	o, err := i.forward(current, ProcessShipment)
	switch {
	case err != nil:
		return o, false, err
	case o.Payment == nil || o.Payment.Status != booking.Captured:
		return o, false, booking.Refuse(StepTooEarly, "the order has not been paid: nothing is shipped before ProcessPayment is done")
	case o.Shipment != nil && (o.Shipment.Status != Requested || o.TaskToken == i.Token):
		return o, false, nil
	case o.Shipment != nil:
		o.TaskToken = i.Token
		i.touched(&o)
		return o, true, nil
	case o.Content.Address == "":
		return o, false, booking.Refuse(AddressMissing, "the order has no address to ship to")
	}
	o.Shipment = &Shipment{OrderID: o.ID, Status: Requested, Address: o.Content.Address, Carrier: i.Carrier,
		RequestedAt: i.Now, AnswerBy: i.Now.Add(i.Within)}
	o.TaskToken, o.Status = i.Token, Shipping
	o.record(i.event(ShipmentRequested, i.Carrier))
	i.touched(&o)
	return o, true, nil
}

// RecordAnswer notes the carrier's answer: REQUESTED → SENT, with which the order is
// FULFILLED, or → CANCELLED, on which its execution undoes the rest. Refused with NOT_FOUND
// or SHIPMENT_NOT_AWAITED; the same answer again is success.
type RecordAnswer struct {
	On
	Answer ShipmentStatus // Sent or Cancelled
}

// Decide implements Intention.
func (i RecordAnswer) Decide(current *Order) (Order, bool, error) {
	if current == nil {
		return Order{}, false, NotFound(i.ID)
	}
	o := *current
	if s := o.Shipment; s != nil && s.Status == i.Answer {
		return o, false, nil
	}
	if o.Shipment == nil || o.Shipment.Status != Requested || !o.awaitsCarrier() {
		return o, false, notAwaited(o)
	}
	s := *o.Shipment
	s.Status, s.AnsweredAt = i.Answer, i.Now
	o.Shipment = &s
	if i.Answer == Sent {
		o.record(i.event(ShipmentSent, ""))
		o.record(i.event(OrderFulfilled, ""))
		o.Status, o.EndedAt = Fulfilled, i.Now // the token stays until the execution has seen it
	} else {
		o.record(i.event(ShipmentCancelled, ""))
	}
	i.touched(&o)
	return o, true, nil
}

// ForgetToken notes that the execution of a fulfilled order has seen that it is: nobody needs
// to be woken any more.
type ForgetToken struct{ On }

// Decide implements Intention.
func (i ForgetToken) Decide(current *Order) (Order, bool, error) {
	if current == nil {
		return Order{}, false, NotFound(i.ID)
	}
	o := *current
	if o.Status != Fulfilled || o.TaskToken == "" {
		return o, false, nil
	}
	o.TaskToken = ""
	i.touched(&o)
	return o, true, nil
}

// awaitsCarrier reports whether a shipment that has left fulfils the order: also when it is
// just being called off, as long as nobody has begun to give the money back.
func (o Order) awaitsCarrier() bool {
	return o.Status == Shipping || o.Status == Undoing && !o.Compensating.Has(string(ProcessPayment))
}

func notAwaited(o Order) *booking.Error {
	if o.Shipment == nil {
		return booking.Refuse(booking.ShipmentNotAwaited, "order %s is %s and has no shipment; there is nothing to answer", o.ID, o.Status)
	}
	return booking.Refuse(booking.ShipmentNotAwaited, "the shipment of order %s is %s and the order %s; another answer changes nothing", o.ID, o.Shipment.Status, o.Status)
}
