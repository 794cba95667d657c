package app

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/workflow"
)

// executions starts and wakes the executions of one machine for the domain service that
// they belong to: it is booking.Workflow by any workflow.Runner.
type executions struct {
	app     *App // whose runner is made after the services, since its steps call them
	machine string
}

func (x executions) Start(ctx context.Context, s booking.WorkflowStart) error {
	_, err := x.app.Runner.Start(ctx, workflow.ExecutionID{Machine: x.machine, Name: s.Name}, s.Input)
	if errors.Is(err, workflow.ErrExecutionAlreadyExists) {
		return nil // the name is the key: it was started before
	}
	return err
}

func (x executions) Wake(ctx context.Context, token string, output json.RawMessage) error {
	if output == nil {
		output = json.RawMessage(`{}`)
	}
	err := x.app.Runner.SendTaskSuccess(ctx, token, output)
	if errors.Is(err, workflow.ErrTaskTimedOut) || errors.Is(err, workflow.ErrInvalidToken) || errors.Is(err, workflow.ErrExecutionDoesNotExist) {
		return booking.ErrNobodyWaits
	}
	return err
}

func (x executions) Running(ctx context.Context, name string) (bool, error) {
	e, err := x.app.Runner.Describe(ctx, workflow.ExecutionID{Machine: x.machine, Name: name})
	if errors.Is(err, workflow.ErrExecutionDoesNotExist) {
		return false, nil
	}
	return e.Status == workflow.Running, err
}
