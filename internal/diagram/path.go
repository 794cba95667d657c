package diagram

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/vacancy/vacancy/internal/workflow"
)

// End stands for the end of a machine in the transitions of a path.
const End = "[*]"

// Marks of a state on a path.
const (
	Taken   = "taken"
	Undone  = "undone"  // it is a compensation, and has undone what it is for
	Caught  = "caught"  // it failed or timed out, and a Catch led on
	Current = "current" // it was entered and not left: the execution is there
	Failed  = "failed"  // the execution failed, timed out or was stopped there
)

// Path is what an execution did: the states that it entered and the transitions that
// it took.
type Path struct {
	order  []string              // states, as first entered
	visits map[string]*Visit     // by state
	taken  map[[2]string][]int64 // numbers of a transition, by from and to
}

// PathOf reads the path out of a history, whose events have the types and details of
// the Step Functions API. It refuses details that are not JSON.
func PathOf(history []workflow.HistoryEvent) (*Path, error) {
	p := &Path{visits: map[string]*Visit{}, taken: map[[2]string][]int64{}}
	r := pathReader{path: p, events: map[int64]event{}}
	for _, e := range history {
		if err := r.read(e); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// steps answers the numbers of a transition as text, "" where it was not taken.
func (p *Path) steps(from, to string) string {
	if p == nil {
		return ""
	}
	var numbers []string
	for _, n := range p.taken[[2]string{from, to}] {
		numbers = append(numbers, strconv.FormatInt(n, 10))
	}
	return strings.Join(numbers, ", ")
}

// marked answers the states with the mark, in the order in which they were entered.
func (p *Path) marked(mark string) []string {
	return slices.DeleteFunc(slices.Clone(p.order), func(name string) bool { return p.visits[name].Mark != mark })
}

type event struct {
	workflow.HistoryEvent
	state string // that it belongs to
}

type pathReader struct {
	path   *Path
	events map[int64]event
	inside []string // states entered and not left
	count  int64    // transitions so far
}

func (r *pathReader) read(e workflow.HistoryEvent) error {
	read := event{HistoryEvent: e}
	entered, left := strings.HasSuffix(e.Type, "StateEntered"), strings.HasSuffix(e.Type, "StateExited")
	if entered || left {
		var details struct{ Name string }
		if err := json.Unmarshal(e.Details, &details); err != nil {
			return fmt.Errorf("event %d, %s: %w", e.ID, e.Type, err)
		}
		read.state = details.Name
	} else {
		read.state = r.events[e.PreviousID].state
	}
	r.events[e.ID] = read
	switch {
	case entered:
		r.enter(read)
	case left:
		r.leave(read)
	case e.Type == "ExecutionSucceeded":
		r.transition(r.origin(e.PreviousID), End)
	case e.Type == "ExecutionFailed", e.Type == "ExecutionTimedOut", e.Type == "ExecutionAborted":
		r.fail(read)
	case isFailure(e.Type):
		return r.failed(read)
	}
	return nil
}

func (r *pathReader) enter(e event) {
	if from := r.origin(e.PreviousID); from != "" {
		r.transition(from, e.state)
	}
	v := r.path.visits[e.state]
	if v == nil {
		v = &Visit{State: e.state, Type: strings.TrimSuffix(e.Type, "StateEntered"), EnteredAt: e.Timestamp}
		r.path.visits[e.state] = v
		r.path.order = append(r.path.order, e.state)
	}
	v.Mark = Current
	v.Times++
	r.inside = append(r.inside, e.state)
}

// failed notes that what a state does has failed; whether it is tried again, caught or
// the end shows later.
func (r *pathReader) failed(e event) error {
	var details struct{ Error, Cause string }
	if err := json.Unmarshal(e.Details, &details); err != nil {
		return fmt.Errorf("event %d, %s: %w", e.ID, e.Type, err)
	}
	if v := r.path.visits[e.state]; v != nil {
		v.Failures++
		v.Error, v.Cause = details.Error, details.Cause
	}
	return nil
}

func (r *pathReader) leave(e event) {
	if i := slices.Index(r.inside, e.state); i >= 0 {
		r.inside = slices.Delete(r.inside, i, i+1)
	}
	v := r.path.visits[e.state]
	if v == nil {
		return
	}
	v.Left++
	v.LeftAt = e.Timestamp
	switch {
	case slices.Contains(r.inside, e.state): // another iteration is still there
	case isFailure(r.events[e.PreviousID].Type):
		v.Mark = Caught
	case IsCompensation(e.state):
		v.Mark, v.Error, v.Cause = Undone, "", ""
	default:
		v.Mark, v.Error, v.Cause = Taken, "", ""
	}
}

func (r *pathReader) fail(e event) {
	for _, state := range r.inside {
		r.path.visits[state].Mark = Failed
	}
	if from := r.origin(e.PreviousID); from != "" {
		r.transition(from, End)
	}
}

// origin answers the state that was left before the event, following what led to
// what; "" where a machine, a branch or an iteration begins.
func (r *pathReader) origin(id int64) string {
	for e, known := r.events[id]; known; e, known = r.events[e.PreviousID] {
		if strings.HasSuffix(e.Type, "StateExited") {
			return e.state
		}
		if strings.HasSuffix(e.Type, "StateEntered") || strings.HasSuffix(e.Type, "Started") || e.PreviousID >= e.ID {
			return ""
		}
	}
	return ""
}

func (r *pathReader) transition(from, to string) {
	if from == "" {
		return
	}
	r.count++
	key := [2]string{from, to}
	r.path.taken[key] = append(r.path.taken[key], r.count)
}
