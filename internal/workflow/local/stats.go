package local

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/vacancy/vacancy/internal/workflow"
)

// Stats is what the runner has done since New, and what it has before it.
type Stats struct {
	Started     int64 // executions started through Start
	Transitions int64 // entries journaled
	Tasks       int64 // calls of handlers
	Succeeded   int64 // executions ended, by status
	Failed      int64
	TimedOut    int64
	Aborted     int64

	Active int // executions being driven
	Queued int // executions taken from the journal, to be driven next
	Stuck  int // executions that this release cannot read; the log says why

	// Deadlines counts timers and timeouts by how late they were served: at most
	// so many as LatenessBounds says, the last element those beyond.
	Deadlines [len(latenessBounds) + 1]int64
	// LatenessTotal is the sum of all.
	LatenessTotal time.Duration
}

var latenessBounds = [...]time.Duration{
	time.Millisecond, 5 * time.Millisecond, 10 * time.Millisecond, 25 * time.Millisecond,
	100 * time.Millisecond, 500 * time.Millisecond, 2 * time.Second, 10 * time.Second,
}

// LatenessBounds are the upper bounds of Stats.Deadlines.
func LatenessBounds() []time.Duration { return latenessBounds[:] }

type counters struct {
	started, transitions, tasks          atomic.Int64
	succeeded, failed, timedOut, aborted atomic.Int64
	deadlines                            [len(latenessBounds) + 1]atomic.Int64
	lateness                             atomic.Int64
}

// appended counts an entry, and how late the deadline was that led to it; a
// negative lateness is none.
func (c *counters) appended(e Entry, lateness time.Duration) {
	c.transitions.Add(1)
	switch e.Status {
	case workflow.Succeeded:
		c.succeeded.Add(1)
	case workflow.Failed:
		c.failed.Add(1)
	case workflow.TimedOut:
		c.timedOut.Add(1)
	case workflow.Aborted:
		c.aborted.Add(1)
	}
	if lateness < 0 {
		return
	}
	c.lateness.Add(int64(lateness))
	bucket := 0
	for bucket < len(latenessBounds) && lateness > latenessBounds[bucket] {
		bucket++
	}
	c.deadlines[bucket].Add(1)
}

// Stats answers the counters; it costs nothing to speak of.
func (r *Runner) Stats() Stats {
	s := Stats{
		Started:       r.stats.started.Load(),
		Transitions:   r.stats.transitions.Load(),
		Tasks:         r.stats.tasks.Load(),
		Succeeded:     r.stats.succeeded.Load(),
		Failed:        r.stats.failed.Load(),
		TimedOut:      r.stats.timedOut.Load(),
		Aborted:       r.stats.aborted.Load(),
		LatenessTotal: time.Duration(r.stats.lateness.Load()),
	}
	for i := range s.Deadlines {
		s.Deadlines[i] = r.stats.deadlines[i].Load()
	}
	s.Active, s.Queued, s.Stuck = r.sched.load()
	return s
}

// Backlog answers how many executions were started and not advanced yet. It asks
// the journal and may cost time proportional to the answer.
func (r *Runner) Backlog(ctx context.Context) (int64, error) {
	n, err := r.cfg.Journal.Count(ctx, Backlog)
	if err != nil {
		return 0, fmt.Errorf("count the backlog of executions: %w", err)
	}
	return n, nil
}
