package local

import (
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vacancy/vacancy/internal/fifo"
)

// Most executions do one thing at a time, and most tasks take milliseconds. Such a task
// is run by the goroutine that drives its execution, which saves another goroutine, a
// timer and the way there and back. While it is in the handler it lends the driving:
// whatever happens to the execution meanwhile, a message or time that passes, has another
// goroutine drive it, and this one is left with the task alone.

// lendFor is how long a driver may be in a handler before another drives. What is held
// is to be journaled by then.
const lendFor = holdFor

// errLent: another goroutine drives the execution now.
var errLent = errors.New("the execution is driven by another goroutine")

// call is a task that the driver of an execution runs itself.
type call struct {
	at  time.Time           // when another is to drive
	run atomic.Pointer[run] // nil once nothing is lent any more: it stays in its queue for a while
}

// runAlone runs what is to be run in this goroutine, if that is one task and nothing is
// due soon, and answers true with what came of it. errLent: another drives by then, and
// has been told.
func (r *Runner) runAlone(x *run) (m message, ran bool, err error) {
	if len(x.waiting) != 1 || len(x.tasks) > 0 || r.draining.Load() || r.cfg.MaxTaskDuration < lendFor {
		return m, false, nil
	}
	c := &call{at: x.heldUntil}
	if c.at.IsZero() {
		c.at = r.now().Add(lendFor)
	}
	if due, ok := x.state.NextDue(); ok && due.Before(c.at) {
		return m, false, nil
	}
	if x.joint != nil && x.hasMail() {
		return m, false, nil
	}
	t := r.beginTask(x, x.waiting[0])
	x.waiting = nil
	if x.joint != nil {
		t.ctx = r.joiner.Join(t.ctx, x.joint)
	}
	if !x.lend(c) {
		if x.joint != nil {
			if err := r.settleJoint(x); err != nil {
				t.end()
				return m, false, err
			}
		}
		r.pool.run(t.run)
		return m, false, nil
	}
	r.watch(c)
	m = t.call()
	if x.unlend(c) {
		return m, true, nil
	}
	r.post(x, m)
	return m, true, errLent
}

// lend lets others drive the run until unlend. It answers false if something has been
// posted already.
func (x *run) lend(c *call) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	if len(x.inbox) > 0 {
		return false
	}
	x.lent = c
	c.run.Store(x)
	return true
}

// unlend ends the lending. One of those who call it is answered true: that one drives.
func (x *run) unlend(c *call) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.take(c)
}

// take is unlend with mu held.
func (x *run) take(c *call) bool {
	if c == nil || x.lent != c {
		return false
	}
	x.lent = nil
	c.run.Store(nil)
	return true
}

// calls are those that drivers are in, in the order of their times or nearly so: one
// timer serves them all.
type calls struct {
	mu      sync.Mutex
	queue   fifo.Queue[*call]
	watched bool
}

// watch has another goroutine drive when the time of the call has come.
func (r *Runner) watch(c *call) {
	r.calls.mu.Lock()
	defer r.calls.mu.Unlock()
	r.calls.queue.Push(c)
	if !r.calls.watched {
		r.calls.watched = true
		r.pool.run(r.watchCalls)
	}
}

// watchCalls ends when there is no call left.
func (r *Runner) watchCalls() {
	for c := r.calls.first(); c != nil; c = r.calls.first() {
		fired, stop := r.cfg.Clock.Timer(max(0, c.at.Sub(r.now())))
		select {
		case <-fired:
		case <-r.base.Done(): // whoever drives gives up
			stop()
		}
		if x := c.run.Load(); x != nil && x.unlend(c) {
			r.launch(x)
		}
	}
}

// first answers the first call that still lends.
func (s *calls) first() *call {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.queue.Len() > 0 && s.queue.First().run.Load() == nil {
		s.queue.Pop()
	}
	if s.queue.Len() == 0 {
		s.watched = false
		return nil
	}
	return s.queue.First()
}
