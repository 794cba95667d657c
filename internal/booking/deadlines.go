package booking

import (
	"context"
	"sync"
	"time"
)

const (
	// wakeBatch bounds how many holds one look at the due index answers.
	wakeBatch = 2000
	// wakeTogether is how many are woken at once: a wake returns when it is durable, and
	// those that wait together share a commit.
	wakeTogether = 512
)

// WakeDue wakes the executions of the holds that are due and come after the cursor,
// and answers the cursor to go on from and the next deadline to wait for (ok false:
// none). It is what makes a hold end at its deadline rather than at the whole second of the
// state's timeout (design, 10.6); a wake that gets lost costs that second.
func (s *Service) WakeDue(ctx context.Context, after DueCursor) (cursor DueCursor, next time.Time, ok bool, err error) {
	for {
		now := s.now()
		due, err := s.store.DueHolds(ctx, now, after, wakeBatch)
		if err != nil {
			return after, time.Time{}, false, err
		}
		s.wakeAll(ctx, due)
		if len(due) > 0 {
			last := due[len(due)-1]
			after = DueCursor{Deadline: last.Deadline, ReservationID: last.ReservationID}
		}
		if len(due) == wakeBatch {
			continue
		}
		next, ok, err = s.store.NextDeadline(ctx, now)
		return after, next, ok, err
	}
}

// wakeAll wakes the executions of holds that are due, the earliest first, many at once.
func (s *Service) wakeAll(ctx context.Context, due []DueHold) {
	var waking sync.WaitGroup
	next := make(chan DueHold)
	for range min(wakeTogether, len(due)) {
		waking.Go(func() {
			for d := range next {
				s.wake(ctx, Reservation{ID: d.ReservationID, TaskToken: d.TaskToken})
			}
		})
	}
	for _, d := range due {
		next <- d
	}
	close(next)
	waking.Wait()
}
