package local

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vacancy/vacancy/internal/workflow"
)

var _ workflow.Runner = (*Runner)(nil)

// ErrStopped is answered by a Runner that shuts down or has shut down. What was
// asked for may or may not have been done.
var ErrStopped = errors.New("the workflow runner has been stopped")

// Runner is the embedded runner. Use [New], then [Runner.Run].
//
// What it guarantees: an entry of the journal is durable before any of its
// consequences is seen, that is before a task that follows from it is started
// and before the caller of SendTask… or Stop hears of it. Events that come while
// an entry is being written are journaled together in the next. One entry may
// come after its tasks have begun: that of the start, when the record alone leads
// to the same tasks again, and for at most 100 ms. And one may come with the effect of
// the task that follows from it, in one transaction; see [Config.Joint].
//
// So after a crash at any point every task that had started and whose result is
// not in the journal runs again, with the same input and the same
// [workflow.Task.Key], and no other does.
type Runner struct {
	cfg      Config
	machines *machines
	sched    *scheduler
	pool     *pool // of the goroutines that drive executions and call handlers
	calls    calls // of handlers by those who drive
	next     nextDeadline
	joiner   Joiner    // the journal, if it is one
	submits  submitter // nil unless tasks are offered a Joint
	health   health
	stats    counters

	lookAgain atomic.Bool        // an execution was let go in the middle: every lane is to be read again
	draining  atomic.Bool        // start no more tasks
	base      context.Context    // of every task and every write; ends when the grace of a shutdown is over
	kill      context.CancelFunc // ends base
	handlers  sync.WaitGroup     // calls of handlers, also those that nobody waits for
	running   atomic.Bool
}

// New answers a runner. It parses every definition, refuses one with a
// placeholder that has no value, or a task that neither Steps nor Services (or
// Tasks) cover, naming machine and state, and journals them. Nothing runs before Run.
func New(ctx context.Context, cfg Config) (*Runner, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	r := &Runner{cfg: cfg}
	r.machines, err = loadMachines(ctx, cfg)
	if err != nil {
		return nil, err
	}
	if r.joiner, _ = cfg.Journal.(Joiner); r.joiner != nil && len(cfg.Joint) > 0 {
		r.submits, _ = cfg.Tasks.(submitter)
	}
	r.next.poke = make(chan struct{}, 1)
	r.base, r.kill = context.WithCancel(context.Background())
	r.pool = newPool(2 * cfg.Workers)
	r.sched = newScheduler(cfg.Workers, r.launch, r.next.wake)
	return r, nil
}

// launch has an execution driven.
func (r *Runner) launch(x *run) { r.pool.run(func() { r.drive(x) }) }

// post tells an execution what came of a task.
func (r *Runner) post(x *run, m message) {
	if x.post(m) {
		r.launch(x)
	}
}

// Run executes what is due until ctx is done, and then shuts down: it starts no
// more tasks, lets those that run finish for at most Config.ShutdownGrace and
// journals them, then breaks them off (they will run again). It answers nil when
// everything has come to rest, or an error that says what has not. A Runner runs
// once.
func (r *Runner) Run(ctx context.Context) error {
	if r.running.Swap(true) {
		return errors.New("the workflow runner was run before")
	}
	r.health.setRunning(true)
	r.poll(ctx)
	r.health.setRunning(false)
	r.draining.Store(true)
	r.sched.close()
	defer r.pool.close()
	defer r.kill()
	rested := r.rested()
	if r.wait(rested, r.cfg.ShutdownGrace) {
		return nil
	}
	r.kill()
	// A handler that heeds its context returns at once.
	if r.wait(rested, time.Second) {
		return nil
	}
	active, _, _ := r.sched.load()
	return fmt.Errorf("the workflow runner was stopped with handlers still running after %s; %d executions were being driven", r.cfg.ShutdownGrace, active)
}

// rested is closed when nothing is driven and no handler runs any more.
func (r *Runner) rested() <-chan struct{} {
	done := make(chan struct{})
	go func() {
		<-r.sched.idle
		r.handlers.Wait()
		close(done)
	}()
	return done
}

func (r *Runner) wait(done <-chan struct{}, atMost time.Duration) bool {
	fired, stop := r.cfg.Clock.Timer(atMost)
	defer stop()
	select {
	case <-done:
		return true
	case <-fired:
		return false
	}
}

func (r *Runner) now() time.Time { return r.cfg.Clock.Now().UTC() }
