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

	// Each task's result is checked: encoding/json takes twice as long.
	segmentio "github.com/segmentio/encoding/json"

	"github.com/vacancy/vacancy/internal/workflow"
)

// Registry holds what tasks can be run. It is immutable and safe for concurrent use.
type Registry struct {
	functions Functions
	services  map[string]workflow.Handler
	log       *slog.Logger
}

// Functions are the Lambda functions that tasks may call.
type Functions interface {
	// Function answers the function of a name, which may be a name, an ARN or a part of
	// one, each with or without a version or alias (AWS Lambda API, Invoke); false if
	// there is none. Its errors may be a [FunctionError].
	Function(name string) (workflow.Handler, bool)
}

// Steps are Lambda functions of this program, by name.
type Steps map[string]workflow.Handler

// Function implements Functions.
func (s Steps) Function(name string) (workflow.Handler, bool) {
	step, ok := s[FunctionName(name)]
	return step, ok
}

// New answers a registry of steps by the name of their Lambda function, and of
// services by their resource ARN without a pattern suffix
// ("arn:aws:states:::sns:publish"). A service is given the task's arguments and
// answers the task's result; a failure under a name of its own is a
// [workflow.Error]. log hears of panics.
func New(steps, services map[string]workflow.Handler, log *slog.Logger) *Registry {
	return NewWith(Steps(steps), services, log)
}

// NewWith answers a registry as New does, of any functions. A service under a resource
// ARN with the suffix .sync or .sync:2 ("arn:aws:states:::states:startExecution.sync") is
// what runs that pattern; one without runs the others.
func NewWith(functions Functions, services map[string]workflow.Handler, log *slog.Logger) *Registry {
	return &Registry{functions: functions, services: services, log: log}
}

// Call runs one task and answers its result. resource is the task's Resource
// without a pattern suffix, arguments what the state sends; the pattern is that of the
// [workflow.Task] in ctx, if there is one.
//
// Every error it answers is a [workflow.Error] as Step Functions would name it:
// that of the handler, States.TaskFailed for an error without a name, the type
// of the value for a panic, Lambda.ResourceNotFoundException for a function that
// does not exist, States.DataLimitExceeded for a result above
// [workflow.MaxPayload].
func (r *Registry) Call(ctx context.Context, resource string, arguments json.RawMessage) (json.RawMessage, error) {
	task, _ := workflow.TaskFromContext(ctx)
	if service, ok := r.service(resource, task.Pattern); ok {
		out, err := r.run(ctx, resource, service, arguments)
		if err != nil {
			return nil, workflow.AsError(err)
		}
		return checkResult(resource, out)
	}
	if waitsForJob(task.Pattern) {
		return nil, workflow.Error{Name: workflow.Runtime, Cause: fmt.Sprintf("no integration for the resource %s with the pattern .%s", resource, task.Pattern)}
	}
	if resource == lambdaInvoke {
		return r.invoke(ctx, arguments)
	}
	if name, ok := functionOfARN(resource); ok {
		return r.function(ctx, resource, resource, name, arguments)
	}
	return nil, workflow.Error{Name: workflow.Runtime, Cause: fmt.Sprintf("no integration for the resource %s", resource)}
}

// service answers what runs a resource that is no function.
func (r *Registry) service(resource, pattern string) (workflow.Handler, bool) {
	if waitsForJob(pattern) {
		resource += "." + pattern
	}
	h, ok := r.services[resource]
	return h, ok
}

// waitsForJob reports whether a task of this pattern ends with the job that it began.
func waitsForJob(pattern string) bool { return pattern == "sync" || pattern == "sync:2" }

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
	if !segmentio.Valid(out) {
		return nil, workflow.Error{Name: workflow.Runtime, Cause: fmt.Sprintf("The task '%s' returned a result that is not JSON.", task)}
	}
	return out, nil
}
