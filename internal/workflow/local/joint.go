package local

import (
	"context"
	"encoding/json"
	"errors"
	"sync/atomic"
	"time"

	"github.com/vacancy/vacancy/internal/asl"
	"github.com/vacancy/vacancy/internal/workflow"
)

// Joint is an entry that a task's own write carries: both are committed by one
// transaction, or neither is. It says that the task, which ends by its token, has been
// submitted, and with it what led to the task. It saves the entry that begins the task and the
// one that notes its answer; see [Config.Joint] for which tasks may.
//
// Whoever writes calls Begin, and if that answers true appends Entry in its transaction
// and calls End with what became of it, whatever that is.
type Joint struct {
	Entry Entry

	state    atomic.Int32
	outcome  JointOutcome  // set before ended is closed
	ended    chan struct{} // closed by End
	released chan struct{} // closed by Release

	after    *asl.State // as of Entry
	lateness time.Duration
}

// JointOutcome is what became of the transaction of a Joint.
type JointOutcome int

const (
	JointUnknown    JointOutcome = iota // it failed, and may be committed nevertheless
	JointCommitted                      // both are
	JointNotWritten                     // neither is, and neither will be
)

const (
	jointOffered int32 = iota
	jointBegun
	jointWithdrawn
)

// Joiner is a [Journal] whose file the handlers of some tasks write to.
type Joiner interface {
	Journal
	// Join answers a context in which the next write of the file that a task makes carries j.
	Join(ctx context.Context, j *Joint) context.Context
}

// NewJoint offers an entry.
func NewJoint(e Entry) *Joint {
	return &Joint{Entry: e, ended: make(chan struct{}), released: make(chan struct{})}
}

// Begin answers whether the entry is to be appended: once, and only while nobody else has. Where
// the offer was withdrawn it waits for Release, which is a commit's time: what the entry tells of goes
// before the task's write, or with it.
func (j *Joint) Begin() bool {
	if j.state.CompareAndSwap(jointOffered, jointBegun) {
		return true
	}
	if j.state.Load() == jointWithdrawn {
		<-j.released
	}
	return false
}

// End tells what became of a Joint that was begun.
func (j *Joint) End(outcome JointOutcome) {
	j.outcome = outcome
	close(j.ended)
}

// Settle answers what became of it. One that has not begun never will, and whoever settles it calls
// Release; one that has is waited for, which is a commit's time.
func (j *Joint) Settle() JointOutcome {
	if j.state.CompareAndSwap(jointOffered, jointWithdrawn) {
		return JointNotWritten
	}
	<-j.ended
	return j.outcome
}

// Release tells, once, that what led to the task is journaled, or that the task is given up.
func (j *Joint) Release() { close(j.released) }

// submitter knows what tasks answer before they are called.
type submitter interface {
	// Submission answers what a call of a step answers if the step, of the name that
	// payload is asked for, answers that payload; false if the task calls none or payload answers false.
	Submission(resource string, arguments json.RawMessage, payload func(step string) (json.RawMessage, bool)) (json.RawMessage, bool)
}

// join makes the transition t, which has not been journaled, a Joint with the one task that
// follows from it; nil if it has to be journaled first. It may be left to the task when nobody waits for
// an answer, and when the journal's record, by itself, leads to the same task
// again: then a crash before the task's write loses nothing that was durable, and of the
// task nothing has been seen outside.
func (r *Runner) join(x *run, t *transition) *Joint {
	if r.submits == nil || x.noJoint || t.advances != 1 || t.mayOrphan || r.draining.Load() || r.cfg.MaxTaskDuration < lendFor {
		return nil
	}
	if x.state.Status() != asl.Running || len(x.waiting) != 1 || len(x.tasks) > 0 {
		return nil
	}
	c := x.waiting[0]
	if c.Pattern != "waitForTaskToken" || t.awaited() || x.holdIsOver(t.env.Now) || t.tooLong() {
		return nil
	}
	if due, ok := x.state.NextDue(); ok && due.Before(t.env.Now.Add(lendFor)) {
		return nil
	}
	answer, ok := r.submits.Submission(c.Resource, c.Arguments, func(step string) (json.RawMessage, bool) {
		payload, ok := r.cfg.Joint[step]
		return payload, ok
	})
	if !ok {
		return nil
	}
	after, ok := x.state.Fork()
	if !ok {
		return nil
	}
	j, err := x.submitted(t, after, asl.Event{Kind: asl.TaskSubmitted, TaskID: c.TaskID, Output: answer})
	if err != nil {
		return nil // the longer way says why
	}
	return j
}

// submitted makes the Joint of t and of the event that follows it.
func (x *run) submitted(t *transition, after *asl.State, ev asl.Event) (*Joint, error) {
	j := NewJoint(Entry{
		ExecutionID: x.id, Seq: x.rec.Seq, Row: x.rec.Row, Status: workflow.Running,
		Lane: Deadlines, At: t.env.Now, Urgent: x.lane != Backlog,
	})
	j.lateness = t.lateness
	err := guarded(func() error {
		tr, err := x.machine.Advance(after, ev, t.env)
		if err != nil {
			return err
		}
		if tr.State.Status() != asl.Running {
			return errEndsThere
		}
		j.after = tr.State
		j.Entry.Events = t.events // what is held is a part of it
		for _, e := range tr.Events {
			j.Entry.Events = append(j.Entry.Events, workflow.HistoryEvent(e))
		}
		j.Entry.Due, _ = j.after.NextDue()
		j.Entry.State, err = j.after.MarshalBinary()
		return err
	})
	return j, err
}

// errEndsThere: the history is full.
var errEndsThere = errors.New("the execution ends before the task is submitted")

// settleJoint takes up what became of the run's Joint. With JointCommitted the run is where
// the entry left it. With JointNotWritten it is as if there had been none: what was held is
// journaled before the task writes, and the task is one like any other. Otherwise the journal is asked.
func (r *Runner) settleJoint(x *run) error {
	j := x.joint
	x.joint = nil
	switch j.Settle() {
	case JointCommitted:
		r.stats.appended(j.Entry, j.lateness)
		x.letGoOfHeld()
		x.rec.Seq++
		x.rec.Input, x.rec.State = nil, nil
		x.state, x.inFlight = j.after, time.Time{}
		return nil
	case JointNotWritten:
		defer j.Release()
		return r.journalHeld(x)
	}
	x.forget()
	x.noJoint = true // whatever is wrong with the file is met, and waited for, by the journal's own writes
	return r.ensureLoaded(x)
}

// journalHeld journals what was held, now.
func (r *Runner) journalHeld(x *run) error {
	x.heldUntil = r.now()
	return r.step(x, nil)
}
