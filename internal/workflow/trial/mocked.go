package trial

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/vacancy/vacancy/internal/asl"
	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/integration"
	"github.com/vacancy/vacancy/internal/workflow/mock"
)

// Task runs one task of a trial; see Config.Run.
type Task func(ctx context.Context, x *Execution, c asl.Command) (json.RawMessage, error)

// Mocked answers the states that a test case mocks from it, as Step Functions
// Local does, and leaves the others to next. A mocked task with a token is
// answered by its callback.
func Mocked(t *mock.TestCase, next Task) Task {
	return func(ctx context.Context, x *Execution, c asl.Command) (json.RawMessage, error) {
		if !t.Mocks(c.State) {
			return next(ctx, x, c)
		}
		a, err := t.Next(c.State)
		if err != nil {
			return nil, &Unrunnable{State: c.State, Why: err}
		}
		if a.Return == nil {
			return nil, workflow.Error{Name: a.Error, Cause: a.Cause}
		}
		if c.Pattern == "waitForTaskToken" {
			x.After(0, func() {
				// It is refused only when something else has ended the task before.
				_ = x.SendTaskSuccess(ctx, c.Token, a.Return)
			})
		}
		return a.Return, nil
	}
}

// Steps runs tasks by a registry.
func Steps(r *integration.Registry) Task {
	return func(ctx context.Context, _ *Execution, c asl.Command) (json.RawMessage, error) {
		return r.Call(ctx, c.Resource, c.Arguments)
	}
}

// Nothing runs no task: whatever is not mocked is an *Unrunnable.
func Nothing(_ context.Context, _ *Execution, c asl.Command) (json.RawMessage, error) {
	return nil, &Unrunnable{State: c.State, Why: fmt.Errorf("nothing is mocked for it, and the resource %s is not ours", c.Resource)}
}
