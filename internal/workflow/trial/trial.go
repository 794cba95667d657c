// Package trial runs one execution in memory, for people who try out or test a
// state machine: `vacancy workflow run`. Time is virtual or runs faster than it
// is, tasks run one after the other, and an observer hears of each step.
package trial

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/vacancy/vacancy/internal/asl"
	"github.com/vacancy/vacancy/internal/workflow"
)

// Config is what a trial is made of. Definition, Run, Now and Rand are needed.
type Config struct {
	ID         workflow.ExecutionID
	Definition *asl.Machine
	Input      json.RawMessage // {} if empty
	// Run runs one task: its result, or the error it fails with (see
	// workflow.AsError). A task of the pattern waitForTaskToken then waits for a
	// callback; Run may have sent it already. An error that is a *Unrunnable
	// ends the trial.
	Run Task
	// Observe, if any, hears what happens, in order. It must not call back.
	Observe func(Observation)
	// Took, if any, hears of each branch of a Choice and each Catch that is taken.
	Took func(asl.Branch)
	Now  time.Time     // when the execution starts
	Rand func() uint64 // uniform
	// Sleep waits in real time for a part of virtual time, or until ctx is done.
	// With none, time is skipped: waits, backoffs and timeouts pass at once, in
	// the right order.
	Sleep func(ctx context.Context, d time.Duration)
}

// Result is how an execution ended.
type Result struct {
	Status  workflow.Status
	Output  json.RawMessage
	Error   string
	Cause   string
	History []workflow.HistoryEvent
}

// Unrunnable is a task that nothing can run: the trial says nothing about the
// definition.
type Unrunnable struct {
	State string
	Why   error
}

func (u *Unrunnable) Error() string {
	return fmt.Sprintf("state %q cannot be run: %v", u.State, u.Why)
}

func (u *Unrunnable) Unwrap() error { return u.Why }

// ErrWaitsForever is answered when an execution waits for a callback without a
// timeout, and nothing is left that could send one.
var ErrWaitsForever = errors.New("the execution waits for a callback that nobody sends, without a timeout")

// Execution is an execution under trial. Its methods may be called from a task
// or from a function scheduled by After, and from elsewhere.
type Execution struct {
	cfg Config

	mu        sync.Mutex
	now       time.Time
	state     *asl.State
	todo      []asl.Command
	scheduled []appointment
	history   []workflow.HistoryEvent
}

// appointment is a function to be called at a time.
type appointment struct {
	at time.Time
	do func()
}

const arnPrefix = "arn:aws:states:local:000000000000"

// Run runs the execution to its end. It fails when ctx is done, a task cannot be
// run, or nothing more can happen; how the execution itself ended is the result.
func Run(ctx context.Context, cfg Config) (Result, error) {
	if len(cfg.Input) == 0 {
		cfg.Input = json.RawMessage("{}")
	}
	if !json.Valid(cfg.Input) {
		return Result{}, fmt.Errorf("%w: it is not JSON", workflow.ErrInvalidInput)
	}
	x := &Execution{cfg: cfg, now: cfg.Now.UTC()}
	if err := x.start(); err != nil {
		return Result{}, err
	}
	for x.runs() {
		if err := ctx.Err(); err != nil {
			return Result{}, err
		}
		if c, ok := x.nextTask(); ok {
			if err := x.runTask(ctx, c); err != nil {
				return Result{}, err
			}
			continue
		}
		if err := x.passTime(ctx); err != nil {
			return Result{}, err
		}
	}
	return x.result(), nil
}

func (x *Execution) start() error {
	t, err := x.cfg.Definition.Start(asl.ExecutionContext{
		ExecutionARN:     arnPrefix + ":execution:" + x.cfg.ID.Machine + ":" + x.cfg.ID.Name,
		ExecutionName:    x.cfg.ID.Name,
		RoleARN:          "arn:aws:iam::000000000000:role/vacancy-local",
		StateMachineARN:  arnPrefix + ":stateMachine:" + x.cfg.ID.Machine,
		StateMachineName: x.cfg.ID.Machine,
		StartTime:        x.now,
	}, x.cfg.Input, x.env())
	if err != nil {
		return fmt.Errorf("start the execution: %w", err)
	}
	x.take(t)
	return nil
}

func (x *Execution) env() asl.Env {
	return asl.Env{Now: x.now, Rand: x.cfg.Rand, Took: x.cfg.Took}
}

