package asl_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/vacancy/vacancy/internal/asl"
)

// virtual runs an execution on a clock that stands still until nothing but time is
// left to wait for. Tasks are answered by the mocks of a case.
type virtual struct {
	machine  *asl.Machine
	state    *asl.State
	now      time.Time
	rand     *rand.Rand
	mocks    map[string][]mockedAttempt
	attempts map[string]int
	events   []asl.HistoryEvent
	calls    []asl.Command
	queue    []asl.Command
}

// started is when every execution of the tests begins.
var started = time.Date(2026, 3, 14, 1, 59, 26, 0, time.UTC)

// maxSteps bounds an execution of the tests; none of them needs a tenth of it.
const maxSteps = 100_000

func newVirtual(m *asl.Machine, mocks map[string][]mockedAttempt) *virtual {
	return &virtual{
		machine: m, mocks: mocks, attempts: map[string]int{},
		now:  started,
		rand: rand.New(rand.NewPCG(1, 2)),
	}
}

func (v *virtual) env() asl.Env { return asl.Env{Now: v.now, Rand: v.rand.Uint64} }

// contextOf is the execution that the cases are run as.
func contextOf(express bool) asl.ExecutionContext {
	kind := "execution"
	if express {
		kind = "express"
	}
	return asl.ExecutionContext{
		ExecutionARN:     "arn:aws:states:us-east-1:111111111111:" + kind + ":machine:run",
		ExecutionName:    "run",
		RoleARN:          "arn:aws:iam::111111111111:role/machine",
		StateMachineARN:  "arn:aws:states:us-east-1:111111111111:stateMachine:machine",
		StateMachineName: "machine",
		StartTime:        started,
	}
}

func (v *virtual) take(t asl.Transition, err error) error {
	if err != nil {
		return err
	}
	v.state = t.State
	v.events = append(v.events, t.Events...)
	v.calls = append(v.calls, t.Commands...)
	v.queue = append(v.queue, t.Commands...)
	return nil
}

func (v *virtual) advance(ev asl.Event) error {
	t, err := v.machine.Advance(v.state, ev, v.env())
	return v.take(t, err)
}

// run runs an execution to its end.
func (v *virtual) run(x asl.ExecutionContext, input json.RawMessage) error {
	t, err := v.machine.Start(x, input, v.env())
	if err := v.take(t, err); err != nil {
		return err
	}
	for range maxSteps {
		switch {
		case v.state.Status() != asl.Running:
			return nil
		case len(v.queue) > 0:
			c := v.queue[0]
			v.queue = v.queue[1:]
			if err := v.answer(c); err != nil {
				return err
			}
		default:
			due, ok := v.state.NextDue()
			if !ok {
				return errors.New("the execution waits for nothing")
			}
			if due.After(v.now) {
				v.now = due
			}
			if err := v.advance(asl.Event{Kind: asl.Tick}); err != nil {
				return err
			}
		}
	}
	return fmt.Errorf("the execution has not ended after %d steps", maxSteps)
}

// answer answers a task as the service did at this attempt of the state.
func (v *virtual) answer(c asl.Command) error {
	n := v.attempts[c.State]
	v.attempts[c.State]++
	if n >= len(v.mocks[c.State]) {
		return fmt.Errorf("attempt %d of the state %q is not mocked", n, c.State)
	}
	mock := v.mocks[c.State][n]
	if len(mock.Input) > 0 && !alike(parse(mock.Input), withoutRedrive(parse(c.Arguments)), true) {
		return fmt.Errorf("attempt %d of the state %q was sent\n     %s\n AWS %s", n, c.State, c.Arguments, mock.Input)
	}
	if len(mock.Submitted) > 0 {
		if err := v.advance(asl.Event{Kind: asl.TaskSubmitted, TaskID: c.TaskID, Output: mock.Submitted}); err != nil {
			return err
		}
	}
	ev := asl.Event{Kind: asl.TaskSucceeded, TaskID: c.TaskID, Output: mock.Result}
	if c.Token != "" {
		ev.TaskID, ev.Token = 0, c.Token
	}
	switch {
	case strings.HasSuffix(mock.Kind, "TimedOut"):
		return nil // nobody answers
	case mock.Kind != "" || mock.Error != nil:
		ev.Kind, ev.Output = asl.TaskFailed, nil
		if mock.Error != nil {
			ev.Error = *mock.Error
		}
		if len(mock.Cause) > 0 && string(mock.Cause) != "null" {
			ev.Cause = text(mock.Cause)
		}
	}
	return v.advance(ev)
}

// withoutRedrive takes $$.Execution.RedriveCount out of what a task was sent: the cases
// that record what was sent are older than it.
func withoutRedrive(v any) any {
	switch v := v.(type) {
	case map[string]any:
		delete(v, "RedriveCount")
		for _, member := range v {
			withoutRedrive(member)
		}
	case []any:
		for _, item := range v {
			withoutRedrive(item)
		}
	}
	return v
}
