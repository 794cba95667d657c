package booking

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Sweep is what one pass of the sweeper found and did.
type Sweep struct {
	Started  int `json:"started"`  // executions that were still to be started
	Overdue  int `json:"overdue"`  // holds past their deadline that nothing had released
	Repaired int `json:"repaired"` // repair executions started
	Returned int `json:"returned"` // payments of ended reservations voided or refunded
	Forgot   int `json:"forgot"`   // idempotency records past their time
	Failed   int `json:"failed"`   // what could not be done and is left to the next pass
}

const (
	// sweepBatch bounds one pass over one kind of leftover; the rest is the next pass's.
	sweepBatch = 500
	// sweepGrace is left to the executions themselves before the sweeper steps in.
	sweepGrace = 2 * time.Second
	// keepIdempotency is how long a key is remembered at least.
	keepIdempotency = 24 * time.Hour
	// repairBackoff is the pause after a first repair; it doubles with each, up to repairBackoffMax.
	repairBackoff    = 5 * time.Second
	repairBackoffMax = 15 * time.Minute
)

// Sweep does what timers and executions have left undone: it starts what is marked
// to be started, releases what is overdue, repairs what no execution drives, and returns the
// money of ended reservations. It runs beside everything else and acts by the same
// intentions, so it can be run at any time, by any number.
func (s *Service) Sweep(ctx context.Context) (Sweep, error) {
	var sweep Sweep
	steps := []func(context.Context, *Sweep) error{s.sweepToStart, s.sweepDue, s.sweepUnsettled, s.sweepKeys}
	var errs []error
	for _, step := range steps {
		if err := step(ctx, &sweep); err != nil {
			errs = append(errs, err)
		}
	}
	return sweep, errors.Join(errs...)
}

func (s *Service) sweepToStart(ctx context.Context, sweep *Sweep) error {
	marked, err := s.store.ToStart(ctx, sweepBatch)
	if err != nil {
		return fmt.Errorf("list reservations to start: %w", err)
	}
	for _, r := range marked {
		if s.startWorkflow(ctx, r).WorkflowStarted {
			sweep.Started++
		} else {
			sweep.Failed++
		}
	}
	return nil
}

func (s *Service) sweepDue(ctx context.Context, sweep *Sweep) error {
	due, err := s.store.DueHolds(ctx, s.now().Add(-sweepGrace), DueCursor{}, sweepBatch)
	if err != nil {
		return fmt.Errorf("list overdue holds: %w", err)
	}
	for _, d := range due {
		sweep.Overdue++
		if err := s.sweepHold(ctx, d.ReservationID, sweep); err != nil {
			sweep.Failed++
			s.log.WarnContext(ctx, "overdue hold not released; tried again next time", "reservation", d.ReservationID, "error", err)
		}
	}
	return nil
}

// sweepHold releases one overdue hold, or has it captured if it is paid for.
func (s *Service) sweepHold(ctx context.Context, id string, sweep *Sweep) error {
	r, err := s.store.Reservation(ctx, id)
	if err != nil {
		return err
	}
	if r.Lapsed(s.now()) {
		if r, err = s.askAtDeadline(ctx, r); err != nil {
			return err
		}
	}
	if r.Lapsed(s.now()) {
		released, err := s.apply(ctx, ReleaseHold{On: s.on(r, BySystem), Reason: ReleaseExpired, Note: "released by the sweeper"})
		if err != nil {
			return err
		}
		s.wake(ctx, r)
		if _, err := s.ReturnMoney(ctx, released.ID); err != nil {
			return err
		}
		return nil
	}
	_, err = s.drive(ctx, r, sweep, nil)
	return err
}

func (s *Service) sweepUnsettled(ctx context.Context, sweep *Sweep) error {
	unsettled, err := s.store.Unsettled(ctx, sweepBatch)
	if err != nil {
		return fmt.Errorf("list unsettled payments: %w", err)
	}
	for _, r := range unsettled {
		if err := s.settle(ctx, r, sweep); err != nil {
			sweep.Failed++
			s.log.WarnContext(ctx, "payment not settled; tried again next time", "reservation", r.ID, "error", err)
		}
	}
	return nil
}

