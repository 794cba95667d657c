package sfnapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/catalog"
)

const maxTrace = 256 // characters of a trace header

type startExecutionInput struct {
	StateMachineARN *string `json:"stateMachineArn"`
	Name            *string
	Input           *string
	TraceHeader     *string
}

type startExecutionOutput struct {
	ExecutionARN string `json:"executionArn"`
	StartDate    epoch  `json:"startDate"`
}

// start is a checked request to start an execution.
type start struct {
	machine catalog.StateMachine
	name    string
	input   json.RawMessage
	traits  catalog.Traits
}

func (s *Server) checkStart(in startExecutionInput) (start, error) {
	var c checks
	arn := c.required(in.StateMachineARN, "stateMachineArn", maxARN)
	x := start{name: c.text(in.Name, "name", 1, workflow.MaxNameLength)}
	c.text(in.Input, "input", 0, workflow.MaxPayload)
	x.traits.TraceHeader = c.text(in.TraceHeader, "traceHeader", 0, maxTrace)
	if err := c.fault(); err != nil {
		return x, err
	}
	machine, testCase, err := machineOf(arn)
	if err != nil {
		return x, err
	}
	if x.machine, err = s.machine(machine, arn); err != nil {
		return x, err
	}
	if in.Name == nil {
		x.name = s.cfg.NewID()
	}
	if err := workflow.CheckName(x.name); err != nil {
		return x, refuse(invalidName, "Invalid Name: '%s'", x.name)
	}
	if x.input, err = checkInput(in.Input); err != nil {
		return x, err
	}
	x.traits.TestCase = testCase
	return x, s.tasks.checkCase(machine, testCase)
}

// checkInput answers the input of an execution: {} where there is none.
func checkInput(input *string) (json.RawMessage, error) {
	if input == nil {
		return json.RawMessage("{}"), nil
	}
	raw := json.RawMessage(*input)
	switch {
	case *input == "":
		return nil, refuse(invalidExecutionInput, "Invalid State Machine Execution Input: 'Invalid execution input.'")
	case len(raw) > workflow.MaxPayload:
		return nil, refuse(invalidExecutionInput, "Invalid State Machine Execution Input: 'it has %d bytes, at most %d are allowed'", len(raw), workflow.MaxPayload)
	case !json.Valid(raw):
		var v any
		return nil, refuse(invalidExecutionInput, "Invalid State Machine Execution Input: 'it is not JSON: %v'", json.Unmarshal(raw, &v))
	}
	return raw, nil
}

func (s *Server) startExecution(ctx context.Context, in startExecutionInput) (startExecutionOutput, error) {
	x, err := s.checkStart(in)
	if err != nil {
		return startExecutionOutput{}, err
	}
	if x.machine.Type == expressType {
		run, err := s.startExpress(ctx, x)
		return startExecutionOutput{run.arn, epoch(run.startedAt)}, err
	}
	started, err := s.startStandard(ctx, x)
	return startExecutionOutput{started.ARN, epoch(started.StartedAt)}, err
}

// startStandard starts an execution; the same name with the same input while it runs
// answers the one that runs.
func (s *Server) startStandard(ctx context.Context, x start) (workflow.Execution, error) {
	id := workflow.ExecutionID{Machine: x.machine.Name, Name: x.name}
	if err := s.tasks.use(ctx, id, x.traits); err != nil {
		return workflow.Execution{}, err
	}
	started, err := s.runner.Start(ctx, id, x.input)
	switch {
	case errors.Is(err, workflow.ErrExecutionAlreadyExists):
		return started, refuse(executionAlreadyExists, "Execution Already Exists: '%s'", s.executionARN(id))
	case errors.Is(err, workflow.ErrStateMachineDoesNotExist): // deleted just now, or not to be run by this release
		return started, refuse(stateMachineDoesNotExist, "State Machine Does Not Exist: '%s'", s.stateMachineARN(id.Machine))
	}
	return started, err
}

type executionInput struct {
	ExecutionARN *string `json:"executionArn"`
	IncludedData string
}

// execution answers the execution that a request names.
func (s *Server) execution(ctx context.Context, in executionInput) (workflow.Execution, error) {
	var c checks
	arn := c.required(in.ExecutionARN, "executionArn", maxARN)
	checkIncluded(&c, in.IncludedData)
	if err := c.fault(); err != nil {
		return workflow.Execution{}, err
	}
	id, err := executionOf(arn)
	if err != nil {
		return workflow.Execution{}, err
	}
	x, err := s.runner.Describe(ctx, id)
	if errors.Is(err, workflow.ErrExecutionDoesNotExist) {
		err = refuse(executionDoesNotExist, "Execution Does Not Exist: '%s'", arn)
	}
	return x, err
}

