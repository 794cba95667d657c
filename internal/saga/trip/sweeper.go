package trip

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Sweep is what one pass of the sweeper found and did.
type Sweep struct {
	Started  int `json:"started"`  // executions that were still to be started
	Repaired int `json:"repaired"` // repair executions started
	Failed   int `json:"failed"`   // what could not be done and is left to the next pass
}

const (
	// sweepBatch bounds one pass over one kind of leftover; the rest is the next pass's.
	sweepBatch = 500
	// sweepGrace is left to a trip's execution since it last did something.
	sweepGrace = 5 * time.Second
)

// Sweep starts what is marked to be started, and repairs trips that no execution speaks
// for any more. It runs beside everything else and acts by the same intentions, so it can
// be run at any time, by any number.
func (s *Service) Sweep(ctx context.Context) (Sweep, error) {
	var sweep Sweep
	err := errors.Join(s.sweepToStart(ctx, &sweep), s.sweepUnfinished(ctx, &sweep))
	return sweep, err
}

func (s *Service) sweepToStart(ctx context.Context, sweep *Sweep) error {
	marked, err := s.Store.TripsToStart(ctx, sweepBatch)
	if err != nil {
		return fmt.Errorf("list trips to start: %w", err)
	}
	for _, t := range marked {
		if s.start(ctx, t).Execution.Started {
			sweep.Started++
		} else {
			sweep.Failed++
		}
	}
	return nil
}

func (s *Service) sweepUnfinished(ctx context.Context, sweep *Sweep) error {
	unfinished, err := s.Store.UnfinishedTrips(ctx, s.Now().Add(-sweepGrace), sweepBatch)
	if err != nil {
		return fmt.Errorf("list unfinished trips: %w", err)
	}
	for _, t := range unfinished {
		if err := s.drive(ctx, t, sweep); err != nil {
			sweep.Failed++
			s.Log.WarnContext(ctx, "trip not driven; tried again next time", "trip", t.ID, "error", err)
		}
	}
	return nil
}

// drive makes sure that an execution speaks for a trip.
func (s *Service) drive(ctx context.Context, t Trip, sweep *Sweep) error {
	if !t.Execution.Started {
		return nil
	}
	running, err := s.Workflow.Running(ctx, t.ExecutionName)
	if err == nil && !running {
		running, err = t.Execution.Running(ctx, s.Workflow, t.ID)
	}
	if err != nil || running || !t.Execution.MayRepair(s.Now()) {
		return err
	}
	counted, err := s.Store.ApplyToTrip(ctx, CountRepair{On: s.on(t.ID), Number: t.Execution.Repairs + 1})
	if err != nil || counted.Status.Ended() {
		return err // ended: its execution came to its end between the two looks
	}
	if err := s.startRepair(ctx, counted); err != nil {
		return err
	}
	sweep.Repaired++
	s.Log.WarnContext(ctx, "no execution spoke for a trip; started a repair", "trip", t.ID, "execution", counted.Execution.Name(t.ID))
	return nil
}
