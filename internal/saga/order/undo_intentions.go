package order

import (
	"errors"
	"slices"

	"github.com/vacancy/vacancy/internal/booking"
)

// errChanged: what was to be undone has changed since it was looked at. Look again.
var errChanged = errors.New("the order has changed since it was looked at")

// undoing is the part that all compensations share. They act on an order in any state but
// FULFILLED, also on one that is not there: the note that the step is undone keeps a forward
// step that arrives late from doing it.
type undoing struct {
	On
	TenantID string
	Failure  *Failure // what the order failed with, if the execution says
}

// begin answers the order on its way back, and whether the step is undone already.
func (i undoing) begin(current *Order, step Step) (o Order, done bool, err error) {
	if current == nil {
		o = i.newOrder(i.TenantID)
	} else {
		o = *current
	}
	if o.Status == Fulfilled {
		return o, false, booking.Refuse(ShipmentAlreadySent, "order %s is fulfilled: its shipment has been sent", o.ID)
	}
	if o.undone(step) {
		return o, true, nil
	}
	if o.Status.Live() {
		o.Status = Undoing
	}
	o.Started, o.TaskToken = true, ""
	if i.Failure != nil && o.Failure == nil {
		failure := *i.Failure
		failure.Step = step
		o.Failure = &failure
		o.record(i.event(StepFailed, string(step)+": "+failure.String()))
	}
	return o, false, nil
}

// end notes that the step is undone.
func (i undoing) end(o *Order, step Step, what Event) {
	o.markUndone(step)
	o.NotUndone = slices.DeleteFunc(slices.Clone(o.NotUndone), func(n NotUndone) bool { return n.Step == step })
	o.record(what)
	i.touched(o)
}

// String is the failure in one line.
func (f Failure) String() string {
	if f.Cause == "" {
		return f.Error
	}
	return f.Error + ": " + f.Cause
}

// UndoShipment does CancelShipment once the carrier has called the shipment off. Refused
// with SHIPMENT_ALREADY_SENT.
type UndoShipment struct {
	undoing
	// CarrierTold: the carrier has been told to call it off. Without it there must be no
	// shipment.
	CarrierTold bool
}

// Decide implements Intention.
func (i UndoShipment) Decide(current *Order) (Order, bool, error) {
	o, done, err := i.begin(current, ProcessShipment)
	switch {
	case err != nil || done:
		return o, false, err
	case o.Shipment != nil && !i.CarrierTold:
		return o, false, errChanged
	}
	note := "there was none"
	if o.Shipment != nil {
		note = "called off"
	}
	o.Shipment = nil
	i.end(&o, ProcessShipment, i.event(ShipmentUndone, note))
	return o, true, nil
}

// UndoPayment does RefundPayment once the gateway holds nothing of the payment any more.
type UndoPayment struct {
	undoing
	// Ref is the gateway's id of the payment that was settled; "" if it never got one, and
	// so was never charged.
	Ref string
	// Settled is what the gateway then said of it.
	Settled booking.PaymentStatus
}

// Decide implements Intention.
func (i UndoPayment) Decide(current *Order) (Order, bool, error) {
	o, done, err := i.begin(current, ProcessPayment)
	switch {
	case err != nil || done:
		return o, false, err
	case o.Payment != nil && o.Payment.GatewayRef != i.Ref:
		return o, false, errChanged
	}
	what := i.event(PaymentReturned, "nothing was taken")
	if o.Payment != nil && i.Settled == booking.Refunded {
		what = i.moved(PaymentReturned, o.Payment.Amount, string(booking.Refunded))
	}
	o.Payment = nil
	i.end(&o, ProcessPayment, what)
	return o, true, nil
}

// UndoOrder does DeleteOrder: what was ordered is deleted.
type UndoOrder struct{ undoing }

// Decide implements Intention.
func (i UndoOrder) Decide(current *Order) (Order, bool, error) {
	o, done, err := i.begin(current, CreateOrder)
	if err != nil || done {
		return o, false, err
	}
	o.Content = nil
	i.end(&o, CreateOrder, i.event(OrderDeleted, ""))
	return o, true, nil
}

// Close ends an order that was undone: FAILED when nothing of it is left, otherwise
// NEEDS_ATTENTION with the list of what was not undone.
type Close struct {
	undoing
	// GaveUp is what the compensations of the steps have given up with.
	GaveUp map[Step]Failure
}

// Decide implements Intention.
func (i Close) Decide(current *Order) (Order, bool, error) {
	step := CreateOrder
	if current != nil && current.Failure != nil {
		step = current.Failure.Step
	}
	o, _, err := i.begin(current, step)
	if err != nil {
		return o, false, err
	}
	var left []NotUndone
	for _, s := range o.Remaining() {
		left = append(left, NotUndone{Step: s, Compensation: s.Compensation(), Failure: i.GaveUp[s]})
	}
	switch {
	case len(left) == 0 && o.Status == Failed, len(left) > 0 && o.Status == NeedsAttention && slices.Equal(left, o.NotUndone):
		return o, false, nil
	case len(left) == 0:
		o.Status = Failed
		o.record(i.event(OrderFailed, ""))
	default:
		o.Status = NeedsAttention
		o.record(i.event(AttentionNeeded, "not undone: "+names(left)))
	}
	o.NotUndone, o.EndedAt = left, i.Now
	i.touched(&o)
	return o, true, nil
}

func names(left []NotUndone) string {
	text := ""
	for n, l := range left {
		if n > 0 {
			text += ", "
		}
		text += string(l.Step)
	}
	return text
}

// Resume has the compensations of an order that needs attention run again, by the execution
// of that name. Refused with NOT_FOUND or NOTHING_TO_RESUME; one that is being undone is
// left as it is.
type Resume struct {
	On
	Execution string
}

// Decide implements Intention.
func (i Resume) Decide(current *Order) (Order, bool, error) {
	if current == nil {
		return Order{}, false, NotFound(i.ID)
	}
	o := *current
	switch o.Status {
	case Undoing:
		return o, false, nil
	case NeedsAttention:
	default:
		return o, false, booking.Refuse(NothingToResume, "order %s is %s; only one that is NEEDS_ATTENTION is resumed", o.ID, o.Status)
	}
	o.Status, o.EndedAt = Undoing, On{}.Now
	o.Executions = append(slices.Clone(o.Executions), i.Execution)
	o.record(i.event(OrderResumed, i.Execution))
	i.touched(&o)
	return o, true, nil
}

// Repair counts another execution of a live order that none drives. Number is how many
// executions there were: of two sweepers one takes effect.
type Repair struct {
	On
	Execution string
	Number    int
}

// Decide implements Intention.
func (i Repair) Decide(current *Order) (Order, bool, error) {
	if current == nil {
		return Order{}, false, NotFound(i.ID)
	}
	o := *current
	if !o.Status.Live() || len(o.Executions) != i.Number {
		return o, false, nil
	}
	o.Executions = append(slices.Clone(o.Executions), i.Execution)
	o.record(i.event(RepairStarted, i.Execution))
	i.touched(&o)
	return o, true, nil
}

