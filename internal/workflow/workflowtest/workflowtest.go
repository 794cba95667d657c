// Package workflowtest is the contract of [workflow.Runner] as tests: what both
// runners promise, seen from outside. A runner passes it with nothing but its
// own set-up; the suite waits for conditions and never for a time, so that it
// runs on a virtual clock as well as on a real one.
package workflowtest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/workflow"
)

// Factory runs one test. It calls test with what opens a runner, in whatever
// surroundings the runner needs (a synctest bubble, say), and cleans up after it.
type Factory func(t *testing.T, test func(t *testing.T, open Open))

// Open answers a running runner that knows the scenario and nothing else. It is
// called at most once in a test. The runner is stopped by t.Cleanup.
type Open func(t *testing.T, s Scenario) workflow.Runner

// Scenario is what a test needs of its runner.
type Scenario struct {
	// Machines are definitions by name. Their tasks call the handlers by
	// arn:aws:states:::lambda:invoke, with the handler's name as FunctionName.
	Machines map[string]string
	Handlers map[string]workflow.Handler
}

// Run runs the whole contract, each test on a runner of its own.
func Run(t *testing.T, factory Factory) {
	for _, group := range [][]test{startTests, taskTests, flowTests, callbackTests, stopTests, readTests, limitTests, concurrencyTests} {
		for _, c := range group {
			t.Run(c.name, func(t *testing.T) {
				factory(t, func(t *testing.T, open Open) { c.run(&harness{T: t, open: open}) })
			})
		}
	}
}

type test struct {
	name string
	run  func(h *harness)
}

// harness is a test with its runner.
type harness struct {
	*testing.T
	open   Open
	runner workflow.Runner
}

// machine is the name of the state machine of tests that need but one.
const machine = "machine"

func id(name string) workflow.ExecutionID {
	return workflow.ExecutionID{Machine: machine, Name: name}
}

// given opens the runner with one machine.
func (h *harness) given(definition string, handlers map[string]workflow.Handler) {
	h.Helper()
	h.runner = h.open(h.T, Scenario{Machines: map[string]string{machine: definition}, Handlers: handlers})
}

func (h *harness) start(name, input string) workflow.Execution {
	h.Helper()
	x, err := h.runner.Start(h.Context(), id(name), json.RawMessage(input))
	if err != nil {
		h.Fatalf("Start(%s) = %v", name, err)
	}
	return x
}

func (h *harness) describe(name string) workflow.Execution {
	h.Helper()
	x, err := h.runner.Describe(h.Context(), id(name))
	if err != nil {
		h.Fatalf("Describe(%s) = %v", name, err)
	}
	return x
}

// patience is how long a test waits for what must come; it is far more than any
// Wait or timeout of the definitions here.
const patience = 2 * time.Minute

// eventually waits until ok answers true.
func (h *harness) eventually(what string, ok func() bool) {
	h.Helper()
	ctx, cancel := context.WithTimeout(h.Context(), patience)
	defer cancel()
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for !ok() {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			h.Fatalf("still not so after %s: %s", patience, what)
		}
	}
}

// end waits for the end of an execution.
func (h *harness) end(name string) workflow.Execution {
	h.Helper()
	var x workflow.Execution
	h.eventually("execution "+name+" has ended", func() bool {
		x = h.describe(name)
		return x.Status.Ended()
	})
	return x
}

// succeeds starts an execution and checks its output.
func (h *harness) succeeds(name, input, want string) {
	h.Helper()
	h.start(name, input)
	h.endsWith(name, want)
}

func (h *harness) endsWith(name, want string) {
	h.Helper()
	x := h.end(name)
	if x.Status != workflow.Succeeded {
		h.Fatalf("execution %s ended %s (%s: %s), want SUCCEEDED", name, x.Status, x.Error, x.Cause)
	}
	h.sameJSON("output of "+name, x.Output, want)
}

// fails waits for the end of an execution and checks how it ended.
func (h *harness) fails(name string, status workflow.Status, wantError string) workflow.Execution {
	h.Helper()
	x := h.end(name)
	if x.Status != status || x.Error != wantError {
		h.Fatalf("execution %s ended %s, error %q (%s), output %s; want %s, %q", name, x.Status, x.Error, x.Cause, x.Output, status, wantError)
	}
	if len(x.Output) > 0 {
		h.Errorf("execution %s ended %s with the output %s", name, status, x.Output)
	}
	return x
}

func (h *harness) sameJSON(what string, got json.RawMessage, want string) {
	h.Helper()
	g, w := normal(got), normal(json.RawMessage(want))
	if !bytes.Equal(g, w) {
		h.Errorf("%s = %s, want %s", what, g, w)
	}
}

// normal sorts keys and drops white space; what is not JSON stays as it is.
func normal(raw json.RawMessage) []byte {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return raw
	}
	out, err := json.Marshal(v)
	if err != nil {
		return raw
	}
	return out
}

func (h *harness) is(what string, err, want error) {
	h.Helper()
	if !errors.Is(err, want) {
		h.Errorf("%s = %v, want %v", what, err, want)
	}
}

// history answers the whole history of an execution.
func (h *harness) history(name string) []workflow.HistoryEvent {
	h.Helper()
	var all []workflow.HistoryEvent
	for after := ""; ; {
		page, err := h.runner.History(h.Context(), id(name), after, 0)
		if err != nil {
			h.Fatalf("History(%s) = %v", name, err)
		}
		all = append(all, page.Events...)
		if page.Next == "" {
			return all
		}
		after = page.Next
	}
}

func (h *harness) historyTypes(name string) []string {
	h.Helper()
	var types []string
	for _, e := range h.history(name) {
		types = append(types, e.Type)
	}
	return types
}

// single wraps one state as a machine.
func single(state string) string {
	return `{"StartAt":"Only","States":{"Only":` + state + `}}`
}

// invoke is a Task state that calls a handler with its input and answers what
// the handler answers; fields are more fields of the state.
func invoke(function, fields string) string {
	return fmt.Sprintf(`{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke",
		"Parameters":{"FunctionName":%q,"Payload.$":"$"},"OutputPath":"$.Payload",%s}`, function, fields)
}

// await is a Task state that hands a handler its token as {"token":…} and waits
// for the callback.
func await(function, fields string) string {
	return fmt.Sprintf(`{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken",
		"Parameters":{"FunctionName":%q,"Payload":{"token.$":"$$.Task.Token"}},%s}`, function, fields)
}

const end = `"End":true`

// echo answers its input.
func echo(_ context.Context, input json.RawMessage) (json.RawMessage, error) { return input, nil }

// failing answers an error of this name.
func failing(name, cause string) workflow.Handler {
	return func(context.Context, json.RawMessage) (json.RawMessage, error) {
		return nil, workflow.Error{Name: name, Cause: cause}
	}
}
