package local

import (
	"sync"
	"time"

	"github.com/vacancy/vacancy/internal/asl"
	"github.com/vacancy/vacancy/internal/workflow"
)

// run is one execution while it is queued or driven. Its fields below the line
// belong to the goroutine that drives it.
type run struct {
	id    workflow.ExecutionID
	lane  Lane  // the queue it came by
	stuck error // why it cannot be driven by this process; guarded by scheduler.mu

	mu    sync.Mutex
	inbox []message
	lent  *call         // its driver is in a handler and lets others drive; see Runner.runAlone
	mail  chan struct{} // capacity 1: something was posted

	// ----

	loaded  bool // rec, and state unless Seq is 0, are as journaled
	rec     Record
	machine *machine
	state   *asl.State

	// A start whose first task may run before it is journaled: what it led to, and
	// when it is to be journaled whatever the task does. See Runner.mayHold.
	held      []workflow.HistoryEvent
	heldUntil time.Time // zero if nothing is held

	joint   *Joint // what is held is offered to a task; see Runner.join
	noJoint bool   // one has failed

	inFlight time.Time       // since when the journal has it in lane InFlight; zero if it has not
	tasks    map[int64]*task // running, by task id
	waiting  []asl.Command   // to be run when the running ones leave room
}

// forget drops what is in memory of the execution, and breaks off its tasks.
func (x *run) forget() {
	for _, t := range x.tasks {
		t.cancel()
	}
	if x.joint != nil {
		x.joint.Settle()
		x.joint.Release()
	}
	x.loaded, x.state, x.tasks, x.waiting, x.joint = false, nil, nil, nil, nil
	x.inFlight = time.Time{}
	x.letGoOfHeld()
}

func (x *run) letGoOfHeld() { x.held, x.heldUntil = nil, time.Time{} }

// message is something that happened to an execution from outside its state.
type message struct {
	event asl.Event
	at    time.Time
	// reply, if any, hears once: nil when the event is journaled, or why it
	// changed nothing. It has room for that.
	reply chan<- error
	// task is the one of ours that answers, if one does.
	task *task
	// abandoned: the task was broken off by a shutdown and has no result.
	abandoned bool
}

func (m message) answer(err error) {
	if m.reply == nil {
		return
	}
	select {
	case m.reply <- err:
	default: // it has its answer
	}
}

func newRun(id workflow.ExecutionID, lane Lane) *run {
	return &run{id: id, lane: lane, mail: make(chan struct{}, 1)}
}

// post leaves a message for the driver. It answers true if the caller has to have the
// run driven, as its driver is in a handler.
func (x *run) post(m message) (drive bool) {
	x.mu.Lock()
	x.inbox = append(x.inbox, m)
	drive = x.take(x.lent)
	x.mu.Unlock()
	select {
	case x.mail <- struct{}{}:
	default:
	}
	return drive
}

func (x *run) hasMail() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return len(x.inbox) > 0
}

// takeMail answers what was posted, in order.
func (x *run) takeMail() []message {
	x.mu.Lock()
	defer x.mu.Unlock()
	mail := x.inbox
	x.inbox = nil
	return mail
}

// refuse answers err to everybody who waits for this run.
func (x *run) refuse(err error) {
	for _, m := range x.takeMail() {
		m.answer(err)
	}
}