type included struct {
	Included bool `json:"included"`
}

type describeExecutionOutput struct {
	ExecutionARN        string    `json:"executionArn"`
	StateMachineARN     string    `json:"stateMachineArn"`
	Name                string    `json:"name"`
	Status              string    `json:"status"`
	StartDate           epoch     `json:"startDate"`
	StopDate            *epoch    `json:"stopDate,omitempty"`
	Input               *string   `json:"input,omitempty"`
	InputDetails        included  `json:"inputDetails"`
	Output              *string   `json:"output,omitempty"`
	OutputDetails       *included `json:"outputDetails,omitempty"`
	TraceHeader         string    `json:"traceHeader,omitempty"`
	Error               string    `json:"error,omitempty"`
	Cause               string    `json:"cause,omitempty"`
	RedriveCount        int       `json:"redriveCount"`
	RedriveStatus       string    `json:"redriveStatus"`
	RedriveStatusReason string    `json:"redriveStatusReason"`
}

func (s *Server) describeExecution(ctx context.Context, in executionInput) (describeExecutionOutput, error) {
	x, err := s.execution(ctx, in)
	if err != nil {
		return describeExecutionOutput{}, err
	}
	traits, err := s.cfg.Catalog.Traits(ctx, x.ExecutionID)
	if err != nil {
		return describeExecutionOutput{}, fmt.Errorf("read what %q was started with: %w", x.Name, err)
	}
	out := s.described(x)
	out.TraceHeader = traits.TraceHeader
	if in.IncludedData == metadataOnly {
		out.Input, out.Output = nil, nil
		out.InputDetails = included{}
		if out.OutputDetails != nil {
			out.OutputDetails = &included{}
		}
	}
	return out, nil
}

// described is an execution as DescribeExecution answers it.
func (s *Server) described(x workflow.Execution) describeExecutionOutput {
	out := describeExecutionOutput{
		ExecutionARN: x.ARN, StateMachineARN: s.stateMachineARN(x.Machine), Name: x.Name, Status: string(x.Status),
		StartDate: epoch(x.StartedAt), StopDate: endOf(x.StoppedAt), Input: textOf(x.Input), InputDetails: included{true},
		Error: x.Error, Cause: x.Cause,
		RedriveStatus: "NOT_REDRIVABLE", RedriveStatusReason: "Execution is " + string(x.Status) + " and cannot be redriven",
	}
	if x.Status == workflow.Succeeded {
		out.Output, out.OutputDetails = textOf(x.Output), &included{true}
	}
	return out
}

func textOf(raw json.RawMessage) *string {
	if raw == nil {
		return nil
	}
	text := string(raw)
	return &text
}

type describeStateMachineForExecutionOutput struct {
	StateMachineARN         string          `json:"stateMachineArn"`
	Name                    string          `json:"name"`
	Definition              string          `json:"definition,omitempty"`
	RoleARN                 string          `json:"roleArn"`
	UpdateDate              epoch           `json:"updateDate"`
	LoggingConfiguration    json.RawMessage `json:"loggingConfiguration"`
	TracingConfiguration    json.RawMessage `json:"tracingConfiguration"`
	EncryptionConfiguration json.RawMessage `json:"encryptionConfiguration,omitempty"`
	RevisionID              string          `json:"revisionId,omitempty"`
}

// describeStateMachineForExecution answers the revision that the execution was started
// with, whatever has become of the state machine since.
func (s *Server) describeStateMachineForExecution(ctx context.Context, in executionInput) (describeStateMachineForExecutionOutput, error) {
	x, err := s.execution(ctx, in)
	if err != nil {
		return describeStateMachineForExecutionOutput{}, err
	}
	m, err := s.cfg.Catalog.StateMachineAt(ctx, x.Machine, x.StartedAt)
	if errors.Is(err, catalog.ErrNotFound) { // deleted meanwhile
		err = refuse(executionDoesNotExist, "Execution Does Not Exist: '%s'", x.ARN)
	}
	if err != nil {
		return describeStateMachineForExecutionOutput{}, err
	}
	out := describeStateMachineForExecutionOutput{
		StateMachineARN: s.stateMachineARN(m.Name), Name: m.Name, Definition: m.Definition, RoleARN: m.RoleARN,
		UpdateDate: epoch(m.UpdatedAt), RevisionID: m.RevisionID,
		LoggingConfiguration: or(m.Logging, loggingOff), TracingConfiguration: or(m.Tracing, tracingOff), EncryptionConfiguration: m.Encryption,
	}
	if in.IncludedData == metadataOnly {
		out.Definition = ""
	}
	return out, nil
}

