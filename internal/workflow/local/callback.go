package local

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/vacancy/vacancy/internal/asl"
	"github.com/vacancy/vacancy/internal/workflow"
)

// SendTaskSuccess implements workflow.Runner.
func (r *Runner) SendTaskSuccess(ctx context.Context, token string, output json.RawMessage) error {
	if err := checkPayload(output, workflow.ErrInvalidOutput); err != nil {
		return err
	}
	return r.callback(ctx, asl.Event{Kind: asl.TaskSucceeded, Token: token, Output: output})
}

// SendTaskFailure implements workflow.Runner.
func (r *Runner) SendTaskFailure(ctx context.Context, token string, name, cause string) error {
	return r.callback(ctx, asl.Event{Kind: asl.TaskFailed, Token: token, Error: name, Cause: cause})
}

// SendTaskHeartbeat implements workflow.Runner.
func (r *Runner) SendTaskHeartbeat(ctx context.Context, token string) error {
	return r.callback(ctx, asl.Event{Kind: asl.TaskHeartbeat, Token: token})
}

func (r *Runner) callback(ctx context.Context, ev asl.Event) error {
	machine, name, ok := asl.TokenExecution(ev.Token)
	if !ok {
		return workflow.ErrInvalidToken
	}
	err := r.tell(ctx, workflow.ExecutionID{Machine: machine, Name: name}, ev)
	if errors.Is(err, workflow.ErrExecutionDoesNotExist) {
		return workflow.ErrInvalidToken
	}
	return err
}

// Stop implements workflow.Runner.
func (r *Runner) Stop(ctx context.Context, id workflow.ExecutionID, name, cause string) error {
	err := r.tell(ctx, id, asl.Event{Kind: asl.Stop, Error: name, Cause: cause})
	if errors.Is(err, workflow.ErrTaskTimedOut) { // it had ended
		return nil
	}
	return err
}

// tell hands an event to an execution and waits until it is journaled.
func (r *Runner) tell(ctx context.Context, id workflow.ExecutionID, ev asl.Event) error {
	reply := make(chan error, 1)
	if err := r.sched.post(id, message{event: ev, at: r.now(), reply: reply}); err != nil {
		return err
	}
	select {
	case err := <-reply:
		return err
	case <-ctx.Done():
		return fmt.Errorf("waiting for %q of state machine %q to take the %s: %w", id.Name, id.Machine, ev.Kind, ctx.Err())
	}
}
