package asl

import (
	"encoding/json"
	"fmt"
)

// advance is one transition while it is made.
type advance struct {
	machine  *Machine
	state    *State
	env      Env
	events   []HistoryEvent
	commands []Command
	ready    []*frame
	written  int    // bytes of the details of events so far
	overflow bool   // the history is full
	trial    *trial // nil, unless a state is tested by itself
}

// Start begins an execution: it enters StartAt and runs to the first point where
// something outside is waited for. An input that is not JSON is an error; an empty one
// counts as {}.
func (m *Machine) Start(x ExecutionContext, input json.RawMessage, env Env) (Transition, error) {
	text, err := compactJSON(input)
	if err != nil {
		return Transition{}, fmt.Errorf("the input of an execution must be JSON: %w", err)
	}
	env.Now = env.Now.UTC()
	s := &State{context: x, status: Running, root: &frame{graph: m.top}}
	if m.readsExecutionInput {
		s.input = text
	}
	if m.timeout > 0 {
		s.deadline = env.Now.Add(m.timeout)
	}
	a := &advance{machine: m, state: s, env: env, events: make([]HistoryEvent, 0, 4)}
	a.event(s.root, "ExecutionStarted", newDetails(len(text)*5/4+len(x.RoleARN)+64).payload("input", text).text("roleArn", x.RoleARN))
	a.enter(s.root, m.top.startAt, rawValue(text))
	a.run()
	return a.transition(), nil
}

// Advance applies one event. It takes ownership of s. On error (ErrNoSuchTask)
// nothing has changed and s may be used again.
func (m *Machine) Advance(s *State, ev Event, env Env) (Transition, error) {
	env.Now = env.Now.UTC()
	a := &advance{machine: m, state: s, env: env}
	if s.status != Running {
		if ev.Kind == Tick || ev.Kind == Stop {
			return a.transition(), nil
		}
		return Transition{}, ErrNoSuchTask
	}
	switch ev.Kind {
	case Tick:
		a.tick()
	case Stop:
		a.end(Aborted, failure{name: ev.Error, cause: ev.Cause, noName: ev.Error == "", noCause: ev.Cause == ""})
	default:
		f := s.find(ev)
		if f == nil || ev.Kind == TaskSubmitted && (f.state.pattern == "" || f.task.submitted) {
			return Transition{}, ErrNoSuchTask
		}
		if ev.Kind != TaskSubmitted { // a result is three events, and a task that follows two or three
			a.events = make([]HistoryEvent, 0, 6)
		}
		a.taskEvent(f, ev)
	}
	a.run()
	return a.transition(), nil
}

func (a *advance) transition() Transition {
	commands := a.commands[:0]
	for _, c := range a.commands { // a branch that failed takes the tasks begun beside it along
		if f := a.state.find(Event{TaskID: c.TaskID}); f != nil && !f.task.submitted {
			commands = append(commands, c)
		}
	}
	return Transition{State: a.state, Commands: commands, Events: a.events}
}

// maxWritten is how many bytes of history a transition writes before it leaves the rest
// to the next. An endless loop that passes 256 KiB on has to end at 25,000 events too, and
// they must not all be in memory.
const maxWritten = 16 << 20

// run executes what is ready until everything waits or the execution has ended.
func (a *advance) run() {
	for next := 0; a.state.status == Running; next++ {
		if a.overflow {
			a.end(Failed, historyFull)
			return
		}
		if next == len(a.ready) {
			break
		}
		if a.written > maxWritten {
			break // the rest is due at once, in a transition of its own
		}
		f := a.ready[next]
		if f.phase != phaseReady { // given up meanwhile
			continue
		}
		if f.home != nil && f.home.quiet >= maxHistory-1 {
			a.giveUp(f, historyFull)
			continue
		}
		a.execute(f)
	}
	a.ready = a.ready[:0]
}

// historyFull ends an execution whose history is at its limit (Step Functions
// developer guide, "Quotas related to state machine executions").
var historyFull = failure{name: errRuntime, terminal: true,
	cause: fmt.Sprintf("The execution reached the maximum number of history events (%d).", maxHistory)}

// enter puts a frame into a state.
func (a *advance) enter(f *frame, name string, input value) {
	f.state, f.input = f.graph.states[name], input
	f.enteredAt, f.attempts, f.task, f.fan = a.env.Now, nil, task{}, nil
	text := f.input.text()
	f.enteredID = a.event(f, f.state.entered, newDetails(len(name)+len(text)*5/4+48).text("name", name).payload("input", text))
	f.phase = phaseReady
	a.ready = append(a.ready, f)
}

// execute does what a state does, up to where it has to wait.
func (a *advance) execute(f *frame) {
	switch f.state.kind {
	case TaskState:
		a.executeTask(f)
		return
	case FailState:
		a.executeFail(f)
		return
	}
	data, err := a.effectiveInput(f)
	if err != nil {
		a.fail(f, asFailure(err))
		return
	}
	switch f.state.kind {
	case PassState:
		a.executePass(f, data)
	case SucceedState:
		a.leave(f, &data, exit{assign: f.state.assign, output: f.state.output})
	case ChoiceState:
		a.executeChoice(f, data)
	case WaitState:
		a.executeWait(f, data)
	case ParallelState, MapState:
		a.executeFan(f, data)
	}
}

// effectiveInput applies InputPath and Parameters, or Arguments.
func (a *advance) effectiveInput(f *frame) (value, error) {
	data := f.input
	switch in := f.state.inputPath; {
	case in.nothing:
		data = rawValue(json.RawMessage("{}"))
	case in.path != nil:
		v, err := a.scope(f, &data).value(in.path)
		if err != nil {
			return data, err
		}
		data = v
	}
	if f.state.notesInput() {
		a.trial.note("afterInputPath", data)
	}
	if f.state.parameters != nil {
		v, err := a.scope(f, &data).written(f.state.parameters)
		if err != nil {
			return data, err
		}
		data = v
	}
	if f.state.notesParameters() {
		a.trial.note("afterParameters", data)
	}
	if f.state.kind == TaskState && f.state.jsonata {
		a.trial.note("afterArguments", data)
	}
	return data, nil
}

// end ends the execution without success.
func (a *advance) end(status Status, why failure) {
	s := a.state
	kind := map[Status]string{Failed: "ExecutionFailed", TimedOut: "ExecutionTimedOut", Aborted: "ExecutionAborted"}[status]
	s.last++ // beside the limit, which leaves room for it
	a.events = append(a.events, HistoryEvent{ID: s.last, PreviousID: s.root.last, Type: kind, Timestamp: a.env.Now,
		Details: newDetails(len(why.cause) + 64).failure(&why).end()})
	s.status, s.failed, s.root = status, why, nil
}