type stopExecutionInput struct {
	ExecutionARN *string `json:"executionArn"`
	Error        *string
	Cause        *string
}

type stopExecutionOutput struct {
	StopDate epoch `json:"stopDate"`
}

// Longest error name and cause (AWS Step Functions API Reference).
const (
	maxErrorName = 256   // characters
	maxCause     = 32768 // characters
)

// stopExecution aborts an execution. Stopping one that has ended answers when it did.
func (s *Server) stopExecution(ctx context.Context, in stopExecutionInput) (stopExecutionOutput, error) {
	var c checks
	name, cause := c.text(in.Error, "error", 0, maxErrorName), c.text(in.Cause, "cause", 0, maxCause)
	if err := c.fault(); err != nil {
		return stopExecutionOutput{}, err
	}
	of := executionInput{ExecutionARN: in.ExecutionARN}
	x, err := s.execution(ctx, of)
	if err != nil {
		return stopExecutionOutput{}, err
	}
	if !x.Status.Ended() {
		if err := s.runner.Stop(ctx, x.ExecutionID, name, cause); err != nil {
			return stopExecutionOutput{}, err
		}
		if x, err = s.execution(ctx, of); err != nil {
			return stopExecutionOutput{}, err
		}
	}
	return stopExecutionOutput{epoch(x.StoppedAt)}, nil
}

type listExecutionsInput struct {
	StateMachineARN *string `json:"stateMachineArn"`
	StatusFilter    string
	MaxResults      int
	NextToken       *string
}

type listExecutionsOutput struct {
	Executions []executionItem `json:"executions"`
	NextToken  string          `json:"nextToken,omitempty"`
}

type executionItem struct {
	ExecutionARN    string `json:"executionArn"`
	StateMachineARN string `json:"stateMachineArn"`
	Name            string `json:"name"`
	Status          string `json:"status"`
	StartDate       epoch  `json:"startDate"`
	StopDate        *epoch `json:"stopDate,omitempty"`
	RedriveCount    int    `json:"redriveCount"`
}

func (s *Server) listExecutions(ctx context.Context, in listExecutionsInput) (listExecutionsOutput, error) {
	var c checks
	out := listExecutionsOutput{Executions: []executionItem{}}
	arn := c.required(in.StateMachineARN, "stateMachineArn", maxARN)
	c.oneOf(in.StatusFilter, "statusFilter", "SUCCEEDED", "TIMED_OUT", "PENDING_REDRIVE", "ABORTED", "FAILED", "RUNNING")
	most := c.maxResults(in.MaxResults, 100, 1000)
	after := c.text(in.NextToken, "nextToken", 1, 3096)
	if err := c.fault(); err != nil {
		return out, err
	}
	name, _, err := machineOf(arn)
	if err != nil {
		return out, err
	}
	m, ok := s.lookUp(name)
	switch {
	case !ok:
		return out, refuse(stateMachineDoesNotExist, "State Machine Does Not Exist: '%s'", arn)
	case m.Type == expressType:
		return out, refuse(stateMachineTypeNotSupported, "This operation is not supported by this type of state machine")
	}
	page, err := s.runner.List(ctx, workflow.ListFilter{Machine: name, Status: workflow.Status(in.StatusFilter), After: after, Limit: most})
	if err != nil {
		return out, err
	}
	for _, x := range page.Executions {
		out.Executions = append(out.Executions, executionItem{
			ExecutionARN: x.ARN, StateMachineARN: s.stateMachineARN(name), Name: x.Name, Status: string(x.Status),
			StartDate: epoch(x.StartedAt), StopDate: endOf(x.StoppedAt),
		})
	}
	out.NextToken = page.Next
	return out, nil
}

// milliseconds is a time as the service integrations of Step Functions have it.
func milliseconds(t time.Time) int64 { return t.UnixMilli() }
