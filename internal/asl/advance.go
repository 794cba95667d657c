package asl

import (
	"encoding/json"
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
	full     bool // the history has no place left but for its end
}

// Start begins an execution: it enters StartAt and runs to the first point where
// something outside is waited for. An input that is not JSON is an error; an empty one
// counts as {}.
func (m *Machine) Start(x ExecutionContext, input json.RawMessage, env Env) (Transition, error) {
	text, err := compactJSON(input)
	if err != nil {
		return Transition{}, err
	}
	env.Now = env.Now.UTC()
	s := &State{context: x, status: Running, root: &frame{graph: m.top}}
	if m.readsExecutionInput {
		s.input = text
	}
	if m.timeout > 0 {
		s.deadline = env.Now.Add(m.timeout)
	}
	a := &advance{machine: m, state: s, env: env}
	a.event(s.root, "ExecutionStarted", details("input", text, "roleArn", x.RoleARN))
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
		if f == nil {
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
	for len(a.ready) > 0 && a.state.status == Running {
		f := a.ready[0]
		a.ready = a.ready[1:]
		if f.phase != phaseReady || f.givenUp() {
			continue
		}
		a.execute(f)
	}
}

// givenUp reports whether a Parallel or Map around the frame has ended without it.
func (f *frame) givenUp() bool {
	for ; f.parent != nil; f = f.parent {
		if f.parent.fan == nil || f.parent.fan.children[f.index] != f {
			return true
		}
	}
	return false
}

// enter puts a frame into a state.
func (a *advance) enter(f *frame, name string, input value) {
	f.state, f.input = f.graph.states[name], input
	f.enteredAt, f.attempts, f.task, f.fan = a.env.Now, nil, task{}, nil
	f.enteredID = a.event(f, string(f.state.kind)+"StateEntered", details("name", name, "input", f.input.text()))
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
		if f.state.result != nil {
			data = *f.state.result
		}
		a.complete(f, data)
	case SucceedState:
		a.leave(f, data, "")
	case ChoiceState:
		a.executeChoice(f, data)
	case WaitState:
		a.executeWait(f, data)
	case ParallelState, MapState:
		a.executeFan(f, data)
	}
}

// effectiveInput applies InputPath and Parameters.
func (a *advance) effectiveInput(f *frame) (value, error) {
	data := f.input
	switch in := f.state.inputPath; {
	case in.nothing:
		data = rawValue(json.RawMessage("{}"))
	case in.path != nil:
		v, err := a.scope(f, &data).Resolve(in.path)
		if err != nil {
			return data, err
		}
		data = goValue(v)
	}
	if f.state.parameters == nil {
		return data, nil
	}
	v, err := f.state.parameters.eval(a.scope(f, &data))
	if err != nil {
		return data, err
	}
	return goValue(v), nil
}

// complete takes the result of a state to its end: ResultSelector, Assign, ResultPath,
// OutputPath, Next.
func (a *advance) complete(f *frame, result value) {
	if f.state.selector != nil {
		v, err := f.state.selector.eval(a.scope(f, &result))
		if err != nil {
			a.fail(f, asFailure(err))
			return
		}
		result = goValue(v)
	}
	out, err := combine(f, f.state.resultPath, result)
	if err != nil {
		a.fail(f, asFailure(err))
		return
	}
	assigned, err := a.assigned(f, f.state.assign, &result)
	if err != nil {
		a.fail(f, asFailure(err))
		return
	}
	a.leaveTo(f, out, f.state.next, assigned)
}

// leave ends a state whose output is its input: Choice, Wait and Succeed.
func (a *advance) leave(f *frame, data value, next string) {
	assigned, err := a.assigned(f, f.state.assign, &data)
	if err != nil {
		a.fail(f, asFailure(err))
		return
	}
	a.leaveTo(f, data, next, assigned)
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
		return value{}, failure{name: errPathConflict, cause: err.Error(), evaluation: true}
	}
	return goValue(v), nil
}

