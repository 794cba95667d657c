package sfnapi

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"maps"

	"github.com/vacancy/vacancy/internal/asl"
	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/integration"
)

type testStateInput struct {
	Definition         *string
	StateName          *string
	RoleARN            *string `json:"roleArn"`
	Input              *string
	InspectionLevel    string
	RevealSecrets      bool
	Variables          *string
	Context            *string
	Mock               *testStateMock
	StateConfiguration struct {
		RetrierRetryCount        int
		ErrorCausedByState       string
		MapIterationFailureCount *int
		MapItemReaderData        string
	}
}

type testStateMock struct {
	Result      *string
	ErrorOutput *struct{ Error, Cause string }
}

type testStateOutput struct {
	Status         string                     `json:"status"`
	Output         *string                    `json:"output,omitempty"`
	Error          string                     `json:"error,omitempty"`
	Cause          string                     `json:"cause,omitempty"`
	NextState      string                     `json:"nextState,omitempty"`
	InspectionData map[string]json.RawMessage `json:"inspectionData,omitempty"`
}

// testState tries one state by itself. A Task that is not mocked is called.
func (s *Server) testState(ctx context.Context, in testStateInput) (testStateOutput, error) {
	var c checks
	definition := c.required(in.Definition, "definition", maxDefinition)
	c.text(in.Input, "input", 0, workflow.MaxPayload)
	c.text(in.StateName, "stateName", 1, 80)
	c.oneOf(in.InspectionLevel, "inspectionLevel", "INFO", "DEBUG", "TRACE")
	if err := c.fault(); err != nil {
		return testStateOutput{}, err
	}
	input, err := checkInput(in.Input)
	if err != nil {
		return testStateOutput{}, err
	}
	try := asl.TestStateInput{
		Definition: []byte(definition), StateName: value(in.StateName), Input: input, RoleARN: value(in.RoleARN),
		Context: json.RawMessage(value(in.Context)), Variables: json.RawMessage(value(in.Variables)),
		RetryCount: in.StateConfiguration.RetrierRetryCount, MapFailures: in.StateConfiguration.MapIterationFailureCount,
	}
	if m := in.Mock; m != nil {
		if (m.Result == nil) == (m.ErrorOutput == nil) {
			return testStateOutput{}, refuse(validation, "A test mock should have only one of the following fields: [result, errorOutput].")
		}
		try.MockResult = json.RawMessage(value(m.Result))
		if e := m.ErrorOutput; e != nil {
			try.MockError = &asl.MockedError{Name: e.Error, Cause: e.Cause}
		}
	}
	result, err := s.tryState(ctx, try)
	if err != nil {
		return testStateOutput{}, err
	}
	out := testStateOutput{Status: string(result.Status), Output: textOf(result.Output), Error: result.Error, Cause: result.Cause, NextState: result.NextState}
	if level := cmp.Or(in.InspectionLevel, "INFO"); level != "INFO" {
		out.InspectionData = inspection(result.Inspection)
	}
	return out, nil
}

func value(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}

// tryState tries a state, and calls what it calls where that is not mocked.
func (s *Server) tryState(ctx context.Context, try asl.TestStateInput) (asl.TestStateResult, error) {
	env := asl.Env{Now: s.now(), Rand: s.cfg.Rand}
	result, err := asl.TestState(try, env)
	if errors.Is(err, asl.ErrNotMocked) {
		result, err = s.tryForReal(ctx, try, env)
	}
	var invalid *asl.InvalidDefinition
	var f *fault
	switch {
	case errors.As(err, &invalid):
		return result, definitionRefused(invalid.Problems)
	case err == nil || errors.As(err, &f):
		return result, err
	}
	return result, refuse(validation, "%s", err)
}

// tryForReal finds out what a Task would send, calls it, and tries the state with what
// it answers.
func (s *Server) tryForReal(ctx context.Context, try asl.TestStateInput, env asl.Env) (asl.TestStateResult, error) {
	resource, isTask := taskResource(try)
	if !isTask {
		return asl.TestStateResult{}, refuse(validation, "a Parallel or Map state runs other states, and TestState runs but one: give a mock of its result")
	}
	arn, pattern := integration.SplitResource(resource)
	if pattern != "" {
		return asl.TestStateResult{}, refuse(validation, "a state that waits for a callback or for the end of a job (%s) can be tested with a mock only", pattern)
	}
	try.MockResult = json.RawMessage("null")
	probe, err := asl.TestState(try, env)
	if err != nil || probe.Inspection["result"] == nil { // it came to its end before the call
		return probe, err
	}
	arguments := firstOf(probe.Inspection, "afterArguments", "afterParameters", "afterInputPath", "input")
	try.MockResult, err = s.tasks.registry.Call(ctx, arn, arguments)
	if err != nil {
		e := workflow.AsError(err)
		try.MockResult, try.MockError = nil, &asl.MockedError{Name: e.Name, Cause: e.Cause}
	}
	return asl.TestState(try, env)
}

func firstOf(inspection map[string]json.RawMessage, names ...string) json.RawMessage {
	for _, name := range names {
		if v := inspection[name]; v != nil {
			return v
		}
	}
	return nil
}

// taskResource answers the Resource of the Task that is tried; false for another state.
func taskResource(try asl.TestStateInput) (string, bool) {
	wrapped := try.Definition
	if try.StateName == "" { // a state alone
		wrapped = append(append([]byte(`{"States":{"StateName":`), wrapped...), "}}"...)
	}
	tasks, err := integration.Tasks(wrapped)
	if err != nil {
		return "", false
	}
	for _, t := range tasks {
		if try.StateName == "" || t.State == try.StateName {
			resource := t.Resource
			if t.Pattern != "" {
				resource += "." + t.Pattern
			}
			return resource, true
		}
	}
	return "", false
}

// notText are the parts of the inspection data that are no JSON in a string.
var notText = map[string]bool{"errorDetails": true, "toleratedFailureCount": true, "toleratedFailurePercentage": true, "maxConcurrency": true}

func inspection(data map[string]json.RawMessage) map[string]json.RawMessage {
	out := maps.Clone(data)
	for name, v := range data {
		if !notText[name] {
			out[name], _ = json.Marshal(string(v)) // a string always marshals
		}
	}
	return out
}
