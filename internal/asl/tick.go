package asl

import (
	"time"
)

// tick does everything that is due, in the order in which it was.
func (a *advance) tick() {
	for a.state.status == Running {
		f, at := a.state.nextDue()
		if at.IsZero() || at.After(a.env.Now) {
			return
		}
		if f == nil {
			a.end(TimedOut, failure{noName: true, noCause: true})
			return
		}
		a.fire(f)
		a.run()
		if a.written > maxWritten {
			return
		}
	}
}

// nextDue answers what is due next, and when: a frame, or nil for the whole execution's
// deadline. The time is zero if nothing ever is.
func (s *State) nextDue() (next *frame, due time.Time) {
	due = s.deadline
	s.each(func(f *frame) {
		if at := f.due(); !at.IsZero() && (due.IsZero() || at.Before(due)) {
			next, due = f, at
		}
	})
	return next, due
}

// fire does what a frame does when its time has come.
func (a *advance) fire(f *frame) {
	switch f.phase {
	case phaseReady:
		a.ready = append(a.ready, f)
	case phaseWait:
		f.until = time.Time{}
		data, err := a.effectiveInput(f)
		if err != nil {
			a.fail(f, asFailure(err))
			return
		}
		a.leaveWait(f, &data)
	case phaseBackoff:
		f.until, f.phase = time.Time{}, phaseReady
		a.ready = append(a.ready, f)
	case phaseTask:
		a.taskTimedOut(f)
	}
}
