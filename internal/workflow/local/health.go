package local

import (
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

// health remembers whether the journal works.
type health struct {
	running atomic.Bool
	failing atomic.Pointer[failure]
}

type failure struct {
	err   error
	since time.Time
}

func (h *health) setRunning(on bool) { h.running.Store(on) }

func (h *health) succeeded() {
	if h.failing.Load() != nil {
		h.failing.Store(nil)
	}
}

func (h *health) failed(err error, at time.Time) {
	if f := h.failing.Load(); f != nil {
		at = f.since
	}
	h.failing.Store(&failure{err, at})
}

// Healthy answers nil when the runner runs and the last access to its journal
// worked, or else what is wrong.
func (r *Runner) Healthy() error {
	if !r.health.running.Load() {
		return errors.New("the workflow runner is not running")
	}
	if f := r.health.failing.Load(); f != nil {
		return fmt.Errorf("the workflow journal fails since %s: %w", f.since.Format(time.RFC3339), f.err)
	}
	return nil
}
