package asl

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// TestStateInput is one state to try by itself, as the TestState API of Step Functions
// does: no other state runs, and what it would call is mocked.
type TestStateInput struct {
	Definition []byte // of a state, or of a machine that has the state StateName anywhere
	StateName  string
	Input      json.RawMessage // empty: {}
	Context    json.RawMessage // the context object; empty: one is made
	Variables  json.RawMessage // an object of variables that the state sees; may be empty
	RoleARN    string

	MockResult json.RawMessage // what the Task, Parallel or Map answers; or
	MockError  *MockedError    // how it fails

	RetryCount  int  // how often it was tried again already
	MapFailures *int // how many iterations of a Map failed
}

// MockedError is a failure of what a state calls.
type MockedError struct{ Name, Cause string }

// TestStatus is how a state that was tried by itself came out.
type TestStatus string

const (
	TestSucceeded   TestStatus = "SUCCEEDED"
	TestFailed      TestStatus = "FAILED"
	TestRetriable   TestStatus = "RETRIABLE"    // a Retry would try it again
	TestCaughtError TestStatus = "CAUGHT_ERROR" // a Catch leads to NextState
)

// TestStateResult is what came of it. Inspection holds the data between the steps of its
// processing under the names of the API's inspectionData.
type TestStateResult struct {
	Status     TestStatus
	Output     json.RawMessage // when SUCCEEDED or CAUGHT_ERROR
	Error      string
	Cause      string
	NextState  string
	Inspection map[string]json.RawMessage
}

// ErrNotMocked is answered by TestState for a state that calls something when neither a
// result nor an error is mocked.
var ErrNotMocked = errors.New("the state calls something that is not mocked")

// testName is the name by which Step Functions calls a state that it tests.
const testName = "StateName"

// TestState tries one state by itself. Its error is an *InvalidDefinition, ErrNotMocked,
// or says what else of the input is wrong.
func TestState(in TestStateInput, env Env) (TestStateResult, error) {
	m, tested, err := compileTested(in)
	if err != nil {
		return TestStateResult{}, err
	}
	text, err := compactJSON(in.Input)
	if err != nil {
		return TestStateResult{}, fmt.Errorf("the input must be JSON: %w", err)
	}
	env.Now = env.Now.UTC()
	s := &State{status: Running, tested: true, input: text, context: testContext(in.RoleARN, env.Now)}
	f := &frame{state: tested, graph: m.top, input: rawValue(text), enteredAt: env.Now}
	s.root = f
	t := &trial{input: in, result: TestStateResult{Inspection: map[string]json.RawMessage{"input": text}}}
	if err := t.surroundings(s, f); err != nil {
		return TestStateResult{}, err
	}
	a := &advance{machine: m, state: s, env: env, trial: t}
	switch tested.kind {
	case TaskState, ParallelState, MapState:
		if in.MockError == nil && len(in.MockResult) == 0 {
			return TestStateResult{}, ErrNotMocked
		}
		err = a.tryCall(f)
	default:
		a.execute(f)
		if f.phase == phaseWait { // nobody waits for a test
			f.phase = phaseReady
			a.leaveWait(f, &f.input)
		}
	}
	if err != nil {
		return TestStateResult{}, err
	}
	if s.status == Failed {
		t.result.Status = TestFailed
		t.result.Error, t.result.Cause = s.failed.name, s.failed.cause
	}
	if t.errorDetails != nil {
		t.result.Inspection["errorDetails"] = encodeJSON(t.errorDetails)
	}
	return t.result, nil
}

// trial is what a test of a state notes while it runs.
type trial struct {
	input        TestStateInput
	result       TestStateResult
	errorDetails map[string]any
}

// note keeps data between two steps. On a nil trial, in a real execution, it does nothing.
func (t *trial) note(name string, v value) {
	if t != nil {
		t.result.Inspection[name] = v.text()
	}
}

// detail keeps what a Retry or Catch had to do with an error.
func (t *trial) detail(name string, n int) {
	if t == nil {
		return
	}
	if t.errorDetails == nil {
		t.errorDetails = map[string]any{}
	}
	t.errorDetails[name] = json.Number(itoa(n))
}

// left ends the test where the state is left.
func (t *trial) left(out value, next string) {
	if t.result.Status == "" {
		t.result.Status = TestSucceeded
	}
	t.result.Output, t.result.NextState = out.text(), next
}

// retriable ends the test where a Retry would wait.
func (t *trial) retriable(why *failure, backoff time.Duration) {
	t.result.Status, t.result.Error, t.result.Cause = TestRetriable, why.name, why.cause
	t.detail("retryBackoffIntervalSeconds", int(backoff/time.Second))
}

