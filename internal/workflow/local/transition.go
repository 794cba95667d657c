package local

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/vacancy/vacancy/internal/asl"
	"github.com/vacancy/vacancy/internal/workflow"
)

// transition gathers what some events do to a run, to be journaled as one entry.
type transition struct {
	*run
	env     asl.Env
	context func() asl.ExecutionContext // of the start

	mayOrphan bool // tasks were running or to be run beside the one that was heard of
	started   bool // the execution's start is in it
	random    bool // randomness was asked for
	advances  int
	events    []workflow.HistoryEvent
	applied   []message     // to be answered once it is journaled
	lateness  time.Duration // of the deadline that was latest; negative if none was served
}

// apply applies the start, if there was none yet, the messages in the order they
// came, and the deadlines that have passed. A deadline that had passed when a
// message came goes before it.
func (t *transition) apply(mail []message) error {
	if t.state == nil {
		if err := t.start(); err != nil {
			return err
		}
	}
	for _, m := range mail {
		if err := t.tick(m.at); err != nil {
			return err
		}
		if m.task != nil {
			if t.tasks[m.event.TaskID] != m.task {
				continue // it was broken off, or nobody waits for it any more
			}
			delete(t.tasks, m.event.TaskID)
		}
		if m.abandoned {
			continue
		}
		err := t.advance(m.event)
		if errors.Is(err, asl.ErrNoSuchTask) {
			m.answer(workflow.ErrTaskTimedOut)
			continue
		}
		if err != nil {
			return err
		}
		t.applied = append(t.applied, m)
	}
	return t.tick(t.env.Now)
}

// usualEvents is room for a start, the result of its first task and what follows from it.
const usualEvents = 10

func (t *transition) start() error {
	return guarded(func() error {
		tr, err := t.machine.Start(t.context(), t.rec.Input, t.env)
		if err != nil {
			return unreadable{fmt.Errorf("start the execution: %w", err)}
		}
		t.events = make([]workflow.HistoryEvent, 0, usualEvents)
		t.take(tr)
		t.started = true
		return nil
	})
}

func (t *transition) advance(ev asl.Event) error {
	if t.state.Status() != asl.Running {
		return asl.ErrNoSuchTask
	}
	t.mayOrphan = t.mayOrphan || len(t.tasks)+len(t.waiting) > 0
	return guarded(func() error {
		tr, err := t.machine.Advance(t.state, ev, t.env)
		if err != nil {
			return err
		}
		t.take(tr)
		return nil
	})
}

// tick does what was due at a time.
func (t *transition) tick(at time.Time) error {
	for t.state.Status() == asl.Running {
		due, ok := t.state.NextDue()
		if !ok || due.After(at) || len(t.events) > workflow.MaxHistory {
			return nil
		}
		t.lateness = max(t.lateness, t.env.Now.Sub(due))
		if err := t.advance(asl.Event{Kind: asl.Tick}); err != nil {
			return err
		}
	}
	return nil
}

func (t *transition) take(tr asl.Transition) {
	t.advances++
	t.state = tr.State
	t.waiting = append(t.waiting, tr.Commands...)
	t.events = slices.Grow(t.events, len(tr.Events))
	for _, e := range tr.Events {
		t.events = append(t.events, workflow.HistoryEvent(e))
	}
}

// answer tells those whose messages were applied, once.
func (t *transition) answer(err error) {
	for _, m := range t.applied {
		m.answer(err)
	}
	t.applied = nil
}

// awaited reports whether somebody waits for it to be journaled.
func (t *transition) awaited() bool {
	return slices.ContainsFunc(t.applied, func(m message) bool { return m.reply != nil })
}

// entry is what to journal.
func (t *transition) entry(now time.Time) (Entry, error) {
	if t.advances > 1 || t.mayOrphan {
		t.dropOrphans()
	}
	e := Entry{
		ExecutionID: t.id,
		Seq:         t.rec.Seq,
		Row:         t.rec.Row,
		Status:      workflow.Status(t.state.Status()),
		Events:      t.events,
		At:          now,
		Urgent:      t.lane != Backlog,
	}
	switch {
	case e.Status == workflow.Succeeded:
		e.Output = t.state.Output()
	case e.Status.Ended():
		e.Error, e.Cause = t.state.Failure()
	case t.tooLong():
		t.endTooLong(&e)
	case len(t.tasks)+len(t.waiting) > 0:
		if t.inFlight.IsZero() { // kept while it stays in the lane, so that its place in the index stays
			t.inFlight = now
		}
		e.Lane, e.Due = InFlight, t.inFlight
	default:
		t.inFlight = time.Time{}
		e.Lane = Deadlines
		e.Due, _ = t.state.NextDue()
	}
	if e.Status.Ended() {
		return e, nil // nothing goes on from it
	}
	var err error
	e.State, err = t.state.MarshalBinary()
	if err != nil {
		return e, fmt.Errorf("encode the state of %s: %w", t.id.Name, err)
	}
	return e, nil
}

// tooLong reports whether the history has reached its limit while the execution
// still runs (AWS Step Functions developer guide, "Avoid reaching the history quota").
func (t *transition) tooLong() bool {
	return len(t.events) > 0 && t.events[len(t.events)-1].ID >= workflow.MaxHistory
}

func (t *transition) endTooLong(e *Entry) {
	e.Status, e.Error = workflow.Failed, workflow.Runtime
	e.Cause = fmt.Sprintf("The execution reached the maximum number of history events (%d).", workflow.MaxHistory)
	for len(e.Events) > 0 && e.Events[len(e.Events)-1].ID >= workflow.MaxHistory {
		e.Events = e.Events[:len(e.Events)-1]
	}
	details, _ := json.Marshal(map[string]string{"error": e.Error, "cause": e.Cause}) // strings always marshal
	e.Events = append(e.Events, workflow.HistoryEvent{
		ID: workflow.MaxHistory, PreviousID: workflow.MaxHistory - 1,
		Type: "ExecutionFailed", Timestamp: e.At, Details: details,
	})
}
