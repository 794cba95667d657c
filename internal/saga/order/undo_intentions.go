package order

import (
	"errors"
	"slices"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
)

// ErrChanged: what was to be undone has changed since it was looked at. Look again.
var ErrChanged = errors.New("the order has changed since it was looked at")

// OnUndo is the part that all compensations share. They act on an order in any state but
// FULFILLED, also on one that is not there: the note that the step is undone keeps a forward
// step that arrives late from doing it.
type OnUndo struct {
	On
	TenantID string
	Failure  *Failure // what the order failed with, if the execution says
}

// begin answers the order on its way back, and whether the step is undone already.
func (i OnUndo) begin(current *Order, step Step) (o Order, done bool, err error) {
	if current == nil {
		o = i.newOrder(i.TenantID)
	} else {
		o = *current
	}
	if o.Status == Fulfilled {
		return o, false, booking.Refuse(ShipmentAlreadySent, "order %s is fulfilled: its shipment has been sent", o.ID)
	}
	return o, o.undone(step), nil
}

// end notes that the step is undone.
func (i OnUndo) end(o *Order, step Step, what Event) {
	o.Undone = o.Undone.With(string(step))
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

// BeginUndo comes before anything is undone: the order is UNDOING, with what it failed with,
// and the step is not done any more. Refused with SHIPMENT_ALREADY_SENT.
type BeginUndo struct {
	OnUndo
	Step Step
}

// Decide implements Intention.
func (i BeginUndo) Decide(current *Order) (Order, bool, error) {
	o, done, err := i.begin(current, i.Step)
	begun := o.Compensating.Has(string(i.Step))
	if err != nil || done || begun {
		return o, false, err
	}
	if o.Status.Live() {
		o.Status = Undoing
	}
	o.Execution.Started, o.TaskToken = true, ""
	o.Compensating = o.Compensating.With(string(i.Step))
	if i.Failure != nil && o.Failure == nil {
		failure := *i.Failure
		failure.Step = i.Step
		o.Failure = &failure
		o.record(i.event(StepFailed, string(i.Step)+": "+failure.String()))
	}
	i.touched(&o)
	return o, true, nil
}

// UndoShipment does CancelShipment once the carrier has called the shipment off. Refused
// with SHIPMENT_ALREADY_SENT.
type UndoShipment struct {
	OnUndo
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
		return o, false, ErrChanged
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
	OnUndo
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
		return o, false, ErrChanged
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
type UndoOrder struct{ OnUndo }

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
	OnUndo
	// GaveUp is what the compensations of the steps have given up with.
	GaveUp map[Step]Failure
}

// Decide implements Intention.
func (i Close) Decide(current *Order) (Order, bool, error) {
	o, _, err := i.begin(current, CreateOrder)
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
	if o.Failure == nil {
		o.Failure = i.Failure // the compensations could not even write this down
	}
	o.NotUndone, o.EndedAt, o.Execution.Started, o.TaskToken = left, i.Now, true, ""
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

// Resume has the compensations of an order that needs attention run again, by another
// execution. Refused with NOT_FOUND or NOTHING_TO_RESUME; one that is being undone is
// left as it is.
type Resume struct{ On }

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
		return o, false, booking.Refuse(booking.NothingToResume, "order %s is %s; only one that is NEEDS_ATTENTION is resumed", o.ID, o.Status)
	}
	o.Status, o.EndedAt, o.Execution = Undoing, time.Time{}, o.Execution.Repaired(i.Now)
	o.record(i.event(OrderResumed, o.Execution.Name(o.ID)))
	i.touched(&o)
	return o, true, nil
}

// Repair counts another execution of a live order that none drives, before it is started.
// Repairs is how many there were: of two sweepers one takes effect.
type Repair struct {
	On
	Repairs int
}

// Decide implements Intention.
func (i Repair) Decide(current *Order) (Order, bool, error) {
	if current == nil {
		return Order{}, false, NotFound(i.ID)
	}
	o := *current
	if !o.Status.Live() || o.Execution.Repairs != i.Repairs {
		return o, false, nil
	}
	o.Execution = o.Execution.Repaired(i.Now)
	o.record(i.event(RepairStarted, o.Execution.Name(o.ID)))
	i.touched(&o)
	return o, true, nil
}
