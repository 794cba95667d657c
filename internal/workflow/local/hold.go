package local

import (
	"time"

	"github.com/vacancy/vacancy/internal/asl"
)

// holdFor is how long the start of an execution may wait for its first task to be
// journaled with its result. After that it is journaled by itself, so that the
// history of an execution shows a task that takes its time.
const holdFor = 100 * time.Millisecond

// mayHold reports whether the start that t made need not be journaled before its
// tasks run: when the journal's record, by itself, leads to the same tasks with
// the same input again. Then a crash before the entry loses nothing that was
// durable, and the entry is saved: the result comes with it.
//
// That is so for a start that used no randomness and no clock, handed out no
// token, and has nobody who waits for an answer.
func (x *run) mayHold(t *transition) bool {
	if !t.started || t.advances != 1 || len(t.applied) > 0 || t.random || x.machine.readsClock {
		return false
	}
	if x.state.Status() != asl.Running || len(x.waiting) == 0 {
		return false
	}
	for _, c := range x.waiting {
		if c.Token != "" {
			return false
		}
	}
	return true
}

func (x *run) holdIsOver(now time.Time) bool {
	return !x.heldUntil.IsZero() && !now.Before(x.heldUntil)
}
