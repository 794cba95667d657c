package integration

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	// Each task's JSON is read on its way in: encoding/json takes four times as long.
	segmentio "github.com/segmentio/encoding/json"

	"github.com/vacancy/vacancy/internal/workflow"
)

const lambdaInvoke = "arn:aws:states:::lambda:invoke"

// invoke is the optimized integration lambda:invoke: FunctionName and Payload
// in, the Lambda API's answer out.
func (r *Registry) invoke(ctx context.Context, arguments json.RawMessage) (json.RawMessage, error) {
	var call struct {
		FunctionName string
		Payload      json.RawMessage
	}
	if err := segmentio.Unmarshal(arguments, &call); err != nil {
		return nil, workflow.Error{Name: workflow.Runtime, Cause: fmt.Sprintf("The arguments of lambda:invoke are not as they should be: %v", err)}
	}
	if len(call.Payload) == 0 {
		call.Payload = json.RawMessage("{}")
	}
	out, err := r.function(ctx, "lambda", call.FunctionName, FunctionName(call.FunctionName), call.Payload)
	if err != nil {
		return nil, err
	}
	return invoked(out), nil
}

// Submission answers what Call answers for lambda:invoke if the function answers what payload
// says of its name. It is false for every other task, and where payload says nothing.
func (r *Registry) Submission(resource string, arguments json.RawMessage, payload func(function string) (json.RawMessage, bool)) (json.RawMessage, bool) {
	if resource != lambdaInvoke {
		return nil, false
	}
	out, ok := payload(FunctionName(invokedFunction(arguments)))
	if !ok {
		return nil, false
	}
	return invoked(out), true
}

// invokedFunction answers FunctionName of the arguments; "" if they cannot be read.
func invokedFunction(arguments json.RawMessage) string {
	// As a state writes them, that is the first member, and the payload need not be read.
	if rest, ok := bytes.CutPrefix(arguments, []byte(`{"FunctionName":"`)); ok {
		if end := bytes.IndexAny(rest, `"\`); end >= 0 && rest[end] == '"' {
			return string(rest[:end])
		}
	}
	var call struct{ FunctionName string }
	if segmentio.Unmarshal(arguments, &call) != nil {
		return ""
	}
	return call.FunctionName
}

// invoked is the Lambda API's answer with what the function answered.
func invoked(out json.RawMessage) json.RawMessage {
	const before, after = `{"ExecutedVersion":"$LATEST","Payload":`, `,"StatusCode":200}`
	answer := make([]byte, 0, len(before)+len(out)+len(after))
	answer = append(answer, before...)
	answer = append(answer, out...)
	return append(answer, after...)
}

// function calls the function that a definition names so, with the payload. task is
// what Step Functions calls the task in its messages.
func (r *Registry) function(ctx context.Context, task, named, name string, payload json.RawMessage) (json.RawMessage, error) {
	step, ok := r.functions.Function(named)
	if !ok {
		return nil, workflow.Error{Name: "Lambda.ResourceNotFoundException", Cause: "Function not found: " + name}
	}
	out, err := r.run(ctx, name, step, payload)
	if err != nil {
		return nil, functionError(err)
	}
	return checkResult(task, out)
}

// FunctionError is a function's error as the Lambda service answered it: it reaches
// the state machine as it is. The cause is the whole of the payload.
type FunctionError workflow.Error

func (f FunctionError) Error() string { return workflow.Error(f).Error() }

// Unwrap answers the error that it is.
func (f FunctionError) Unwrap() error { return workflow.Error(f) }

// functionError is how Step Functions sees a function's error: the error's type
// is the name, and the cause is the JSON that the Lambda runtime answered.
func functionError(err error) workflow.Error {
	if f, ok := errors.AsType[FunctionError](err); ok {
		return workflow.Error(f)
	}
	e := workflow.AsError(err)
	if p, ok := errors.AsType[panicked](err); ok {
		e = workflow.Error{Name: p.typeName(), Cause: p.Error()}
	}
	cause, _ := json.Marshal(struct { // two strings always marshal
		Message string `json:"errorMessage"`
		Type    string `json:"errorType"`
	}{e.Cause, e.Name})
	e.Cause = string(cause)
	return e
}

// FunctionName answers the name in what FunctionName may be: a name, an ARN, or
// a part of one, each with or without a version or alias
// (AWS Lambda API, Invoke).
func FunctionName(s string) string {
	if name, ok := functionOfARN(s); ok {
		return name
	}
	if _, rest, ok := strings.Cut(s, ":function:"); ok { // account:function:name
		s = rest
	}
	name, _, _ := strings.Cut(s, ":")
	return name
}

// functionOfARN answers the name in arn:aws:lambda:region:account:function:name,
// with or without a version or alias behind it.
func functionOfARN(arn string) (string, bool) {
	if !strings.HasPrefix(arn, "arn:") {
		return "", false
	}
	part := strings.SplitN(arn, ":", 8)
	if len(part) < 7 || part[0] != "arn" || part[2] != "lambda" || part[5] != "function" || part[6] == "" {
		return "", false
	}
	return part[6], true
}
