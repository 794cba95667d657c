package sfnapi

import (
	"strings"

	"github.com/vacancy/vacancy/internal/workflow"
)

// Kinds of resources in ARNs: arn:aws:states:REGION:ACCOUNT:KIND:NAME…
const (
	stateMachineKind = "stateMachine"
	executionKind    = "execution"
	expressKind      = "express"
)

func (s *Server) stateMachineARN(name string) string {
	return s.prefix + ":" + stateMachineKind + ":" + name
}

func (s *Server) executionARN(id workflow.ExecutionID) string {
	return s.prefix + ":" + executionKind + ":" + id.Machine + ":" + id.Name
}

// arnParts answers what follows the kind in an ARN of Step Functions of that kind. Region
// and account may be any: a client's configuration decides them, and there is but one
// of each here.
func arnParts(arn, kind string) ([]string, error) {
	parts := strings.Split(arn, ":")
	if len(parts) < 6 || parts[0] != "arn" {
		return nil, refuse(invalidARN, "Invalid Arn: 'Invalid ARN prefix: %s'", arn)
	}
	if parts[2] != "states" {
		return nil, refuse(invalidARN, "Invalid Arn: 'Resource does not belong to Step Functions: %s'", arn)
	}
	if parts[5] != kind {
		return nil, refuse(invalidARN, "Invalid Arn: 'Resource type not valid in this context: %s'", parts[5])
	}
	return parts[6:], nil
}

// machineOf parts the ARN of a state machine into its name and the test case that a mock
// file has for it, NAME#CASE as with Step Functions Local.
func machineOf(arn string) (name, testCase string, err error) {
	parts, err := arnParts(arn, stateMachineKind)
	if err != nil {
		return "", "", err
	}
	if len(parts) == 0 || parts[0] == "" {
		return "", "", refuse(invalidARN, "Invalid Arn: 'Invalid ARN: %s'", arn)
	}
	if len(parts) > 1 {
		return "", "", refuse(stateMachineDoesNotExist, "State Machine Does Not Exist: '%s': versions and aliases are not kept here; name the state machine by its own ARN", arn)
	}
	name, testCase, _ = strings.Cut(parts[0], "#")
	return name, testCase, nil
}

// executionOf parts the ARN of a standard execution.
func executionOf(arn string) (workflow.ExecutionID, error) {
	parts, err := arnParts(arn, executionKind)
	if err != nil {
		return workflow.ExecutionID{}, err
	}
	if len(parts) != 2 {
		return workflow.ExecutionID{}, refuse(invalidARN, "Invalid Arn: 'Invalid ARN: %s'", arn)
	}
	return workflow.ExecutionID{Machine: parts[0], Name: parts[1]}, nil
}
