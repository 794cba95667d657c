package asl_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/vacancy/vacancy/internal/asl"
)

// chooser makes the choices by which definitions and events are made up.
type chooser interface{ below(n int) int }

// bytesChooser chooses by the bytes of a fuzz input; when they are used up it chooses 0.
type bytesChooser struct{ b []byte }

func (c *bytesChooser) below(n int) int {
	if len(c.b) == 0 || n <= 1 {
		return 0
	}
	v := int(c.b[0])
	c.b = c.b[1:]
	return v % n
}

func pick[T any](c chooser, from ...T) T { return from[c.below(len(from))] }

// inventor makes up state machines that are valid, or nearly so.
type inventor struct {
	chooser
	states int // so far; names are unique and sizes bounded
}

const maxInvented = 25

func (v *inventor) machine(depth int) map[string]any {
	n := 1 + v.below(3)
	names := make([]string, n)
	for i := range names {
		v.states++
		names[i] = fmt.Sprint("S", v.states)
	}
	states := map[string]any{}
	for i, name := range names {
		states[name] = v.state(names, i, depth)
	}
	return map[string]any{"StartAt": names[0], "States": states}
}

func (v *inventor) state(names []string, at, depth int) map[string]any {
	kinds := []string{"Pass", "Task", "Choice", "Wait", "Succeed", "Fail"}
	if depth > 0 && v.states < maxInvented {
		kinds = append(kinds, "Parallel", "Map")
	}
	s := map[string]any{"Type": pick(v, kinds...)}
	jsonata := v.below(3) == 0
	if jsonata {
		s["QueryLanguage"] = "JSONata"
	}
	switch s["Type"] {
	case "Fail":
		s["Error"], s["Cause"] = pick(v, "A", "B", "States.Timeout"), "made up"
		return s
	case "Succeed":
		return s
	case "Choice":
		s["Choices"] = v.choices(names, jsonata)
		if v.below(3) > 0 {
			s["Default"] = pick(v, names...)
		}
		return s
	}
	if at == len(names)-1 || v.below(4) == 0 {
		s["End"] = true
	} else {
		s["Next"] = pick(v, names[at+1:]...)
	}
	if !jsonata {
		v.paths(s)
	} else if v.below(2) == 0 {
		s["Output"] = pick[any](v, "{% $states.input %}", map[string]any{"i": "{% $states.input %}", "r": "{% $exists($states.result) %}"}, "{% $nothing %}", 7)
	}
	if v.below(3) == 0 {
		if jsonata {
			s["Assign"] = map[string]any{"x": pick[any](v, 1, "{% $states.input %}", "{% [$x] %}")}
		} else {
			s["Assign"] = map[string]any{pick(v, "x.$", "y.$"): pick(v, "$", "$$.State.Name", "$.a", "$x")}
		}
	}
	switch s["Type"] {
	case "Wait":
		s["Seconds"] = v.below(3)
	case "Task":
		v.task(s, jsonata)
	case "Parallel":
		branches := []any{}
		for range 1 + v.below(3) {
			branches = append(branches, v.machine(depth-1))
		}
		s["Branches"] = branches
		v.handlers(s, names, jsonata)
	case "Map":
		processor := v.machine(depth - 1)
		if v.below(4) == 0 {
			processor["ProcessorConfig"] = map[string]any{"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
		}
		s["ItemProcessor"] = processor
		if v.below(2) == 0 {
			s["MaxConcurrency"] = v.below(3)
		}
		if v.below(3) == 0 {
			s["ToleratedFailureCount"] = v.below(3)
		}
		if jsonata {
			s["Items"] = pick[any](v, "{% [1,2,3] %}", []any{1, "b", nil}, "{% $states.input %}", []any{})
		} else if v.below(2) == 0 {
			s["ItemsPath"] = "$.list"
		}
		v.handlers(s, names, jsonata)
	}
	return s
}

func (v *inventor) task(s map[string]any, jsonata bool) {
	s["Resource"] = pick(v, "arn:aws:states:::lambda:invoke", "arn:aws:lambda:us-east-1:111111111111:function:F", "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "arn:aws:states:::states:startExecution.sync:2")
	if jsonata {
		s["Arguments"] = map[string]any{"token": "{% $states.context.Task.Token ? $states.context.Task.Token : 'none' %}", "n": 1}
	} else if v.below(2) == 0 || s["Resource"] == "arn:aws:states:::sqs:sendMessage.waitForTaskToken" {
		s["Parameters"] = map[string]any{"all.$": "$", "context.$": "$$"}
	}
	if v.below(2) == 0 {
		s["TimeoutSeconds"] = 10 + v.below(10)
	}
	if v.below(4) == 0 {
		s["HeartbeatSeconds"] = 1 + v.below(5)
	}
	v.handlers(s, []string{}, jsonata)
}

func (v *inventor) handlers(s map[string]any, names []string, jsonata bool) {
	if v.below(2) == 0 {
		s["Retry"] = []any{
			map[string]any{"ErrorEquals": []string{"A"}, "IntervalSeconds": 1, "MaxAttempts": v.below(3), "BackoffRate": 1.5, "JitterStrategy": pick(v, "FULL", "NONE")},
			map[string]any{"ErrorEquals": []string{pick(v, "States.ALL", "States.Timeout", "States.TaskFailed")}, "MaxAttempts": v.below(2), "MaxDelaySeconds": 2},
		}
	}
	if len(names) > 0 && v.below(2) == 0 {
		caught := map[string]any{"ErrorEquals": []string{pick(v, "A", "States.ALL", "States.Timeout")}, "Next": names[len(names)-1]}
		if !jsonata {
			caught["ResultPath"] = pick[any](v, "$.error", nil, "$")
		}
		s["Catch"] = []any{caught}
	}
}

func (v *inventor) paths(s map[string]any) {
	if v.below(4) == 0 {
		s["InputPath"] = pick[any](v, "$", "$.a", nil, "$$", "$.list")
	}
	if v.below(4) == 0 {
		s["OutputPath"] = pick[any](v, "$", "$.a", nil, "$.missing")
	}
	if s["Type"] == "Wait" {
		return
	}
	if v.below(3) == 0 {
		s["ResultPath"] = pick[any](v, "$.r", nil, "$", "$.list[0]")
	}
	if v.below(4) == 0 {
		s["Parameters"] = map[string]any{"list": []any{1, 2}, "u.$": "States.Format('{}', $$.State.Name)", "deep": map[string]any{"in.$": pick(v, "$", "$.a", "$.list[*]")}}
	}
	if s["Type"] == "Pass" && v.below(2) == 0 {
		s["Result"] = pick[any](v, map[string]any{"a": 1, "list": []any{1, map[string]any{"b": 2}}}, []any{}, "text", nil)
	}
}

func (v *inventor) choices(names []string, jsonata bool) []any {
	next := pick(v, names...)
	if jsonata {
		return []any{map[string]any{"Condition": pick[any](v, true, false, "{% $states.input.a = 1 %}", "{% 'no boolean' %}"), "Next": next}}
	}
	compared := pick(v,
		map[string]any{"Variable": "$.a", "NumericGreaterThanEquals": 1},
		map[string]any{"Variable": "$", "IsPresent": true},
		map[string]any{"Variable": "$.a", "StringMatches": "t*t"},
		map[string]any{"Variable": "$.a", "TimestampLessThanPath": "$$.State.EnteredTime"})
	rule := pick(v, compared, map[string]any{"Not": compared}, map[string]any{"And": []any{compared, map[string]any{"Variable": "$.a", "IsPresent": true}}})
	top := map[string]any{"Next": next}
	for k, x := range rule {
		top[k] = x
	}
	return []any{top}
}

// runner drives an execution by chosen events. before is called with each state and
// answers the one to go on with.
type randomRun struct {
	chooser
	machine  *asl.Machine
	state    *asl.State
	before   func(*asl.State) *asl.State
	now      time.Time
	rand     *rand.Rand
	inFlight []asl.Command
	events   []asl.HistoryEvent
	steps    int
}

func newRandomRun(m *asl.Machine, c chooser, before func(*asl.State) *asl.State) *randomRun {
	return &randomRun{chooser: c, machine: m, before: before, now: time.Unix(1_800_000_000, 0).UTC(), rand: rand.New(rand.NewPCG(3, 4))}
}

var answers = []string{`{}`, `null`, `{"a":1,"list":[1,{"b":2}]}`, `[1,2,3]`, `"text"`, `3.5`}

// run runs to the end, or until there were so many steps. Every event but the Tick may
// be refused with ErrNoSuchTask, and by nothing else.
func (r *randomRun) run(input string, steps int) error {
	t, err := r.machine.Start(contextOf(false), json.RawMessage(input), r.env())
	if err != nil {
		return err
	}
	r.take(t)
	for ; r.steps < steps && r.state.Status() == asl.Running; r.steps++ {
		r.state = r.before(r.state)
		due, timed := r.state.NextDue()
		if len(r.inFlight) == 0 && !timed {
			return fmt.Errorf("a running execution waits for nothing: %v", r.state)
		}
		ev := r.event(timed)
		if ev.Kind == asl.Tick && due.After(r.now) {
			r.now = due
		}
		t, err := r.machine.Advance(r.state, ev, r.env())
		if err == asl.ErrNoSuchTask && ev.Kind != asl.Tick && ev.Kind != asl.Stop {
			continue
		}
		if err != nil {
			return fmt.Errorf("%s: %w", ev.Kind, err)
		}
		r.take(t)
	}
	return nil
}

func (r *randomRun) env() asl.Env { return asl.Env{Now: r.now, Rand: r.rand.Uint64} }

func (r *randomRun) take(t asl.Transition) {
	r.state = t.State
	r.inFlight = append(r.inFlight, t.Commands...)
	r.events = append(r.events, t.Events...)
}

func (r *randomRun) event(timed bool) asl.Event {
	if r.below(50) == 49 {
		return asl.Event{Kind: asl.Stop, Error: "Stopped"}
	}
	if len(r.inFlight) == 0 || timed && r.below(3) == 2 {
		return asl.Event{Kind: asl.Tick}
	}
	i := r.below(len(r.inFlight))
	c := r.inFlight[i]
	ev := asl.Event{TaskID: c.TaskID, Kind: pick(r, asl.TaskSucceeded, asl.TaskFailed, asl.TaskSubmitted, asl.TaskHeartbeat)}
	if c.Token != "" && r.below(2) == 0 {
		ev.TaskID, ev.Token = 0, c.Token
	}
	ev.Output = json.RawMessage(pick(r, answers...))
	if ev.Kind == asl.TaskFailed {
		ev.Error, ev.Output = pick(r, "A", "B", "", "States.Timeout"), nil
	}
	if ev.Kind == asl.TaskSucceeded || ev.Kind == asl.TaskFailed {
		r.inFlight = slices.Delete(r.inFlight, i, i+1)
	}
	return ev
}
