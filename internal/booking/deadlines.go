package booking

import (
	"context"
	"sync"
	"time"
)

const (
	// dueBatch bounds how many holds one look at the due index answers.
	dueBatch = 2000
	// together is how many holds are released or woken at once: each returns when it is
	// durable, and those that wait together share a commit.
	together = 512
)

// ReleaseDue releases the holds that are due and come after the cursor, at most dueBatch
// of them, the earliest first. It answers those it looked at, whose executions are then to
// be woken (WakeHolds), the cursor to go on from, and when there is something to do again:
// at once if the batch was full, else at the next deadline; ok is false if there is none.
//
// It is what makes a hold end at its deadline rather than at the whole second of the
// state's timeout (design, 10.6). A hold whose payment the tenant has begun is left to the
// execution, which asks the gateway first; so is whatever cannot be released now.
func (s *Service) ReleaseDue(ctx context.Context, after DueCursor) (due []DueHold, cursor DueCursor, next time.Time, ok bool, err error) {
	now := s.now()
	due, err = s.store.DueHolds(ctx, now, after, dueBatch)
	if err != nil || len(due) == 0 {
		if err == nil {
			next, ok, err = s.store.NextDeadline(ctx, now)
		}
		return nil, after, next, ok, err
	}
	atOnce(due, func(d DueHold) {
		_, err := s.apply(ctx, ReleaseHold{Reason: ReleaseExpired, UnlessPaying: true,
			On: On{ReservationID: d.ReservationID, Now: s.now(), By: BySystem}})
		if err != nil && CodeOf(err) == "" {
			s.log.WarnContext(ctx, "hold not released at its deadline; its execution will", "reservation", d.ReservationID, "error", err)
		}
	})
	last := due[len(due)-1]
	cursor = DueCursor{Deadline: last.Deadline, ReservationID: last.ReservationID}
	if len(due) == dueBatch {
		return due, cursor, now, true, nil
	}
	next, ok, err = s.store.NextDeadline(ctx, now)
	return due, cursor, next, ok, err
}

// WakeHolds wakes the executions of holds whose deadline has come. A wake that gets lost
// costs the rest of the second that the state's timeout counts.
func (s *Service) WakeHolds(ctx context.Context, due []DueHold) {
	atOnce(due, func(d DueHold) {
		if ctx.Err() == nil {
			s.wake(ctx, Reservation{ID: d.ReservationID, TaskToken: d.TaskToken})
		}
	})
}

// atOnce does something for each hold, many at once, and returns when all is done.
func atOnce(due []DueHold, do func(DueHold)) {
	var working sync.WaitGroup
	next := make(chan DueHold)
	for range min(together, len(due)) {
		working.Go(func() {
			for d := range next {
				do(d)
			}
		})
	}
	for _, d := range due {
		next <- d
	}
	close(next)
	working.Wait()
}
