package lambdaendpoint

import (
	"context"
	"encoding/json"

	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/integration"
)

// None is integration.Functions where no endpoint is known: every task that calls a
// function fails, and Remedy says what to do about it.
type None struct{ Remedy string }

var _ integration.Functions = None{}

// Function implements integration.Functions.
func (n None) Function(name string) (workflow.Handler, bool) {
	return func(context.Context, json.RawMessage) (json.RawMessage, error) {
		return nil, failure(workflow.Runtime, "The Lambda function %q cannot be called: no endpoint is known that has it. %s", name, n.Remedy)
	}, true
}
