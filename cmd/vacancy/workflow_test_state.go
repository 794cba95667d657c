package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vacancy/vacancy/internal/asl"
	"github.com/vacancy/vacancy/internal/definition"
)

// inspectionLevels are those of the TestState API.
var inspectionLevels = []string{"INFO", "DEBUG", "TRACE"}

type testStateFlags struct {
	request    string
	stateName  string
	input      string
	mock       string
	variables  string
	context    string
	state      string
	roleARN    string
	inspection string
}

func newWorkflowTestState(p *program) *cobra.Command {
	var f testStateFlags
	command := &cobra.Command{
		Use:   "test-state [FILE]",
		Short: "Try one state by itself",
		Long: `Try one state by itself, as the TestState API of Step Functions does: no other state
runs, and what a Task, Parallel or Map calls is mocked. FILE holds the state, or a
definition that has the state --state-name. The flags are those of
'aws stepfunctions test-state'; each value is JSON, a file, file://PATH or "-". --request
reads all of it from one file in the form of the API's request.

It prints one JSON object: status (SUCCEEDED, FAILED, RETRIABLE: a Retry would try
again, CAUGHT_ERROR: a Catch leads to nextState), output or error and cause, nextState,
and with --inspection-level DEBUG the data between the steps.

Exit codes: 0, 1 when the state failed, 2 when the definition or the call is wrong.`,
		Example: `  vacancy workflow test-state state.json --input '{"total":100}' --inspection-level DEBUG
  vacancy workflow test-state order.asl.json --state-name Pay --mock '{"result":{"Payload":{"paid":true}}}'
  vacancy workflow test-state order.asl.json --state-name Pay --mock '{"errorOutput":{"error":"Busy"}}' --state-configuration '{"retrierRetryCount":1}'
  vacancy workflow test-state --request request.json`,
		Args: func(command *cobra.Command, args []string) error {
			if (len(args) == 0) == (f.request == "") || len(args) > 1 {
				return usagef("%s needs either the file of a state or definition, or --request", command.CommandPath())
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return p.workflowTestState(args, f) },
	}
	flags := command.Flags()
	flags.StringVar(&f.request, "request", "", "file with a request of the TestState API, as JSON")
	flags.StringVar(&f.stateName, "state-name", "", "the state of the definition to try")
	flags.StringVar(&f.input, "input", "", "the state's input (default {})")
	flags.StringVar(&f.mock, "mock", "", `what is called answers {"result":…} or fails with {"errorOutput":{"error":…,"cause":…}}`)
	flags.StringVar(&f.variables, "variables", "", "an object of the variables that the state sees")
	flags.StringVar(&f.context, "context", "", "the context object")
	flags.StringVar(&f.state, "state-configuration", "", `{"retrierRetryCount":…,"mapIterationFailureCount":…}`)
	flags.StringVar(&f.roleARN, "role-arn", "", "the role in the context object")
	flags.StringVar(&f.inspection, "inspection-level", "INFO", "INFO, DEBUG or TRACE: how much is told")
	_ = command.RegisterFlagCompletionFunc("inspection-level", cobra.FixedCompletions(inspectionLevels, cobra.ShellCompDirectiveNoFileComp))
	return command
}

// testStateRequest is the request of the TestState API; what it has as a string with
// JSON in it may also stand as JSON.
type testStateRequest struct {
	Definition         json.RawMessage `json:"definition"`
	StateName          string          `json:"stateName"`
	Input              json.RawMessage `json:"input"`
	Mock               json.RawMessage `json:"mock"`
	Variables          json.RawMessage `json:"variables"`
	Context            json.RawMessage `json:"context"`
	StateConfiguration json.RawMessage `json:"stateConfiguration"`
	RoleARN            string          `json:"roleArn"`
	InspectionLevel    string          `json:"inspectionLevel"`
}

func (p *program) workflowTestState(args []string, f testStateFlags) error {
	request, shown, err := p.testStateRequest(args, f)
	if err != nil {
		return err
	}
	if request.InspectionLevel == "" {
		request.InspectionLevel = inspectionLevels[0]
	}
	if err := oneOf("--inspection-level", request.InspectionLevel, inspectionLevels); err != nil {
		return err
	}
	in, err := request.testStateInput()
	if err != nil {
		return usageError{err}
	}
	result, err := asl.TestState(in, asl.Env{Now: p.now(), Rand: p.rand})
	var invalid *asl.InvalidDefinition
	switch {
	case errors.As(err, &invalid):
		return p.invalid(shown, err)
	case errors.Is(err, asl.ErrNotMocked):
		return usagef("%w; give --mock", err)
	case err != nil:
		return usageError{err}
	}
	if request.InspectionLevel == inspectionLevels[0] {
		result.Inspection = nil
	}
	if err := p.printJSON(triedState{result.Status, result.Output, result.Error, result.Cause, result.NextState, result.Inspection}); err != nil {
		return err
	}
	if result.Status == asl.TestFailed {
		return alreadyTold{exitFailed}
	}
	return nil
}

// triedState is what is printed.
type triedState struct {
	Status     asl.TestStatus             `json:"status"`
	Output     json.RawMessage            `json:"output,omitempty"`
	Error      string                     `json:"error,omitempty"`
	Cause      string                     `json:"cause,omitempty"`
	NextState  string                     `json:"nextState,omitempty"`
	Inspection map[string]json.RawMessage `json:"inspectionData,omitempty"`
}

// testStateRequest reads the request out of its file, or out of the flags. The
// definition answered is where problems are told.
func (p *program) testStateRequest(args []string, f testStateFlags) (testStateRequest, namedDefinition, error) {
	var r testStateRequest
	if f.request != "" {
		source, err := p.readJSON("--request", f.request)
		if err != nil {
			return r, namedDefinition{}, err
		}
		if err := json.Unmarshal(source, &r); err != nil {
			return r, namedDefinition{}, usagef("--request: %s: %w", f.request, err)
		}
		if len(r.Definition) == 0 {
			return r, namedDefinition{}, usagef("--request: %s has no definition", f.request)
		}
		shown := definition.Definition{Source: within(r.Definition)}
		return r, namedDefinition{Definition: shown, shown: f.request}, nil
	}
	d, err := p.readDefinition(args[0])
	if err != nil {
		return r, d, err
	}
	r = testStateRequest{Definition: d.Source, StateName: f.stateName, RoleARN: f.roleARN, InspectionLevel: strings.ToUpper(f.inspection)}
	for _, value := range []struct {
		flag, given string
		to          *json.RawMessage
	}{
		{"--input", f.input, &r.Input}, {"--mock", f.mock, &r.Mock}, {"--variables", f.variables, &r.Variables},
		{"--context", f.context, &r.Context}, {"--state-configuration", f.state, &r.StateConfiguration},
	} {
		if *value.to, err = p.jsonValue(value.flag, value.given); err != nil {
			return r, d, err
		}
	}
	return r, d, nil
}

// jsonValue answers the JSON that a flag's value is, or that is in the file it names;
// nil where it is not given.
func (p *program) jsonValue(flag, value string) (json.RawMessage, error) {
	if value == "" {
		return nil, nil
	}
	if json.Valid([]byte(value)) {
		return json.RawMessage(value), nil
	}
	if strings.ContainsAny(value[:1], `{["`) {
		return nil, usagef("%s is not JSON: %s", flag, value)
	}
	return p.readJSON(flag, strings.TrimPrefix(value, "file://"))
}

// testStateInput answers the request as asl takes it.
func (r testStateRequest) testStateInput() (asl.TestStateInput, error) {
	in := asl.TestStateInput{
		Definition: within(r.Definition), StateName: r.StateName, Input: within(r.Input),
		Context: within(r.Context), Variables: within(r.Variables), RoleARN: r.RoleARN,
	}
	if len(r.Mock) > 0 {
		var mocked struct {
			Result      json.RawMessage
			ErrorOutput *struct{ Error, Cause string }
		}
		if err := json.Unmarshal(r.Mock, &mocked); err != nil {
			return in, fmt.Errorf("the mock: %w", err)
		}
		switch {
		case (mocked.Result == nil) == (mocked.ErrorOutput == nil):
			return in, errors.New(`the mock needs either "result" or "errorOutput"`)
		case mocked.ErrorOutput != nil:
			in.MockError = &asl.MockedError{Name: mocked.ErrorOutput.Error, Cause: mocked.ErrorOutput.Cause}
		default:
			in.MockResult = within(mocked.Result)
		}
	}
	if len(r.StateConfiguration) > 0 {
		var c struct {
			RetrierRetryCount        int
			MapIterationFailureCount *int
		}
		if err := json.Unmarshal(r.StateConfiguration, &c); err != nil {
			return in, fmt.Errorf("the state configuration: %w", err)
		}
		in.RetryCount, in.MapFailures = c.RetrierRetryCount, c.MapIterationFailureCount
	}
	return in, nil
}

// within answers the JSON in a JSON string, as the API sends it, or the JSON itself.
func within(value json.RawMessage) json.RawMessage {
	var text string
	if bytes.HasPrefix(bytes.TrimSpace(value), []byte(`"`)) && json.Unmarshal(value, &text) == nil && json.Valid([]byte(text)) {
		return json.RawMessage(text)
	}
	return value
}
