package booking

import (
	"context"
	"time"
)

// wakeBatch bounds how many holds one look at the due index wakes.
const wakeBatch = 1000

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
		for _, d := range due {
			s.wake(ctx, Reservation{ID: d.ReservationID, TaskToken: d.TaskToken})
			after = DueCursor{Deadline: d.Deadline, ReservationID: d.ReservationID}
		}
		if len(due) == wakeBatch {
			continue
		}
		next, ok, err = s.store.NextDeadline(ctx, now)
		return after, next, ok, err
	}
}
