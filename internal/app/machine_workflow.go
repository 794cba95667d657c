package app

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/workflow"
)

// reservationMachine is the name of the definition that holds run.
const reservationMachine = "reservation"

// machineWorkflow is booking.Workflow for one state machine by any workflow.Runner. The
// runner is set after the service was made, since the runner's steps call the service.
type machineWorkflow struct {
	machine string
	runner  workflow.Runner
}

func (w *machineWorkflow) Start(ctx context.Context, s booking.WorkflowStart) error {
	_, err := w.runner.Start(ctx, workflow.ExecutionID{Machine: w.machine, Name: s.Name}, s.Input)
	if errors.Is(err, workflow.ErrExecutionAlreadyExists) {
		return nil // the name is the key: it was started before
	}
	return err
}

func (w *machineWorkflow) Wake(ctx context.Context, token string, output json.RawMessage) error {
	if output == nil {
		output = json.RawMessage(`{}`)
	}
	err := w.runner.SendTaskSuccess(ctx, token, output)
	if errors.Is(err, workflow.ErrTaskTimedOut) || errors.Is(err, workflow.ErrInvalidToken) || errors.Is(err, workflow.ErrExecutionDoesNotExist) {
		return booking.ErrNobodyWaits
	}
	return err
}

func (w *machineWorkflow) Running(ctx context.Context, name string) (bool, error) {
	e, err := w.runner.Describe(ctx, workflow.ExecutionID{Machine: w.machine, Name: name})
	if errors.Is(err, workflow.ErrExecutionDoesNotExist) {
		return false, nil
	}
	return e.Status == workflow.Running, err
}
