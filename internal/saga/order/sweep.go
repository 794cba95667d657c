package order

import (
	"context"
	"fmt"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
)

const (
	// FirstLook is when the sweeper looks at an order after it has last changed. The next
	// look is as long after the last one as that was after the change, LongestLook at most:
	// an order that waits days for its carrier is looked at a hundred times a day.
	FirstLook   = 4 * time.Second
	LongestLook = 15 * time.Minute
	// sweepBatch bounds one pass; the rest is the next pass's.
	sweepBatch = 500
)

// Sweep is what one pass of the sweeper found and did.
type Sweep struct {
	Started  int `json:"started"`  // executions that were still to be started
	Repaired int `json:"repaired"` // repair executions started
	Answered int `json:"answered"` // shipments of which the carrier told only when it was asked
	Failed   int `json:"failed"`   // what could not be done and is left to the next pass
}

// Sweep starts orders that are marked to be started, repairs those that no execution speaks
// for, and asks the carrier about shipments. It runs beside everything else and acts by the
// same intentions, so it can be run at any time, by any number.
func (s *Service) Sweep(ctx context.Context) (Sweep, error) {
	var sweep Sweep
	due, err := s.Store.DueOrders(ctx, s.Now(), sweepBatch)
	if err != nil {
		return sweep, fmt.Errorf("list orders to look at: %w", err)
	}
	for _, o := range due {
		if err := s.lookAt(ctx, o.ID, &sweep); err != nil {
			sweep.Failed++
			s.Log.WarnContext(ctx, "order not looked after; tried again next time", "order", o.ID, "error", err)
		}
	}
	return sweep, nil
}

func (s *Service) lookAt(ctx context.Context, id string, sweep *Sweep) error {
	o, err := s.Store.Order(ctx, id)
	if err == nil {
		o, err = s.askCarrier(ctx, o, sweep)
	}
	if err == nil && o.Status.Live() {
		err = s.drive(ctx, o, sweep)
	} else if err == nil && o.unsettled() {
		err = s.tell(ctx, o)
	}
	if err != nil {
		return err
	}
	now := s.Now()
	pause := min(max(now.Sub(o.UpdatedAt), FirstLook), LongestLook)
	_, err = s.Store.Apply(ctx, LookLater{On: s.on(id, booking.BySystem), Seen: o.UpdatedAt, Until: now.Add(pause)})
	return err
}

// askCarrier asks what became of a shipment that nothing was heard of.
func (s *Service) askCarrier(ctx context.Context, o Order, sweep *Sweep) (Order, error) {
	if o.Shipment == nil || o.Shipment.Status != Requested || o.Status != Shipping {
		return o, nil
	}
	answer, err := s.Carrier.Lookup(ctx, *o.Shipment)
	if err != nil || answer == Requested {
		return o, err
	}
	answered, err := s.AnswerShipment(ctx, booking.BySystem, o.ID, answer)
	if err == nil {
		sweep.Answered++
	}
	return answered, err
}

// tell wakes an execution that waits although its order is fulfilled.
func (s *Service) tell(ctx context.Context, o Order) error {
	running, err := o.Execution.Running(ctx, s.Workflow, o.ID)
	switch {
	case err != nil:
		return err
	case running:
		s.wake(ctx, o)
		return nil
	}
	_, err = s.Store.Apply(ctx, ForgetToken{s.on(o.ID, booking.BySystem)})
	return err
}

// drive makes sure that an execution speaks for a live order: it starts the first one, wakes
// one that waits for an answer that is there, and starts a repair where none runs.
func (s *Service) drive(ctx context.Context, o Order, sweep *Sweep) error {
	running, err := o.Execution.Running(ctx, s.Workflow, o.ID)
	switch {
	case err != nil:
		return err
	case running:
		if o.Shipment != nil && o.Shipment.Status != Requested {
			s.wake(ctx, o)
		}
		return nil
	case !o.Execution.Started:
		if err := s.startExecution(ctx, o); err != nil {
			return err
		}
		sweep.Started++
		_, err := s.Store.Apply(ctx, MarkStarted{s.on(o.ID, booking.BySystem)})
		return err
	case !o.Execution.MayRepair(s.Now()):
		return nil
	}
	repairs := o.Execution.Repairs
	counted, err := s.Store.Apply(ctx, Repair{On: s.on(o.ID, booking.BySystem), Repairs: repairs})
	if err != nil || !counted.Status.Live() || counted.Execution.Repairs != repairs+1 {
		return err
	}
	if err := s.startExecution(ctx, counted); err != nil {
		return err
	}
	sweep.Repaired++
	s.Log.WarnContext(ctx, "no execution spoke for an order; started a repair", "order", o.ID, "execution", counted.Execution.Name(o.ID))
	return nil
}
