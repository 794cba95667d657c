package mocktest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/mock"
	"github.com/vacancy/vacancy/internal/workflow/trial"
)

// Expectation is what is expected of a test case. What is not given is not compared.
type Expectation struct {
	Input  json.RawMessage // what the execution is started with
	Status workflow.Status
	Error  *string
	Cause  *string
	Output json.RawMessage
}

// Expectations are expectations by machine and test case, in the shape of the mock file
// that they stand beside:
// {"StateMachines":{"order":{"TestCases":{"Declined":{"Status":"FAILED","Error":"PaymentDeclined"}}}}}.
// The zero value expects nothing.
type Expectations struct {
	StateMachines map[string]struct {
		TestCases map[string]Expectation
	}
}

// ParseExpectations reads expectations for the test cases of a mock file. One for a
// case that the file does not have is an error: it would never be looked at.
func ParseExpectations(source []byte, mocks *mock.Config) (Expectations, error) {
	var e Expectations
	d := json.NewDecoder(bytes.NewReader(source))
	d.DisallowUnknownFields()
	if err := d.Decode(&e); err != nil {
		return e, fmt.Errorf("expectations: %w", err)
	}
	var errs []error
	for _, machine := range slices.Sorted(maps.Keys(e.StateMachines)) {
		cases := e.StateMachines[machine].TestCases
		for _, name := range slices.Sorted(maps.Keys(cases)) {
			if !slices.Contains(mocks.TestCases(machine), name) {
				errs = append(errs, fmt.Errorf("expectations: StateMachines.%s.TestCases.%s: the mock file has no such test case", machine, name))
			}
			switch cases[name].Status {
			case "", workflow.Succeeded, workflow.Failed, workflow.TimedOut:
			default:
				errs = append(errs, fmt.Errorf("expectations: StateMachines.%s.TestCases.%s.Status: %q is not SUCCEEDED, FAILED or TIMED_OUT", machine, name, cases[name].Status))
			}
		}
	}
	return e, errors.Join(errs...)
}

func (e Expectations) of(machine, name string) Expectation {
	return e.StateMachines[machine].TestCases[name]
}

// differs says how a result is not as expected, "" if it is.
func (e Expectation) differs(r trial.Result) string {
	expectsEnd := e.Status != "" || e.Error != nil || e.Cause != nil || e.Output != nil
	switch {
	case !expectsEnd && r.Status != workflow.Succeeded && !endedByFail(r.History):
		return fmt.Sprintf("it ended %s with an error that nothing caught, %s: %s; expect it with --expect if it is to be so", r.Status, r.Error, r.Cause)
	case e.Status != "" && e.Status != r.Status:
		return fmt.Sprintf("it ended %s (%s), expected %s", r.Status, describe(r), e.Status)
	case e.Error != nil && *e.Error != r.Error:
		return fmt.Sprintf("its error is %q, expected %q", r.Error, *e.Error)
	case e.Cause != nil && *e.Cause != r.Cause:
		return fmt.Sprintf("its cause is %q, expected %q", r.Cause, *e.Cause)
	case e.Output != nil && !sameJSON(e.Output, r.Output):
		return fmt.Sprintf("its output is %s, expected %s", r.Output, e.Output)
	}
	return ""
}

func describe(r trial.Result) string {
	if r.Status == workflow.Succeeded {
		return "output " + string(r.Output)
	}
	return r.Error + ": " + r.Cause
}

// endedByFail reports whether a Fail state of the machine itself ended the execution.
func endedByFail(history []workflow.HistoryEvent) bool {
	n := len(history)
	return n >= 2 && history[n-2].Type == "FailStateEntered"
}

func sameJSON(a, b []byte) bool {
	var x, y any
	return json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil && reflect.DeepEqual(x, y)
}
