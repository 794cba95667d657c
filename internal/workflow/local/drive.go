package local

import (
	"bytes"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/vacancy/vacancy/internal/asl"
	"github.com/vacancy/vacancy/internal/workflow"
)

// unreadable is an execution or definition that this release cannot read, or
// whose advance panics. It is left as it is: another release may go on with it.
type unreadable struct{ error }

func (u unreadable) Unwrap() error { return u.error }

// drive moves an execution as far as it goes without waiting for anything but
// its own tasks, then lets go of it. It is the only one that moves it meanwhile.
func (r *Runner) drive(x *run) {
	for {
		err := r.advanceToRest(x)
		if errors.Is(err, errLent) {
			return
		}
		if err != nil {
			r.giveUp(x, err)
		}
		if r.sched.release(x) {
			return
		}
	}
}

// giveUp forgets what is in memory. The journal has the execution as it was
// after its last entry, from where it is driven again.
func (r *Runner) giveUp(x *run, err error) {
	x.forget()
	var u unreadable
	switch {
	case errors.As(err, &u):
		r.cfg.Log.Error("an execution cannot be driven by this release and is left as it is", "machine", x.id.Machine, "execution", x.id.Name, "error", err)
		r.sched.setStuck(x, err)
	case r.base.Err() == nil:
		r.cfg.Log.Error("an execution was let go and is taken up again from its journal", "machine", x.id.Machine, "execution", x.id.Name, "error", err)
		r.lookAgain.Store(true)
		r.next.wake()
	}
	x.refuse(err)
}

// advanceToRest drives x until it has ended or rests in the journal until a
// timer or a callback.
func (r *Runner) advanceToRest(x *run) error {
	if err := r.ensureLoaded(x); err != nil {
		return err
	}
	var answer []message // of a task that was run here
	for {
		if x.joint != nil {
			if err := r.settleJoint(x); err != nil {
				return err
			}
		}
		if x.rec.Status.Ended() {
			x.refuse(workflow.ErrTaskTimedOut)
			return nil
		}
		mail := answer
		if answer = nil; mail == nil {
			mail = x.takeMail()
		}
		if err := r.step(x, mail); err != nil {
			return err
		}
		if x.rec.Status.Ended() {
			continue
		}
		m, ran, err := r.runAlone(x)
		if err != nil {
			return err
		}
		if ran {
			answer = []message{m}
			continue
		}
		if x.joint != nil { // something has come between
			if err := r.settleJoint(x); err != nil {
				return err
			}
		}
		r.startTasks(x)
		if len(x.tasks) == 0 {
			if due, ok := x.state.NextDue(); ok {
				r.next.note(due)
			}
			return nil
		}
		if err := r.waitForRun(x); err != nil {
			return err
		}
	}
}

// ensureLoaded reads the execution from the journal and takes up the tasks that
// were running when it was last let go.
func (r *Runner) ensureLoaded(x *run) error {
	if !x.loaded {
		err := r.withRetry(&r.health.reads, x.id, func() (err error) {
			x.rec, err = r.cfg.Journal.Load(r.base, x.id)
			return err
		}, workflow.ErrExecutionDoesNotExist)
		if errors.Is(err, workflow.ErrExecutionDoesNotExist) {
			x.refuse(workflow.ErrExecutionDoesNotExist)
			x.rec = Record{Status: workflow.Aborted} // nothing to drive
			return nil
		}
		if err != nil {
			return err
		}
		x.loaded = true
	}
	if x.rec.Status.Ended() || x.state != nil {
		return nil
	}
	err := r.withRetry(&r.health.reads, x.id, func() (err error) {
		x.machine, err = r.machines.get(r.base, x.rec.Machine, x.rec.Definition)
		return err
	}, workflow.ErrStateMachineDoesNotExist)
	if errors.Is(err, workflow.ErrStateMachineDoesNotExist) {
		return unreadable{err}
	}
	if err != nil || x.rec.Seq == 0 {
		return err
	}
	x.state, err = x.machine.DecodeState(x.rec.State)
	if err != nil {
		return unreadable{fmt.Errorf("decode the state of %s: %w", x.id.Name, err)}
	}
	x.waiting = x.state.Pending()
	return nil
}

