package asl

import (
	"encoding/json"
	"fmt"
	"time"
)

// advance is one transition while it is made.
type advance struct {
	machine  *Machine
	state    *State
	env      Env
	events   []HistoryEvent
	commands []Command
	ready    []*frame
	overflow bool // the history is full
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
	a := &advance{machine: m, state: s, env: env, events: make([]HistoryEvent, 0, 8)}
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
	if f.state.parameters == nil {
		return data, nil
	}
	return a.scope(f, &data).written(f.state.parameters)
}

// exit is what is evaluated when a state is left, and where it leads.
type exit struct {
	assign template
	output template // JSONata only
	next   string   // "" at an end
}

// complete takes the result of a state to its end: ResultSelector, Assign, ResultPath,
// OutputPath, or Assign and Output.
func (a *advance) complete(f *frame, result value) {
	x := exit{assign: f.state.assign, output: f.state.output, next: f.state.next}
	if f.state.jsonata {
		s := a.scope(f, &f.input)
		s.result = &result
		a.leaveQuery(f, s, result, x)
		return
	}
	if f.state.selector != nil {
		v, err := a.scope(f, &result).written(f.state.selector)
		if err != nil {
			a.fail(f, asFailure(err))
			return
		}
		result = v
	}
	assigned, err := a.assigned(a.scope(f, &result), x.assign)
	if err != nil {
		a.fail(f, asFailure(err))
		return
	}
	out, err := combine(f, f.state.resultPath, result)
	if err != nil {
		a.fail(f, asFailure(err))
		return
	}
	a.leaveTo(f, out, x.next, assigned)
}

// leave ends a state that has no result: its output is its input.
func (a *advance) leave(f *frame, data *value, x exit) {
	s := a.scope(f, data)
	if f.state.jsonata {
		a.leaveQuery(f, s, *data, x)
		return
	}
	assigned, err := a.assigned(s, x.assign)
	if err != nil {
		a.fail(f, asFailure(err))
		return
	}
	a.leaveTo(f, *data, x.next, assigned)
}

// leaveQuery evaluates Assign and Output of a state in JSONata. Both see the variables
// as they were before.
func (a *advance) leaveQuery(f *frame, s *scope, out value, x exit) {
	assigned, err := a.assigned(s, x.assign)
	if err == nil && x.output != nil {
		out, err = s.written(x.output)
	}
	if err != nil {
		a.fail(f, asFailure(err))
		return
	}
	a.exit(f, out, x.next, assigned)
}

// combine puts a result where ResultPath says, in the state's input.
func combine(f *frame, where pathField, result value) (value, error) {
	switch {
	case where.nothing:
		return f.input, nil
	case where.path == nil:
		return result, nil
	}
	v, err := where.path.Set(f.input.get(), result.get())
	if err != nil {
		return value{}, failure{name: errResultPath, cause: err.Error(), evaluation: true}
	}
	return goValue(v), nil
}

// assigned evaluates an Assign. All of it sees the variables as they were before.
func (a *advance) assigned(s *scope, t template) (map[string]any, error) {
	if t == nil {
		return nil, nil
	}
	v, err := t.eval(s)
	if err != nil {
		return nil, err
	}
	object, _ := v.(map[string]any) // Assign is an object
	return object, nil
}

// leaveTo applies OutputPath and goes on.
func (a *advance) leaveTo(f *frame, out value, next string, assigned map[string]any) {
	switch path := f.state.outputPath; {
	case path.nothing:
		out = rawValue(json.RawMessage("{}"))
	case path.path != nil:
		v, err := a.scope(f, &out).value(path.path)
		if err != nil {
			a.fail(f, asFailure(err))
			return
		}
		out = v
	}
	a.exit(f, out, next, assigned)
}

// exit writes that the state is left and goes on to the next, or ends the thread.
func (a *advance) exit(f *frame, out value, next string, assigned map[string]any) {
	text := out.text()
	if len(text) > maxPayload {
		a.giveUp(f, dataLimit(f))
		return
	}
	d := newDetails(len(f.state.name)+len(text)*5/4+64).text("name", f.state.name).payload("output", text)
	if len(assigned) > 0 {
		d = d.variables(assigned)
		f.assign(assigned)
	}
	a.event(f, f.state.exited, d)
	if next != "" {
		a.enter(f, next, out)
		return
	}
	f.phase = phaseDone
	if f.parent != nil {
		a.childDone(f, out)
		return
	}
	a.event(f, "ExecutionSucceeded", newDetails(len(text)*5/4+32).payload("output", text))
	if a.overflow {
		return // the history was full before its last event
	}
	a.state.status, a.state.output, a.state.root = Succeeded, text, nil
}

// assign sets variables of the frame's scope. The map that others may share stays as it is.
func (f *frame) assign(assigned map[string]any) {
	variables := make(map[string]any, len(f.variables)+len(assigned))
	for k, v := range f.variables {
		variables[k] = v
	}
	for k, v := range assigned {
		variables[k] = v
	}
	f.variables = variables
}

// dataLimit is the failure of a state whose output is too large.
func dataLimit(f *frame) failure {
	return failure{name: errDataLimit, terminal: true,
		cause: "The state/task '" + f.state.name + "' returned a result with a size exceeding the maximum number of bytes service limit."}
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

// tick does everything that is due, in the order in which it was.
func (a *advance) tick() {
	for a.state.status == Running {
		f, at := a.state.nextDue()
		if at.IsZero() || at.After(a.env.Now) {
			return
		}
		if f == nil {
			a.end(TimedOut, failure{noName: true, noCause: true})
			return
		}
		a.fire(f)
		a.run()
	}
}

// nextDue answers what is due next, and when: a frame, or nil for the whole execution's
// deadline. The time is zero if nothing ever is.
func (s *State) nextDue() (next *frame, due time.Time) {
	due = s.deadline
	s.each(func(f *frame) {
		if at := f.due(); !at.IsZero() && (due.IsZero() || at.Before(due)) {
			next, due = f, at
		}
	})
	return next, due
}

// fire does what a frame does when its time has come.
func (a *advance) fire(f *frame) {
	switch f.phase {
	case phaseWait:
		f.until = time.Time{}
		data, err := a.effectiveInput(f)
		if err != nil {
			a.fail(f, asFailure(err))
			return
		}
		a.leaveWait(f, &data)
	case phaseBackoff:
		f.until, f.phase = time.Time{}, phaseReady
		a.ready = append(a.ready, f)
	case phaseTask:
		a.taskTimedOut(f)
	}
}
