package order

import (
	"github.com/vacancy/vacancy/internal/booking"
)

// BeginPayment makes the payment PENDING in the store before the gateway hears of it:
// CREATED, and not undone. Refused with CARD_MISSING, STEP_TOO_EARLY or STEP_UNDONE.
type BeginPayment struct{ On }

// Decide implements Intention.
func (i BeginPayment) Decide(current *Order) (Order, bool, error) {
	o, err := i.forward(current, ProcessPayment)
	switch {
	case err != nil || o.Payment != nil:
		return o, false, err
	case !o.Content.Created:
		return o, false, booking.Refuse(StepTooEarly, "the order has not been created: CreateOrder comes first")
	case o.Content.Card == nil || o.Content.Card.Token == "":
		return o, false, booking.Refuse(CardMissing, "the order has no card to pay with: say card_no")
	}
	o.Payment = &booking.Payment{ID: PaymentID(o.ID), Attempt: 1, Status: booking.Pending, Amount: *o.Content.Total, Method: o.Content.Card.Token, CreatedAt: i.Now}
	o.record(i.moved(PaymentRequested, o.Payment.Amount, ""))
	i.touched(&o)
	return o, true, nil
}

// RecordGatewayRef notes the gateway's id of the payment. It is stored before the gateway is
// asked to authorize: a payment without one has never been charged.
type RecordGatewayRef struct {
	On
	Ref string
}

// Decide implements Intention.
func (i RecordGatewayRef) Decide(current *Order) (Order, bool, error) {
	o, err := i.forwardPayment(current)
	if err != nil || o.Payment.GatewayRef != "" {
		return o, false, err
	}
	o.withPayment().GatewayRef = i.Ref
	i.touched(&o)
	return o, true, nil
}

// RecordCapture: PENDING → CAPTURED, and the order is PAID.
type RecordCapture struct{ On }

// Decide implements Intention.
func (i RecordCapture) Decide(current *Order) (Order, bool, error) {
	o, err := i.forwardPayment(current)
	switch {
	case err != nil || o.Payment.Status == booking.Captured:
		return o, false, err
	case o.Payment.Status != booking.Pending || o.Payment.GatewayRef == "":
		return o, false, booking.Refuse(StepTooEarly, "the payment of order %s is %s and %q at the gateway; there is nothing to capture", i.ID, o.Payment.Status, o.Payment.GatewayRef)
	}
	p := o.withPayment()
	p.Status, p.CapturedAt = booking.Captured, i.Now
	o.Status = Paid
	o.record(i.moved(PaymentCaptured, p.Amount, ""))
	i.touched(&o)
	return o, true, nil
}

// RecordDecline: PENDING → DECLINED. Nothing was taken.
type RecordDecline struct {
	On
	DeclineCode string
}

// Decide implements Intention.
func (i RecordDecline) Decide(current *Order) (Order, bool, error) {
	o, err := i.forwardPayment(current)
	if err != nil || o.Payment.Status == booking.Declined {
		return o, false, err
	}
	p := o.withPayment()
	p.Status, p.DeclineCode, p.EndedAt = booking.Declined, i.DeclineCode, i.Now
	o.record(i.moved(PaymentDeclined, o.Payment.Amount, i.DeclineCode))
	i.touched(&o)
	return o, true, nil
}

// forwardPayment refuses what is about a payment that is not there.
func (i On) forwardPayment(current *Order) (Order, error) {
	order, err := i.forward(current, ProcessPayment)
	if err == nil && order.Payment == nil {
		err = booking.Refuse(StepTooEarly, "order %s has no payment yet", i.ID)
	}
	return order, err
}

// withPayment answers a copy of the payment to change; whoever read it keeps theirs.
func (o *Order) withPayment() *booking.Payment {
	p := *o.Payment
	o.Payment = &p
	return o.Payment
}