// step applies what has happened, and the deadlines that have passed, and
// journals it in one entry. Only then do those who posted it hear of it, and
// only after it are the tasks started that follow from it; but see hold.go.
func (r *Runner) step(x *run, mail []message) error {
	now := r.now()
	t := transition{run: x, events: x.held, context: func() asl.ExecutionContext { return r.executionContext(x.rec) }, lateness: -1}
	t.env = asl.Env{Now: now, Rand: func() uint64 {
		t.random = true
		return r.cfg.Rand()
	}}
	if err := t.apply(mail); err != nil {
		for _, m := range mail {
			m.answer(err)
		}
		return err
	}
	if x.mayHold(&t) {
		x.held, x.heldUntil = t.events, now.Add(holdFor)
		return nil
	}
	if t.advances > 0 || x.holdIsOver(now) {
		if j := r.join(x, &t); j != nil {
			x.joint, x.held = j, t.events
			if x.heldUntil.IsZero() {
				x.heldUntil = now.Add(holdFor)
			}
			return nil
		}
		x.letGoOfHeld()
		entry, err := t.entry(now)
		if err != nil {
			return unreadable{err}
		}
		if err := r.append(x, entry); err != nil {
			t.answer(err)
			return err
		}
		r.stats.appended(entry, t.lateness)
		x.rec.Seq++
		x.rec.Status = entry.Status
		if entry.Status.Ended() && r.cfg.Ended != nil {
			r.cfg.Ended(r.ended(x, entry))
		}
		x.rec.Input, x.rec.State = nil, nil // the state has it all from here on
	}
	t.answer(nil)
	return nil
}

// ended is the execution as it is after its last entry. Its input was let go.
func (r *Runner) ended(x *run, e Entry) workflow.Execution {
	return workflow.Execution{
		ExecutionID: x.id, ARN: r.executionARN(x.id), Status: e.Status, Output: e.Output, Error: e.Error, Cause: e.Cause,
		StartedAt: x.rec.StartedAt, StoppedAt: e.At,
	}
}

// append journals an entry. When the journal fails it tries again until it
// works or the runner is stopped, for the state in memory is ahead of it.
func (r *Runner) append(x *run, e Entry) error {
	tries := 0
	return r.withRetry(&r.health.writes, x.id, func() error {
		tries++
		err := r.cfg.Journal.Append(r.base, e)
		if errors.Is(err, ErrConflict) && tries > 1 && r.isAppended(e) {
			return nil // the try before was committed, though it failed
		}
		return err
	}, ErrConflict, workflow.ErrExecutionDoesNotExist)
}

func (r *Runner) isAppended(e Entry) bool {
	rec, err := r.cfg.Journal.Load(r.base, e.ExecutionID)
	return err == nil && rec.Seq == e.Seq+1 && rec.Status == e.Status && bytes.Equal(rec.State, e.State)
}

// withRetry calls f, which is an access to the journal, until it succeeds, fails
// with one of final, or the runner is stopped. It backs off from 10 ms to 5 s.
func (r *Runner) withRetry(a *access, id workflow.ExecutionID, f func() error, final ...error) error {
	pause := 10 * time.Millisecond
	for {
		if r.base.Err() != nil {
			return ErrStopped
		}
		err := f()
		if err == nil {
			a.succeeded()
			return nil
		}
		var u unreadable
		if errors.As(err, &u) {
			return err
		}
		for _, e := range final {
			if errors.Is(err, e) {
				return err
			}
		}
		if r.base.Err() != nil {
			continue
		}
		a.failed(err, r.now())
		r.cfg.Log.Error("the workflow journal failed; trying again", "machine", id.Machine, "execution", id.Name, "in", pause, "error", err)
		fired, stop := r.cfg.Clock.Timer(pause)
		select {
		case <-fired:
		case <-r.base.Done():
			stop()
			return ErrStopped
		}
		pause = min(2*pause, 5*time.Second)
	}
}

// waitForRun waits until something was posted or a deadline of x has passed.
func (r *Runner) waitForRun(x *run) error {
	due, ok := x.state.NextDue()
	for _, t := range x.tasks {
		if !ok || t.limit.Before(due) {
			due, ok = t.limit, true
		}
	}
	if !x.heldUntil.IsZero() && x.heldUntil.Before(due) {
		due = x.heldUntil
	}
	fired, stop := r.cfg.Clock.Timer(max(0, due.Sub(r.now())))
	defer stop()
	select {
	case <-x.mail:
	case <-fired:
		r.failOverdue(x)
	case <-r.base.Done():
		return ErrStopped
	}
	return nil
}

// guarded turns a panic of the interpreter into an error of one execution.
func guarded(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = unreadable{fmt.Errorf("the interpreter panicked: %v\n%s", v, debug.Stack())}
		}
	}()
	return f()
}
