// Package integration runs Task states: it resolves the Resource of a task to
// the Go function that stands behind it here, calls it as the service would, and
// answers what the service would answer.
//
// Known by itself are Lambda functions (the optimized integration lambda:invoke
// and function ARNs as Resource), which are the steps of this program. Every
// other service, such as sns:publish, is one more [workflow.Handler] under its
// resource ARN.
package integration

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"reflect"
	"runtime/debug"

	"github.com/vacancy/vacancy/internal/workflow"
)

// Registry holds what tasks can be run. It is immutable and safe for concurrent use.
type Registry struct {
	steps    map[string]workflow.Handler
	services map[string]workflow.Handler
	log      *slog.Logger
}

// New answers a registry of steps by the name of their Lambda function, and of
// services by their resource ARN without a pattern suffix
// ("arn:aws:states:::sns:publish"). A service is given the task's arguments and
// answers the task's result; a failure under a name of its own is a
// [workflow.Error]. log hears of panics.
func New(steps, services map[string]workflow.Handler, log *slog.Logger) *Registry {
	return &Registry{steps: steps, services: services, log: log}
}

// Call runs one task and answers its result. resource is the task's Resource
// without a pattern suffix, arguments what the state sends.
//
// Every error it answers is a [workflow.Error] as Step Functions would name it:
// that of the handler, States.TaskFailed for an error without a name, the type
// of the value for a panic, Lambda.ResourceNotFoundException for a function that
// does not exist, States.DataLimitExceeded for a result above
// [workflow.MaxPayload].
func (r *Registry) Call(ctx context.Context, resource string, arguments json.RawMessage) (json.RawMessage, error) {
	if service, ok := r.services[resource]; ok {
		out, err := r.run(ctx, resource, service, arguments)
		if err != nil {
			return nil, workflow.AsError(err)
		}
		return checkResult(resource, out)
	}
	if resource == lambdaInvoke {
		return r.invoke(ctx, arguments)
	}
	if name, ok := functionOfARN(resource); ok {
		return r.function(ctx, resource, name, arguments)
	}
	return nil, workflow.Error{Name: workflow.Runtime, Cause: fmt.Sprintf("no integration for the resource %s", resource)}
}

// panicked is a handler's panic as an error.
type panicked struct{ value any }

func (p panicked) Error() string { return fmt.Sprint(p.value) }

// typeName names a panic as the Lambda runtime for Go does.
func (p panicked) typeName() string {
	t := reflect.TypeOf(p.value)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Name()
}

// run calls a handler; its panic fails the task and nothing else.
func (r *Registry) run(ctx context.Context, name string, h workflow.Handler, input json.RawMessage) (out json.RawMessage, err error) {
	defer func() {
		if v := recover(); v != nil {
			r.log.ErrorContext(ctx, "a task handler panicked", "task", name, "panic", fmt.Sprint(v), "stack", string(debug.Stack()))
			out, err = nil, panicked{v}
		}
	}()
	out, err = h(ctx, input)
	if err == nil && len(out) == 0 {
		out = json.RawMessage("null")
	}
	return out, err
}

func checkResult(task string, out json.RawMessage) (json.RawMessage, error) {
	if len(out) > workflow.MaxPayload {
		return nil, workflow.Error{
			Name:  workflow.DataLimitExceeded,
			Cause: fmt.Sprintf("The state/task '%s' returned a result with a size exceeding the maximum number of bytes service limit.", task),
		}
	}
	if !json.Valid(out) {
		return nil, workflow.Error{Name: workflow.Runtime, Cause: fmt.Sprintf("The task '%s' returned a result that is not JSON.", task)}
	}
	return out, nil
}
