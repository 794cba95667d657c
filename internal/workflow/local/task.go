package local

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/vacancy/vacancy/internal/asl"
	"github.com/vacancy/vacancy/internal/workflow"
)

// task is a task of an execution that a handler runs for now.
type task struct {
	cancel context.CancelFunc
	limit  time.Time // when it is failed for taking longer than any function may
}

// startTasks runs what is to be run, as far as there is room. While the runner
// shuts down it starts nothing: the journal has it as in flight, and the next
// process runs it.
func (r *Runner) startTasks(x *run) {
	if r.draining.Load() {
		x.waiting = nil
		return
	}
	for len(x.waiting) > 0 && len(x.tasks) < r.cfg.TasksPerExecution {
		c := x.waiting[0]
		x.waiting = x.waiting[1:]
		r.pool.run(r.beginTask(x, c).run)
	}
	if len(x.waiting) == 0 {
		x.waiting = nil
	}
}

// begun is a task that is to be called at once.
type begun struct {
	runner  *Runner
	x       *run
	command asl.Command
	ctx     context.Context
	task    *task
}

// beginTask notes a task as running.
func (r *Runner) beginTask(x *run, c asl.Command) *begun {
	now := r.now()
	allowed := r.cfg.MaxTaskDuration
	limit := now.Add(allowed)
	if !c.Deadline.IsZero() {
		allowed = min(allowed, c.Deadline.Sub(now))
	}
	ctx, cancel := context.WithTimeout(r.base, allowed)
	ctx = workflow.WithTask(ctx, workflow.Task{
		ExecutionID: x.id, State: c.State, Iteration: c.Iteration, Attempt: c.Attempt,
		Pattern: c.Pattern, Token: c.Token, Backlog: x.lane == Backlog,
	})
	if x.tasks == nil {
		x.tasks = map[int64]*task{}
	}
	noted := &task{cancel: cancel, limit: limit}
	x.tasks[c.TaskID] = noted
	r.stats.tasks.Add(1)
	r.handlers.Add(1)
	return &begun{r, x, c, ctx, noted}
}

// end notes that its handler has returned, or will never be called.
func (b *begun) end() {
	b.task.cancel()
	b.runner.handlers.Done()
}

// call calls its handler and answers what came of it.
func (b *begun) call() message {
	defer b.end()
	out, err := b.runner.cfg.Tasks.Call(b.ctx, b.command.Resource, b.command.Arguments)
	m := b.runner.result(b.command, out, err)
	m.task = b.task
	return m
}

// run calls it and tells its execution.
func (b *begun) run() { b.runner.post(b.x, b.call()) }

// result is what a task's answer means to its execution.
func (r *Runner) result(c asl.Command, out []byte, err error) message {
	m := message{at: r.now(), event: asl.Event{TaskID: c.TaskID}}
	switch {
	case err != nil && r.base.Err() != nil:
		m.abandoned = true // broken off by us: it has to run again
	case err != nil:
		e := workflow.AsError(err)
		m.event.Kind, m.event.Error, m.event.Cause = asl.TaskFailed, e.Name, e.Cause
	case c.Pattern != "":
		m.event.Kind, m.event.Output = asl.TaskSubmitted, out
	default:
		m.event.Kind, m.event.Output = asl.TaskSucceeded, out
	}
	return m
}

// dropOrphans forgets tasks that the state no longer waits for: their timeout
// has passed, a callback was faster than the call, or the branch they belong to
// was given up. As on AWS the function runs on to its end; nobody listens.
func (x *run) dropOrphans() {
	pending := map[int64]bool{}
	if x.state.Status() == asl.Running {
		for _, c := range x.state.Pending() {
			pending[c.TaskID] = true
		}
	}
	maps.DeleteFunc(x.tasks, func(id int64, _ *task) bool { return !pending[id] })
	x.waiting = slices.DeleteFunc(x.waiting, func(c asl.Command) bool { return !pending[c.TaskID] })
}

// failOverdue fails tasks that have taken longer than any function may, as the
// Lambda service does.
func (r *Runner) failOverdue(x *run) {
	now := r.now()
	for id, t := range x.tasks {
		if t.limit.After(now) {
			continue
		}
		x.post(message{task: t, at: now, event: asl.Event{
			Kind: asl.TaskFailed, TaskID: id, Error: "Sandbox.Timedout",
			Cause: fmt.Sprintf("Task timed out after %.2f seconds", r.cfg.MaxTaskDuration.Seconds()),
		}})
	}
}