func testContext(role string, now time.Time) ExecutionContext {
	return ExecutionContext{
		ExecutionARN: "arn:aws:states:us-east-1:000000000000:express:test-state:test:test", ExecutionName: "test",
		StateMachineARN: "arn:aws:states:us-east-1:000000000000:stateMachine:test-state", StateMachineName: "test-state",
		RoleARN: role, StartTime: now,
	}
}

// surroundings gives the state its context object and variables.
func (t *trial) surroundings(s *State, f *frame) error {
	if len(t.input.Context) > 0 {
		v, err := decodeJSON(t.input.Context)
		object, ok := v.(map[string]any)
		if err != nil || !ok {
			return errors.New("the context must be a JSON object")
		}
		s.contextObject = object
	}
	if len(t.input.Variables) > 0 {
		v, err := decodeJSON(t.input.Variables)
		variables, ok := v.(map[string]any)
		if err != nil || !ok {
			return errors.New("the variables must be a JSON object")
		}
		f.variables = variables
		if len(variables) > 0 {
			t.result.Inspection["variables"] = encodeJSON(variables)
		}
	}
	return nil
}

// compileTested compiles the state: alone, or as one of a machine.
func compileTested(in TestStateInput) (*Machine, *state, error) {
	c := &compiler{src: in.Definition, placeholders: true, testing: true}
	root, problem := readSource(in.Definition)
	if problem != nil {
		return nil, nil, &InvalidDefinition{Problems: []Problem{*problem}}
	}
	if root.kind == objectNode && root.member["States"] != nil {
		m, err := c.compile()
		if err != nil {
			return nil, nil, err
		}
		s := m.top.find(in.StateName)
		if s == nil {
			return nil, nil, fmt.Errorf("the definition has no state named %q", in.StateName)
		}
		return m, s, nil
	}
	c.names, c.language = map[string]bool{}, languageJSONPath
	var s *state
	if c.isObject(root, "a state") {
		s = c.compileState(testName, root)
	}
	if len(c.problems) > 0 {
		return nil, nil, &InvalidDefinition{Problems: c.problems}
	}
	return &Machine{top: &graph{states: map[string]*state{testName: s}, startAt: testName, order: []string{testName}}}, s, nil
}

// find answers a state of the graph or of one within it.
func (g *graph) find(name string) *state {
	if s := g.states[name]; s != nil {
		return s
	}
	for _, inner := range g.order {
		for _, b := range g.states[inner].branches {
			if s := b.find(name); s != nil {
				return s
			}
		}
	}
	return nil
}

// tryCall does what a Task, Parallel or Map does before and after what it calls.
func (a *advance) tryCall(f *frame) error {
	t := a.trial
	switch f.state.kind {
	case TaskState:
		a.executeTask(f)
	default:
		data, err := a.effectiveInput(f)
		if err == nil && f.state.kind == MapState {
			err = a.tryMap(f, &data)
		}
		if err != nil {
			a.fail(f, asFailure(err))
		}
	}
	if a.state.status != Running || t.result.Status != "" {
		return nil // it came to its end before the call
	}
	if e := t.input.MockError; e != nil {
		a.fail(f, failure{name: e.Name, cause: e.Cause, noName: e.Name == "", noCause: e.Cause == ""})
		return nil
	}
	text, err := compactJSON(t.input.MockResult)
	if err != nil {
		return fmt.Errorf("the mocked result must be JSON: %w", err)
	}
	result := rawValue(text)
	if f.state.kind == TaskState {
		t.note("result", result)
	}
	a.complete(f, result)
	return nil
}

// tryMap evaluates how a Map would run, and fails it if too many iterations have failed.
func (a *advance) tryMap(f *frame, data *value) error {
	s := a.scope(f, data)
	concurrency, err := f.state.concurrency.whole(s)
	if err != nil {
		return err
	}
	a.trial.note("maxConcurrency", goValue(json.Number(itoa(int(concurrency)))))
	items := 0
	if !f.state.reads {
		all, err := a.mapItems(f, s)
		if err != nil {
			return err
		}
		items = len(all)
	}
	limited := f.state.toleratedCount.set || f.state.toleratedShare.set
	tolerated, err := f.state.toleratedFailures(s, items)
	if err != nil {
		return err
	}
	if f.state.toleratedCount.set {
		a.trial.note("toleratedFailureCount", goValue(json.Number(itoa(tolerated))))
	}
	if f.state.toleratedShare.set {
		share, err := f.state.toleratedShare.value(s, "float")
		if err != nil {
			return err
		}
		a.trial.note("toleratedFailurePercentage", goValue(json.Number(formatFloat(share))))
	}
	if failed := a.trial.input.MapFailures; limited && failed != nil && *failed > tolerated {
		why := failure{name: errExceedTolerated, cause: "The specified tolerated failure threshold was exceeded"}
		a.fail(f, why)
	}
	return nil
}
