package asl

import (
	"encoding/json"
)

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
	a.trial.note("afterResultSelector", result)
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
	a.trial.note("afterResultPath", out)
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
	if a.trial != nil {
		a.trial.left(out, next)
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
