package asl

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"time"
)

// ErrNoSuchTask is answered by Advance for an event that names a task which is
// not (or no longer) in flight, or a token that belongs to none.
var ErrNoSuchTask = errors.New("no such task")

// State is the state of one execution between two advances.
type State struct {
	context  ExecutionContext
	status   Status
	output   json.RawMessage
	failed   failure
	input    json.RawMessage // of the execution; only where the definition may read it
	deadline time.Time       // of the whole execution; zero: none
	last     int64           // id of the last history event
	tasks    int64           // id of the last task
	root     *frame          // nil once the execution has ended
	size     int             // of it when it was last encoded

	tested        bool           // one state is tested by itself, see TestState
	contextObject map[string]any // in place of the context object, if tested
}

// frame is one thread of an execution: the top level, a branch of a Parallel or an
// iteration of a Map. It is in one state at a time.
type frame struct {
	parent *frame
	index  int // among the parent's branches or items
	graph  *graph
	home   *frame // the iteration of a distributed Map that this is or belongs to; nil: none
	quiet  int64  // of a home: id of the last event of its own history, which nobody keeps

	state     *state
	input     value // of the state, before InputPath
	enteredAt time.Time
	enteredID int64 // the event that tells of it
	last      int64 // the latest event of this thread
	attempts  []int // retries so far, by retrier; nil before the first
	variables map[string]any

	phase phase
	until time.Time // of a wait or a backoff
	task  task
	fan   *fan // of a Parallel or Map that runs
}

// phase is what a frame does between two advances.
type phase uint8

const (
	phaseReady   phase = iota // it is about to be executed
	phaseWait                 // in a Wait
	phaseBackoff              // before a retry
	phaseTask                 // a task is in flight
	phaseFan                  // branches or iterations are
	phaseDone                 // it has come to its end, or was given up
)

// task is a task in flight.
type task struct {
	id        int64
	nonce     [2]uint64
	token     string          // made of these when it is asked for, see frame.token
	arguments json.RawMessage // until it is submitted
	deadline  time.Time
	heartbeat time.Duration
	beatBy    time.Time
	submitted bool
}

// fan is the children of a Parallel or Map.
type fan struct {
	items       []json.RawMessage // of a Map: what its iterations are for
	encoded     []byte            // the items as MarshalBinary writes them; nil until it has
	data        *value            // of a Map: what its ItemSelector sees as "$"; nil until it is asked for
	total       int               // branches or items
	live        []*frame          // children that run, in order
	next        int               // the first that has not begun
	results     resultLog         // of the children that have ended
	failed      int
	concurrency int
	tolerated   int // failures
}

// Status answers how the execution stands.
func (s *State) Status() Status { return s.status }

// Output is the execution's output, when it has Succeeded.
func (s *State) Output() json.RawMessage { return s.output }

// Failure answers error and cause of an execution that has Failed, TimedOut or Aborted.
func (s *State) Failure() (name, cause string) { return s.failed.name, s.failed.cause }

// NextDue is the earliest time at which a Tick would do something: the end of a
// Wait, a Retry's backoff, a task's timeout or heartbeat. ok is false if there is none.
func (s *State) NextDue() (due time.Time, ok bool) {
	_, due = s.nextDue()
	return due, !due.IsZero() && s.status == Running
}

// due is when the frame does something by itself; zero: never.
func (f *frame) due() time.Time {
	switch f.phase {
	case phaseReady: // the transition before has written enough
		return f.enteredAt
	case phaseWait, phaseBackoff:
		return f.until
	case phaseTask:
		if f.task.beatBy.IsZero() || !f.task.deadline.IsZero() && f.task.deadline.Before(f.task.beatBy) {
			return f.task.deadline
		}
		return f.task.beatBy
	}
	return time.Time{}
}

// Fork answers another state that goes on from here: one of both is gone on with, and the
// other is dropped. ok is false, and there is none, while branches or iterations run beside each other.
func (s *State) Fork() (fork *State, ok bool) {
	if s.root == nil || s.root.fan != nil {
		return nil, false
	}
	state, root := *s, *s.root
	root.attempts, root.variables = slices.Clone(root.attempts), maps.Clone(root.variables)
	state.root = &root
	return &state, true
}

// Pending lists the tasks whose call is not known to have been made: those to run
// (again) after a crash. A task that was TaskSubmitted is not among them.
func (s *State) Pending() []Command {
	var pending []Command
	s.each(func(f *frame) {
		if f.phase == phaseTask && !f.task.submitted {
			pending = append(pending, f.command(&s.context))
		}
	})
	return pending
}

// each visits every frame that lives, parents before children, in order.
func (s *State) each(visit func(*frame)) {
	if s.root != nil {
		s.root.each(visit)
	}
}

func (f *frame) each(visit func(*frame)) {
	visit(f)
	if f.fan == nil {
		return
	}
	for _, child := range f.fan.live {
		child.each(visit)
	}
}

// command is the call of the frame's task.
func (f *frame) command(x *ExecutionContext) Command {
	c := Command{
		TaskID: f.task.id, State: f.state.name, Iteration: f.iteration(), Attempt: f.retries(),
		Resource: f.state.resource, Pattern: f.state.pattern, Arguments: f.task.arguments,
		Deadline: f.task.deadline, Heartbeat: f.task.heartbeat,
	}
	if f.state.pattern != "" {
		c.Token = f.token(x)
	}
	return c
}

// retries is how often the state was tried again.
func (f *frame) retries() int {
	n := 0
	for _, a := range f.attempts {
		n += a
	}
	return n
}

// variable answers a variable of the frame's scope or of one around it.
func (f *frame) variable(name string) (any, bool) {
	for ; f != nil; f = f.around() {
		if v, ok := f.variables[name]; ok {
			return v, true
		}
	}
	return nil, false
}

// around is the frame whose variables are seen from within f too. An iteration of a
// distributed Map is an execution of its own and sees none.
func (f *frame) around() *frame {
	if f.home == f {
		return nil
	}
	return f.parent
}

const (
	patternToken   = "waitForTaskToken"
	patternSync    = "sync"
	patternSyncTwo = "sync:2"
)
