// Package sfn is the workflow runner on AWS Step Functions.
//
// State machines are named in the program as their definitions are ("reservation") and
// known to AWS by their ARNs, which the configuration has. The ARN may be that of a
// version or alias: executions are then started by it, so that those in flight keep
// their definition when another is published.
package sfn

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/vacancy/vacancy/internal/workflow"
)

var _ workflow.Runner = (*Runner)(nil)

// Runner is safe for concurrent use.
type Runner struct {
	client   *sfn.Client
	machines map[string]machine
	names    []string // of the machines, sorted
}

// machine is a state machine on AWS.
type machine struct {
	startARN string // as configured: with a version or alias, if any
	arn      string // without
	prefix   string // of its executions' ARNs, up to the name
}

// New answers a runner of the state machines whose ARNs are given by name.
func New(client *sfn.Client, arns map[string]string) (*Runner, error) {
	r := &Runner{client: client, machines: map[string]machine{}, names: slices.Sorted(maps.Keys(arns))}
	for _, name := range r.names {
		parts := strings.Split(arns[name], ":")
		// arn:aws:states:REGION:ACCOUNT:stateMachine:NAME, and :VERSION or :ALIAS
		if len(parts) < 7 || len(parts) > 8 || parts[0] != "arn" || parts[2] != "states" || parts[5] != "stateMachine" {
			return nil, fmt.Errorf("the state machine %q needs an ARN such as arn:aws:states:REGION:ACCOUNT:stateMachine:NAME, it has %q", name, arns[name])
		}
		m := machine{startARN: arns[name], arn: strings.Join(parts[:7], ":")}
		m.prefix = strings.Join(parts[:5], ":") + ":execution:" + parts[6] + ":"
		r.machines[name] = m
	}
	return r, nil
}

// executionARN answers the ARN of an execution; false if the machine is unknown.
func (r *Runner) executionARN(id workflow.ExecutionID) (string, error) {
	m, ok := r.machines[id.Machine]
	if !ok || workflow.CheckName(id.Name) != nil {
		return "", fmt.Errorf("execution %q of state machine %q: %w", id.Name, id.Machine, workflow.ErrExecutionDoesNotExist)
	}
	return m.prefix + id.Name, nil
}

// Start implements workflow.Runner.
func (r *Runner) Start(ctx context.Context, id workflow.ExecutionID, input json.RawMessage) (workflow.Execution, error) {
	if err := workflow.CheckName(id.Name); err != nil { // Step Functions would make a name up for an empty one
		return workflow.Execution{}, err
	}
	m, ok := r.machines[id.Machine]
	if !ok {
		return workflow.Execution{}, fmt.Errorf("%w: %q", workflow.ErrStateMachineDoesNotExist, id.Machine)
	}
	input, err := checkInput(input)
	if err != nil {
		return workflow.Execution{}, err
	}
	out, err := r.client.StartExecution(ctx, &sfn.StartExecutionInput{
		StateMachineArn: &m.startARN, Name: &id.Name, Input: aws.String(string(input)),
	})
	if err != nil {
		return workflow.Execution{}, fmt.Errorf("start %q of state machine %q: %w", id.Name, id.Machine, asPort(err))
	}
	return workflow.Execution{
		ExecutionID: id, ARN: aws.ToString(out.ExecutionArn), Status: workflow.Running, Input: input, StartedAt: aws.ToTime(out.StartDate).UTC(),
	}, nil
}

// checkInput makes the checks that the port promises before anything is asked of AWS,
// which counts characters where the port counts bytes.
func checkInput(input json.RawMessage) (json.RawMessage, error) {
	switch {
	case len(strings.TrimSpace(string(input))) == 0:
		return json.RawMessage("{}"), nil
	case len(input) > workflow.MaxPayload:
		return nil, fmt.Errorf("%w: it has %d bytes, at most %d are allowed", workflow.ErrInvalidInput, len(input), workflow.MaxPayload)
	case !json.Valid(input):
		return nil, fmt.Errorf("%w: it is not JSON", workflow.ErrInvalidInput)
	}
	return input, nil
}

// Stop implements workflow.Runner.
func (r *Runner) Stop(ctx context.Context, id workflow.ExecutionID, name, cause string) error {
	arn, err := r.executionARN(id)
	if err != nil {
		return err
	}
	_, err = r.client.StopExecution(ctx, &sfn.StopExecutionInput{ExecutionArn: &arn, Error: optional(name, maxErrorName), Cause: optional(cause, maxCause)})
	if err != nil {
		return fmt.Errorf("stop %q of state machine %q: %w", id.Name, id.Machine, asPort(err))
	}
	return nil
}

// Longest texts that Step Functions takes, in characters (API Reference, StopExecution
// and SendTaskFailure). Longer ones are cut: that a failure is told counts for more
// than all of its cause.
const (
	maxErrorName = 256
	maxCause     = 32768
)

// optional answers nil for no text, and cuts one that is too long.
func optional(text string, most int) *string {
	if text == "" {
		return nil
	}
	if runes := []rune(text); len(runes) > most {
		text = string(runes[:most])
	}
	return &text
}

// Describe implements workflow.Runner.
func (r *Runner) Describe(ctx context.Context, id workflow.ExecutionID) (workflow.Execution, error) {
	arn, err := r.executionARN(id)
	if err != nil {
		return workflow.Execution{}, err
	}
	out, err := r.client.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: &arn})
	if err != nil {
		return workflow.Execution{}, fmt.Errorf("describe %q of state machine %q: %w", id.Name, id.Machine, asPort(err))
	}
	return workflow.Execution{
		ExecutionID: id, ARN: aws.ToString(out.ExecutionArn), Status: status(out.Status),
		Input: payload(out.Input), Output: payload(out.Output), Error: aws.ToString(out.Error), Cause: aws.ToString(out.Cause),
		StartedAt: aws.ToTime(out.StartDate).UTC(), StoppedAt: utc(out.StopDate),
	}, nil
}

// status answers the status as the port has it: an execution that is to be redriven runs.
func status(s types.ExecutionStatus) workflow.Status {
	if s == types.ExecutionStatusPendingRedrive {
		return workflow.Running
	}
	return workflow.Status(s)
}

func payload(text *string) json.RawMessage {
	if text == nil {
		return nil
	}
	return json.RawMessage(*text)
}

// asPort answers the error of the port that an error of Step Functions is, with its text.
func asPort(err error) error {
	for _, known := range []struct {
		is   func(error) bool
		port error
	}{
		{is[*types.ExecutionAlreadyExists], workflow.ErrExecutionAlreadyExists},
		{is[*types.ExecutionDoesNotExist], workflow.ErrExecutionDoesNotExist},
		{is[*types.StateMachineDoesNotExist], workflow.ErrStateMachineDoesNotExist},
		{is[*types.StateMachineDeleting], workflow.ErrStateMachineDoesNotExist},
		{is[*types.InvalidName], workflow.ErrInvalidName},
		{is[*types.InvalidExecutionInput], workflow.ErrInvalidInput},
		{is[*types.InvalidOutput], workflow.ErrInvalidOutput},
		{is[*types.TaskTimedOut], workflow.ErrTaskTimedOut},
		{is[*types.TaskDoesNotExist], workflow.ErrTaskTimedOut},
	} {
		if known.is(err) {
			return fmt.Errorf("%w: %w", known.port, err)
		}
	}
	return err
}

func is[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}
