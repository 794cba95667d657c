package local_test

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/local"
)

// fault is what happens at a boundary of the journal.
type fault string

const (
	errorBefore fault = "error before the commit" // once
	errorAfter  fault = "error after the commit"  // once: it was written and nobody knows
	crashBefore fault = "crash before the commit" // and nothing works from there on
	crashAfter  fault = "crash after the commit"
	noFault     fault = ""
)

var errInjected = errors.New("injected fault")

// faulty is a journal with a fault at its nth write.
type faulty struct {
	local.Journal
	at    int
	fault fault

	mu      sync.Mutex
	writes  int
	crashed chan struct{} // closed by a crash
	slow    time.Duration // an Append takes
}

func newFaulty(j local.Journal, at int, f fault) *faulty {
	return &faulty{Journal: j, at: at, fault: f, crashed: make(chan struct{})}
}

func (f *faulty) dead() bool {
	select {
	case <-f.crashed:
		return true
	default:
		return false
	}
}

// write does one write with the fault that is its turn.
func (f *faulty) write(do func() error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.dead() {
		return errInjected
	}
	f.writes++
	if f.writes != f.at {
		return do()
	}
	switch f.fault {
	case errorBefore:
		return errInjected
	case errorAfter:
		if err := do(); err != nil {
			return err
		}
		return errInjected
	case crashBefore:
		close(f.crashed)
		return errInjected
	case crashAfter:
		err := do()
		close(f.crashed)
		if err != nil {
			return err
		}
		return errInjected
	}
	return do()
}

func (f *faulty) Create(ctx context.Context, r local.Record) (stored local.Record, err error) {
	err = f.write(func() error {
		stored, err = f.Journal.Create(ctx, r)
		return err
	})
	return stored, err
}

func (f *faulty) Append(ctx context.Context, e local.Entry) error {
	<-time.After(f.slow)
	return f.write(func() error { return f.Journal.Append(ctx, e) })
}

type jointKey struct{}

// Join implements local.Joiner.
func (f *faulty) Join(ctx context.Context, j *local.Joint) context.Context {
	return context.WithValue(ctx, jointKey{}, j)
}

// store is a handler's write to the journal's file.
func (f *faulty) store(ctx context.Context, effect func() error) error {
	j, _ := ctx.Value(jointKey{}).(*local.Joint)
	if j == nil || !j.Begin() {
		return f.write(effect)
	}
	outcome := local.JointUnknown
	defer func() { j.End(outcome) }()
	refused := false
	err := f.write(func() error {
		if err := effect(); err != nil {
			refused = true
			return err
		}
		return f.Journal.Append(ctx, j.Entry)
	})
	switch {
	case err == nil:
		outcome = local.JointCommitted
	case refused:
		outcome = local.JointNotWritten
	}
	return err
}

func (f *faulty) Load(ctx context.Context, id workflow.ExecutionID) (local.Record, error) {
	if f.dead() {
		return local.Record{}, errInjected
	}
	return f.Journal.Load(ctx, id)
}

func (f *faulty) Due(ctx context.Context, lane local.Lane, now time.Time, limit int) ([]local.Due, error) {
	if f.dead() {
		return nil, errInjected
	}
	return f.Journal.Due(ctx, lane, now, limit)
}
