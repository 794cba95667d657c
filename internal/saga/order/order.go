package order

import (
	"time"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/saga"
)

// Status: PLACED → CREATED → PAID → SHIPPING → FULFILLED; or, from any of them but the
// last, UNDOING → FAILED or NEEDS_ATTENTION, from which it may be UNDOING again.
type Status string

const (
	Placed         Status = "PLACED"          // accepted; its execution has done nothing yet
	Created        Status = "CREATED"         // the order is there
	Paid           Status = "PAID"            // and its payment is captured
	Shipping       Status = "SHIPPING"        // the carrier has been asked; its answer takes days
	Fulfilled      Status = "FULFILLED"       // sent: all of it is there, for good
	Undoing        Status = "UNDOING"         // a step has failed; the compensations run
	Failed         Status = "FAILED"          // nothing of it is there
	NeedsAttention Status = "NEEDS_ATTENTION" // a compensation has given up; see Order.NotUndone
)

// Live reports whether an execution is to drive the order on.
func (s Status) Live() bool { return s != Fulfilled && s != Failed && s != NeedsAttention }

// Order is the saga's own record with its items.
type Order struct {
	ID       string
	TenantID string
	Status   Status
	// Fingerprint is of everything that was ordered; the same id with another is refused.
	Fingerprint string

	Content  *Content         // nil once it is deleted
	Payment  *booking.Payment // nil before ProcessPayment, and once its money is back
	Shipment *Shipment        // nil before ProcessShipment, and once it is cancelled
	// Compensating are the steps whose compensation has begun, Undone those that it has
	// undone. None of them is done again.
	Compensating saga.Undone
	Undone       saga.Undone

	Failure   *Failure    // why it failed: the first failure
	NotUndone []NotUndone // what compensations have given up on, while NEEDS_ATTENTION

	Execution saga.Execution // that speaks for it; Started once it has been seen to run
	TaskToken string         // of the execution that waits for the carrier, until it has seen the answer
	// LookAt is when the sweeper is to look at the order; zero when nothing is left to do.
	LookAt    time.Time
	PlacedAt  time.Time
	UpdatedAt time.Time
	EndedAt   time.Time
	Timeline  []Event
}

// Content is what was ordered. Each part may be missing; the step that needs it refuses.
type Content struct {
	Total   *booking.Money `json:"total,omitempty"`
	Card    *Card          `json:"card,omitempty"`
	Address string         `json:"address,omitempty"`
	// Created: CreateOrder has accepted it. Until then it is what somebody asks for.
	Created bool `json:"created,omitempty"`
}

// PaymentID is the id of an order's payment.
func PaymentID(orderID string) string { return orderID + "-p1" }

// ShipmentStatus: REQUESTED → SENT or CANCELLED, as the carrier answers.
type ShipmentStatus string

const (
	Requested ShipmentStatus = "REQUESTED"
	Sent      ShipmentStatus = "SENT"
	Cancelled ShipmentStatus = "CANCELLED"
)

// Shipment is what the carrier was asked for.
type Shipment struct {
	OrderID     string         `json:"orderId"` // an order has one shipment, named as it is
	Status      ShipmentStatus `json:"status"`
	Address     string         `json:"address"`
	Carrier     string         `json:"carrier"`
	RequestedAt time.Time      `json:"requestedAt"`
	AnswerBy    time.Time      `json:"answerBy"` // without an answer by then the order fails
	AnsweredAt  time.Time      `json:"answeredAt,omitzero"`
}

// Step is a forward step of the saga, by the name of its state.
type Step string

const (
	CreateOrder     Step = "CreateOrder"
	ProcessPayment  Step = "ProcessPayment"
	ProcessShipment Step = "ProcessShipment"
)

// Compensation answers the state that undoes the step.
func (s Step) Compensation() string {
	switch s {
	case ProcessShipment:
		return "CancelShipment"
	case ProcessPayment:
		return "RefundPayment"
	}
	return "DeleteOrder"
}

// Failure is an error with its cause, as a state's Catch knows it.
type Failure struct {
	Step  Step   `json:"step,omitempty"` // that failed
	Error string `json:"error"`
	Cause string `json:"cause,omitempty"`
}

// NotUndone is a step whose compensation has given up.
type NotUndone struct {
	Step         Step    `json:"step"`
	Compensation string  `json:"compensation"`
	Failure      Failure `json:"failure"` // of the compensation; empty if it is not known
}

func (o Order) undone(s Step) bool { return o.Undone.Has(string(s)) }

// unsettled reports whether the sweeper has something to look after: the order is live, or its
// execution has not seen that it is fulfilled.
func (o Order) unsettled() bool { return o.Status.Live() || o.TaskToken != "" }

// Remaining are the steps whose items are there, the latest first: the order in which
// they are undone.
func (o Order) Remaining() []Step {
	var steps []Step
	if o.Shipment != nil {
		steps = append(steps, ProcessShipment)
	}
	if o.Payment != nil {
		steps = append(steps, ProcessPayment)
	}
	if o.Content != nil {
		steps = append(steps, CreateOrder)
	}
	return steps
}

// Total is what the order costs; nil if it is not known, or not any more.
func (o Order) Total() *booking.Money {
	switch {
	case o.Content != nil:
		return o.Content.Total
	case o.Payment != nil:
		return &o.Payment.Amount
	}
	return nil
}

// PollAfter is after how long it makes sense to ask for the order again; 0 once nothing more
// will happen by itself.
func PollAfter(o Order, now time.Time) time.Duration {
	if !o.Status.Live() {
		return 0
	}
	// Most orders move on within moments; those that wait for a carrier are asked for less often.
	const soonest, latest = 300 * time.Millisecond, time.Minute
	return min(max(now.Sub(o.UpdatedAt)/2, soonest), latest)
}
