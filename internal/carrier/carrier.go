// Package carrier has the carriers of move-in orders: [Simulated], which answers by itself,
// and [Manual], for which an operator answers.
package carrier

import (
	"context"
	"fmt"
	"time"

	"github.com/vacancy/vacancy/internal/saga/order"
)

// Names of the carriers, as configuration calls them.
const (
	SimulatedName = "simulated"
	ManualName    = "manual"
)

// Manual is a carrier that a person telephones: an operator answers for it, by
// Service.AnswerShipment, and it knows nothing by itself.
type Manual struct{}

var _ order.Carrier = Manual{}

// Name answers "manual".
func (Manual) Name() string { return ManualName }

// Ship asks nobody: the shipment stands in the store for an operator to see.
func (Manual) Ship(context.Context, order.Shipment) error { return nil }

// Cancel asks nobody. A shipment that has left, the operator has answered to be SENT.
func (Manual) Cancel(context.Context, order.Shipment) error { return nil }

// Lookup answers REQUESTED: what became of it, an operator will say.
func (Manual) Lookup(context.Context, order.Shipment) (order.ShipmentStatus, error) {
	return order.Requested, nil
}

// DefaultAnswersAfter is how long the simulated carrier takes to answer.
const DefaultAnswersAfter = time.Second

// Options is what a deployment or a test decides about the simulated carrier.
type Options struct {
	Now func() time.Time // UTC
	// AnswersAfter is how long it takes to answer; 0: DefaultAnswersAfter.
	AnswersAfter time.Duration
	// After calls do once the time has passed. What gets lost with the process, the sweeper
	// learns by Lookup. Nil: it answers only when it is asked.
	After func(ctx context.Context, d time.Duration, do func(context.Context))
	// Answer hears that the shipment of the order was sent. Needed with After.
	Answer func(ctx context.Context, orderID string)
}

// Simulated is a carrier that sends everything, a while after it was asked. It keeps
// nothing: what it says follows from when it was asked.
type Simulated struct{ options Options }

var _ order.Carrier = (*Simulated)(nil)

// NewSimulated makes one.
func NewSimulated(o Options) *Simulated {
	if o.AnswersAfter == 0 {
		o.AnswersAfter = DefaultAnswersAfter
	}
	return &Simulated{options: o}
}

// Name answers "simulated".
func (c *Simulated) Name() string { return SimulatedName }

// Ship arranges the answer.
func (c *Simulated) Ship(ctx context.Context, s order.Shipment) error {
	if c.options.After != nil {
		left := max(0, c.sentAt(s).Sub(c.options.Now()))
		c.options.After(ctx, left, func(ctx context.Context) { c.options.Answer(ctx, s.OrderID) })
	}
	return nil
}

// Cancel calls everything off: a shipment whose answer the store has not heard has not left.
func (c *Simulated) Cancel(context.Context, order.Shipment) error { return nil }

// Lookup answers SENT once its time has come.
func (c *Simulated) Lookup(_ context.Context, s order.Shipment) (order.ShipmentStatus, error) {
	if c.options.Now().Before(c.sentAt(s)) {
		return order.Requested, nil
	}
	return order.Sent, nil
}

func (c *Simulated) sentAt(s order.Shipment) time.Time {
	return s.RequestedAt.Add(c.options.AnswersAfter)
}

// CheckName refuses a name that is no carrier's.
func CheckName(name string) error {
	if name != SimulatedName && name != ManualName {
		return fmt.Errorf("the carrier must be %s or %s, it is %q", SimulatedName, ManualName, name)
	}
	return nil
}