func (x *Execution) take(t asl.Transition) {
	x.state = t.State
	x.todo = append(x.todo, t.Commands...)
	for _, e := range t.Events {
		x.history = append(x.history, workflow.HistoryEvent(e))
	}
}

// advance applies an event; one for a task that is no longer waited for is
// ErrTaskTimedOut.
func (x *Execution) advance(ev asl.Event) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.state.Status() != asl.Running {
		return workflow.ErrTaskTimedOut
	}
	t, err := x.cfg.Definition.Advance(x.state, ev, x.env())
	if errors.Is(err, asl.ErrNoSuchTask) {
		return workflow.ErrTaskTimedOut
	}
	if err != nil {
		return err
	}
	x.take(t)
	return nil
}

// nextTask answers a task to run that is still waited for.
func (x *Execution) nextTask() (asl.Command, bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for len(x.todo) > 0 {
		c := x.todo[0]
		x.todo = x.todo[1:]
		for _, p := range x.state.Pending() {
			if p.TaskID == c.TaskID {
				return c, true
			}
		}
	}
	return asl.Command{}, false
}

func (x *Execution) runTask(ctx context.Context, c asl.Command) error {
	x.observe(Observation{Kind: TaskStarted, State: c.State, Iteration: c.Iteration, Attempt: c.Attempt, Data: c.Arguments})
	taskCtx := workflow.WithTask(ctx, workflow.Task{
		ExecutionID: x.cfg.ID, State: c.State, Iteration: c.Iteration, Attempt: c.Attempt,
	})
	out, err := x.cfg.Run(taskCtx, x, c)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	ev := asl.Event{Kind: asl.TaskSucceeded, TaskID: c.TaskID, Output: out}
	o := Observation{Kind: TaskSucceeded, State: c.State, Iteration: c.Iteration, Attempt: c.Attempt, Data: out}
	if err != nil {
		if _, ok := errors.AsType[*Unrunnable](err); ok {
			return err
		}
		e := workflow.AsError(err)
		ev = asl.Event{Kind: asl.TaskFailed, TaskID: c.TaskID, Error: e.Name, Cause: e.Cause}
		o.Kind, o.Data, o.Error, o.Cause = TaskFailed, nil, e.Name, e.Cause
	} else if c.Pattern == "waitForTaskToken" {
		ev.Kind, o.Kind = asl.TaskSubmitted, TaskSubmitted
	}
	x.observe(o)
	if err := x.advance(ev); err != nil && !errors.Is(err, workflow.ErrTaskTimedOut) {
		return err
	}
	return nil
}

// passTime goes on to the next thing that time brings.
func (x *Execution) passTime(ctx context.Context) error {
	next, ok := x.next()
	if !ok {
		return ErrWaitsForever
	}
	if d := next.Sub(x.Now()); d > 0 {
		x.observe(Observation{Kind: TimePassed, Took: d})
		if x.cfg.Sleep != nil {
			x.cfg.Sleep(ctx, d)
		}
		x.mu.Lock()
		x.now = next
		x.mu.Unlock()
	}
	for _, do := range x.appointments() {
		do()
	}
	return x.tick()
}

// tick does what is due in the execution itself.
func (x *Execution) tick() error {
	x.mu.Lock()
	defer x.mu.Unlock()
	due, ok := x.state.NextDue()
	if !ok || due.After(x.now) || x.state.Status() != asl.Running {
		return nil
	}
	t, err := x.cfg.Definition.Advance(x.state, asl.Event{Kind: asl.Tick}, x.env())
	if err != nil {
		return err
	}
	x.take(t)
	return nil
}

func (x *Execution) next() (time.Time, bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	next, ok := x.state.NextDue()
	for _, a := range x.scheduled {
		if !ok || a.at.Before(next) {
			next, ok = a.at, true
		}
	}
	return next, ok
}

// appointments takes what is to be called by now, in order of time.
func (x *Execution) appointments() []func() {
	x.mu.Lock()
	defer x.mu.Unlock()
	var due []func()
	for len(x.scheduled) > 0 && !x.scheduled[0].at.After(x.now) {
		due = append(due, x.scheduled[0].do)
		x.scheduled = x.scheduled[1:]
	}
	return due
}

func (x *Execution) runs() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.state.Status() == asl.Running
}

func (x *Execution) result() Result {
	x.mu.Lock()
	defer x.mu.Unlock()
	r := Result{Status: workflow.Status(x.state.Status()), History: x.history}
	if r.Status == workflow.Succeeded {
		r.Output = x.state.Output()
	} else {
		r.Error, r.Cause = x.state.Failure()
	}
	return r
}
