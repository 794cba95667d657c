package batch

import (
	"context"
	"fmt"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
)

// Sweep is what one pass of the sweeper found and did.
type Sweep struct {
	Started   int `json:"started"`   // executions that were still to be started
	Repaired  int `json:"repaired"`  // repair executions started
	Abandoned int `json:"abandoned"` // uploads that ended early and are cleared away
	Failed    int `json:"failed"`    // what could not be done and is left to the next pass
}

const (
	// sweepBatch bounds one pass; the rest is the next pass's.
	sweepBatch = 500
	// uploadGrace is how long an upload may take.
	uploadGrace = 15 * time.Minute
)

// Sweep does what executions have left undone: it starts those that are marked to be
// started, repairs imports that no execution drives any more, and clears away what is left of uploads
// that never ended. It can be run at any time, by any number.
func (s *Service) Sweep(ctx context.Context) (sweep Sweep, err error) {
	open, err := s.store.Open(ctx, sweepBatch)
	if err != nil {
		return sweep, fmt.Errorf("list open imports: %w", err)
	}
	for _, i := range open {
		if err := s.sweepOne(ctx, i, &sweep); err != nil {
			sweep.Failed++
			s.log.WarnContext(ctx, "import not swept; tried again next time", "import", i.ID, "error", err)
		}
	}
	return sweep, nil
}

func (s *Service) sweepOne(ctx context.Context, i Import, sweep *Sweep) error {
	switch {
	case i.Parts == 0: // never received whole
		if i.Status != Receiving || s.now().Sub(i.CreatedAt) > uploadGrace {
			s.abandon(ctx, i.ID)
			sweep.Abandoned++
		}
		return nil
	case !i.Execution.Started:
		if s.start(ctx, i).Execution.Started {
			sweep.Started++
		}
		return nil
	}
	running, err := i.Execution.Running(ctx, s.workflow, i.ID)
	if err != nil || running || !i.Execution.MayRepair(s.now()) {
		return err
	}
	number := i.Execution.Repairs + 1
	counted, err := s.store.Change(ctx, i.ID, CountRepair{Number: number, Now: s.now()})
	if err != nil || !counted.Open || counted.Execution.Repairs != number {
		return err // its execution came to its end between the two looks, or another sweeper was first
	}
	if err := s.startAgain(ctx, counted); err != nil {
		return err
	}
	sweep.Repaired++
	s.log.WarnContext(ctx, "no execution spoke for an import; started a repair", "import", i.ID, "execution", counted.Execution.Name(i.ID))
	return nil
}

// startAgain starts a further execution of the same definition, whose Process finds out
// where the import stands.
func (s *Service) startAgain(ctx context.Context, i Import) error {
	start, err := i.startOf()
	if err != nil {
		return err
	}
	return s.workflow.Start(ctx, start)
}

// Resume rolls back again what an import that NEEDS_ATTENTION has left, for whoever
// manages. It has begun when it returns; the import's status tells how it ends. One that is
// rolled back, or being so, is answered as it is. Refused with NOT_FOUND, or NOTHING_TO_RESUME.
func (s *Service) Resume(ctx context.Context, who booking.Principal, id string) (Import, error) {
	if !who.Manages() {
		return Import{}, NotFound(id)
	}
	i, err := s.store.Change(ctx, id, Resume{Now: s.now()})
	if err != nil || i.Status != RollingBack {
		return i, err
	}
	if err := s.startAgain(ctx, i); err != nil {
		s.log.WarnContext(ctx, "execution not started yet; the sweeper will", "import", id, "error", err)
	}
	return i, nil
}
