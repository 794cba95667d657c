package local

import (
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

// health remembers whether the journal works. Reading and writing are apart: a
// full disk can be read.
type health struct {
	running       atomic.Bool
	reads, writes access
}

// access is one kind of access to the journal. Whoever fails tries again, so what
// is remembered as failing ends with a success.
type access struct{ failing atomic.Pointer[failure] }

type failure struct {
	err   error
	since time.Time
}

func (h *health) setRunning(on bool) { h.running.Store(on) }

func (a *access) succeeded() {
	if a.failing.Load() != nil {
		a.failing.Store(nil)
	}
}

func (a *access) failed(err error, at time.Time) {
	if f := a.failing.Load(); f != nil {
		at = f.since
	}
	a.failing.Store(&failure{err, at})
}

// Healthy answers nil when the runner runs and its journal was last read and
// written without an error, or else what is wrong.
func (r *Runner) Healthy() error {
	if !r.health.running.Load() {
		return errors.New("the workflow runner is not running")
	}
	if f := r.health.writes.failing.Load(); f != nil {
		return fmt.Errorf("the workflow journal cannot be written since %s: %w", f.since.Format(time.RFC3339), f.err)
	}
	if f := r.health.reads.failing.Load(); f != nil {
		return fmt.Errorf("the workflow journal cannot be read since %s: %w", f.since.Format(time.RFC3339), f.err)
	}
	return nil
}