// assigned evaluates an Assign. All of it sees the variables as they were before.
func (a *advance) assigned(f *frame, t template, data *value) (map[string]any, error) {
	if t == nil {
		return nil, nil
	}
	v, err := t.eval(a.scope(f, data))
	if err != nil {
		return nil, err
	}
	object, _ := v.(map[string]any) // Assign is an object
	return object, nil
}

// leaveTo applies OutputPath and the assignments and goes on.
func (a *advance) leaveTo(f *frame, out value, next string, assigned map[string]any) {
	switch path := f.state.outputPath; {
	case path.nothing:
		out = rawValue(json.RawMessage("{}"))
	case path.path != nil:
		v, err := a.scope(f, &out).Resolve(path.path)
		if err != nil {
			a.fail(f, asFailure(err))
			return
		}
		out = goValue(v)
	}
	a.exit(f, out, next, assigned)
}

// exit writes that the state is left and goes on to the next, or ends the thread.
func (a *advance) exit(f *frame, out value, next string, assigned map[string]any) {
	if len(out.text()) > maxPayload {
		a.fail(f, failure{name: errDataLimit, cause: "The state/task '" + f.state.name + "' returned a result with a size exceeding the maximum number of bytes service limit."})
		return
	}
	pairs := []any{"name", f.state.name, "output", out.text()}
	if len(assigned) > 0 {
		written := make(map[string]any, len(assigned))
		variables := make(map[string]any, len(f.variables)+len(assigned))
		for k, v := range f.variables {
			variables[k] = v
		}
		for k, v := range assigned {
			variables[k], written[k] = v, string(encodeJSON(v))
		}
		f.variables = variables
		pairs = append(pairs, "assignedVariables", written)
	}
	a.event(f, string(f.state.kind)+"StateExited", details(pairs...))
	if next != "" {
		a.enter(f, next, out)
		return
	}
	f.phase = phaseDone
	if f.parent != nil {
		a.childDone(f, out)
		return
	}
	if a.state.status != Running { // the history was full
		return
	}
	a.full = true // this event may take the last place
	a.event(f, "ExecutionSucceeded", details("output", out.text()))
	a.state.status, a.state.output, a.state.root = Succeeded, out.text(), nil
}

// end ends the execution without success.
func (a *advance) end(status Status, why failure) {
	s := a.state
	if s.status != Running {
		return
	}
	a.full = true // this event may take the last place
	kind := map[Status]string{Failed: "ExecutionFailed", TimedOut: "ExecutionTimedOut", Aborted: "ExecutionAborted"}[status]
	var pairs []any
	if !why.noName {
		pairs = append(pairs, "error", why.name)
	}
	if !why.noCause {
		pairs = append(pairs, "cause", why.cause)
	}
	a.event(s.root, kind, details(pairs...))
	s.status, s.failed, s.root = status, why, nil
}

// tick does everything that is due.
func (a *advance) tick() {
	s := a.state
	if !s.deadline.IsZero() && !s.deadline.After(a.env.Now) {
		a.end(TimedOut, failure{name: errTimeout, noName: true, noCause: true})
		return
	}
	var due []*frame
	s.each(func(f *frame) {
		if at := f.due(); !at.IsZero() && !at.After(a.env.Now) {
			due = append(due, f)
		}
	})
	for _, f := range due {
		if s.status != Running {
			return
		}
		if f.givenUp() { // by what was due before it
			continue
		}
		switch f.phase {
		case phaseWait:
			f.until = time.Time{}
			data, err := a.effectiveInput(f)
			if err != nil {
				a.fail(f, asFailure(err))
				continue
			}
			a.leave(f, data, f.state.next)
		case phaseBackoff:
			f.until, f.phase = time.Time{}, phaseReady
			a.ready = append(a.ready, f)
		case phaseTask:
			a.taskTimedOut(f)
		}
	}
}