func (s *Service) settle(ctx context.Context, r Reservation, sweep *Sweep) error {
	if r.Status == Confirming {
		_, err := s.drive(ctx, r, sweep, nil)
		return err
	}
	if s.now().Sub(r.EndedAt) < sweepGrace {
		return nil // its execution is about to
	}
	returned, _, err := s.settleEnded(ctx, r, nil)
	if err == nil && returned.Payment.settled() {
		sweep.Returned++
	}
	return err
}

// drive makes sure that an execution speaks for a live reservation: it wakes the one
// that runs, and starts a repair where none does. noted: see repair.
func (s *Service) drive(ctx context.Context, r Reservation, sweep *Sweep, event *Idempotency) (noted bool, err error) {
	if r.TripID != "" {
		return false, nil // the trip's execution drives it, and the sweeper of trips looks after that
	}
	running, err := s.driven(ctx, r)
	if err != nil {
		return false, err
	}
	if running {
		s.wake(ctx, r)
		return false, nil
	}
	return s.repair(ctx, r, sweep, event)
}

// repair starts the same definition again under <reservation>-repair-<n>. It passes
// through RequestPayment and AwaitPayment, which find nothing to do, to ReadReservation. The
// event that led here, if one did, is stored as the repair is counted; noted reports that.
func (s *Service) repair(ctx context.Context, r Reservation, sweep *Sweep, event *Idempotency) (noted bool, err error) {
	if s.now().Before(nextRepair(r)) {
		return false, nil
	}
	number := r.Repairs + 1
	b, err := s.store.Apply(ctx, CountRepair{On: s.on(r, BySystem), Number: number}, event)
	if err != nil {
		return false, err
	}
	counted, noted := b.Reservation, event != nil
	if !counted.Status.Live() || counted.Repairs < number {
		return noted, nil // its execution came to its end between the two looks, or the event was heard twice at once
	}
	start, err := counted.Start()
	if err != nil {
		return noted, err
	}
	start.Name = executionName(r.ID, number)
	if err := s.workflow.Start(ctx, start); err != nil {
		return noted, err
	}
	sweep.Repaired++
	s.log.WarnContext(ctx, "no execution spoke for a reservation; started a repair", "reservation", r.ID, "execution", start.Name)
	return noted, nil
}

// nextRepair is when another repair may be started, so that one which fails at once
// is not started over and over.
func nextRepair(r Reservation) time.Time {
	var last time.Time
	for _, e := range r.Timeline {
		if e.Kind == RepairStarted {
			last = e.At
		}
	}
	if last.IsZero() {
		return last
	}
	pause := repairBackoffMax
	if r.Repairs < 8 {
		pause = min(pause, repairBackoff<<r.Repairs)
	}
	return last.Add(pause)
}

func (s *Service) sweepKeys(ctx context.Context, sweep *Sweep) (err error) {
	sweep.Forgot, err = s.store.Forget(ctx, s.now().Add(-keepIdempotency), sweepBatch)
	return err
}

// executionName is the name of a reservation's execution: its primary for 0, else its
// n-th repair.
func executionName(reservationID string, repair int) string {
	if repair == 0 {
		return reservationID
	}
	return fmt.Sprintf("%s-repair-%d", reservationID, repair)
}

// ExecutionNames answers the executions that speak for the reservation, in the order
// they were started; with that of late money, which there is if the primary had ended before.
func (r Reservation) ExecutionNames() []string {
	names := make([]string, 0, r.Repairs+1)
	for n := 0; n <= r.Repairs; n++ {
		names = append(names, executionName(r.ID, n))
	}
	if r.reacquired() {
		names = append(names, lateExecution(r.ID))
	}
	return names
}
