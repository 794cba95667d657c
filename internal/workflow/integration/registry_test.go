package integration_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/integration"
)

type customPanic struct{}

var steps = map[string]workflow.Handler{
	"Echo":  func(_ context.Context, in json.RawMessage) (json.RawMessage, error) { return in, nil },
	"Empty": func(context.Context, json.RawMessage) (json.RawMessage, error) { return nil, nil },
	"Typed": func(context.Context, json.RawMessage) (json.RawMessage, error) {
		return nil, fmt.Errorf("wrapped: %w", workflow.Error{Name: "PaymentDeclined", Cause: `no "funds"`})
	},
	"Untyped": func(context.Context, json.RawMessage) (json.RawMessage, error) {
		return nil, errors.New("line dead")
	},
	"PanicString": func(context.Context, json.RawMessage) (json.RawMessage, error) { panic("boom") },
	"PanicType":   func(context.Context, json.RawMessage) (json.RawMessage, error) { panic(&customPanic{}) },
	"PanicNil": func(context.Context, json.RawMessage) (json.RawMessage, error) {
		var none []int
		return nil, fmt.Errorf("unreachable %d", none[1])
	},
	"Big": func(context.Context, json.RawMessage) (json.RawMessage, error) {
		return json.RawMessage(`"` + strings.Repeat("x", workflow.MaxPayload) + `"`), nil
	},
	"NoJSON": func(context.Context, json.RawMessage) (json.RawMessage, error) { return json.RawMessage(`{`), nil },
}

const publish = "arn:aws:states:::sns:publish"

var services = map[string]workflow.Handler{
	publish: func(_ context.Context, in json.RawMessage) (json.RawMessage, error) {
		if strings.Contains(string(in), "fail") {
			return nil, workflow.Error{Name: "SNS.NotFoundException", Cause: "no topic"}
		}
		return json.RawMessage(`{"MessageId":"1"}`), nil
	},
}

func TestCall(t *testing.T) {
	var logged strings.Builder
	r := integration.New(steps, services, slog.New(slog.NewTextHandler(&logged, nil)))
	const invoke = "arn:aws:states:::lambda:invoke"
	for name, c := range map[string]struct{ resource, arguments, want, wantError, wantCause string }{
		"by name":            {invoke, `{"FunctionName":"Echo","Payload":{"n":1}}`, `{"ExecutedVersion":"$LATEST","Payload":{"n":1},"StatusCode":200}`, "", ""},
		"by name and alias":  {invoke, `{"FunctionName":"Echo:live","Payload":1}`, `{"ExecutedVersion":"$LATEST","Payload":1,"StatusCode":200}`, "", ""},
		"by ARN":             {invoke, `{"FunctionName":"arn:aws:lambda:eu-west-1:123456789012:function:Echo","Payload":1}`, `{"ExecutedVersion":"$LATEST","Payload":1,"StatusCode":200}`, "", ""},
		"by ARN and alias":   {invoke, `{"FunctionName":"arn:aws:lambda:eu-west-1:123456789012:function:Echo:live","Payload":1}`, `{"ExecutedVersion":"$LATEST","Payload":1,"StatusCode":200}`, "", ""},
		"by part of an ARN":  {invoke, `{"FunctionName":"123456789012:function:Echo:live","Payload":1}`, `{"ExecutedVersion":"$LATEST","Payload":1,"StatusCode":200}`, "", ""},
		"without a payload":  {invoke, `{"FunctionName":"Echo"}`, `{"ExecutedVersion":"$LATEST","Payload":{},"StatusCode":200}`, "", ""},
		"function resource":  {"arn:aws:lambda:eu-west-1:123456789012:function:Echo:live", `{"n":1}`, `{"n":1}`, "", ""},
		"empty answer":       {"arn:aws:lambda:eu-west-1:123456789012:function:Empty", `1`, `null`, "", ""},
		"service":            {publish, `{}`, `{"MessageId":"1"}`, "", ""},
		"service fails":      {publish, `"fail"`, "", "SNS.NotFoundException", "no topic"},
		"typed error":        {invoke, `{"FunctionName":"Typed"}`, "", "PaymentDeclined", `{"errorMessage":"no \"funds\"","errorType":"PaymentDeclined"}`},
		"untyped error":      {invoke, `{"FunctionName":"Untyped"}`, "", "States.TaskFailed", `{"errorMessage":"line dead","errorType":"States.TaskFailed"}`},
		"panic with text":    {invoke, `{"FunctionName":"PanicString"}`, "", "string", `{"errorMessage":"boom","errorType":"string"}`},
		"panic with a type":  {invoke, `{"FunctionName":"PanicType"}`, "", "customPanic", `{"errorMessage":"\u0026{}","errorType":"customPanic"}`},
		"runtime panic":      {invoke, `{"FunctionName":"PanicNil"}`, "", "boundsError", ""},
		"unknown function":   {invoke, `{"FunctionName":"Nope:live"}`, "", "Lambda.ResourceNotFoundException", "Function not found: Nope"},
		"unknown resource":   {"arn:aws:states:::sqs:sendMessage", `{}`, "", "States.Runtime", ""},
		"too large":          {invoke, `{"FunctionName":"Big"}`, "", "States.DataLimitExceeded", "The state/task 'lambda' returned a result with a size exceeding the maximum number of bytes service limit."},
		"no JSON":            {invoke, `{"FunctionName":"NoJSON"}`, "", "States.Runtime", ""},
		"arguments no JSON":  {invoke, `{`, "", "States.Runtime", ""},
		"arguments no name":  {invoke, `{}`, "", "Lambda.ResourceNotFoundException", ""},
		"arguments an array": {invoke, `[]`, "", "States.Runtime", ""},
	} {
		got, err := r.Call(t.Context(), c.resource, json.RawMessage(c.arguments))
		if string(got) != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
		if c.wantError == "" {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		e, ok := err.(workflow.Error) //nolint:errorlint // Call promises the type itself
		if !ok || e.Name != c.wantError || c.wantCause != "" && e.Cause != c.wantCause {
			t.Errorf("%s: %#v, want %s: %s", name, err, c.wantError, c.wantCause)
		}
	}
	if !strings.Contains(logged.String(), "PanicString") || !strings.Contains(logged.String(), "registry_test.go") {
		t.Errorf("a panic was not logged with its stack: %s", logged.String())
	}
}

func TestTasks(t *testing.T) {
	got, err := integration.Tasks([]byte(`{"StartAt":"P","States":{
		"P":{"Type":"Parallel","Branches":[{"StartAt":"A","States":{"A":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken","Parameters":{"FunctionName":"F:live"}}}}]},
		"M":{"Type":"Map","ItemProcessor":{"StartAt":"B","States":{"B":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Arguments":{"FunctionName":"{% $f %}"}}}}},
		"I":{"Type":"Map","Iterator":{"StartAt":"C","States":{"C":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName.$":"$.f"}}}}},
		"D":{"Type":"Task","Resource":"arn:aws:lambda:eu-west-1:123456789012:function:G"},
		"E":{"Type":"Task","Resource":"arn:aws:states:::states:startExecution.sync:2"},
		"X":{"Type":"Pass"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	want := []integration.Task{
		{State: "A", Resource: "arn:aws:states:::lambda:invoke", Pattern: "waitForTaskToken", Function: "F:live"},
		{State: "B", Resource: "arn:aws:states:::lambda:invoke"},
		{State: "C", Resource: "arn:aws:states:::lambda:invoke"},
		{State: "D", Resource: "arn:aws:lambda:eu-west-1:123456789012:function:G", Function: "arn:aws:lambda:eu-west-1:123456789012:function:G"},
		{State: "E", Resource: "arn:aws:states:::states:startExecution", Pattern: "sync:2"},
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("Tasks =\n%+v, want\n%+v", got, want)
	}
}

// A pattern that a service answers otherwise has an entry of its own.
func TestPatterns(t *testing.T) {
	const start = "arn:aws:states:::states:startExecution"
	saying := func(what string) workflow.Handler {
		return func(context.Context, json.RawMessage) (json.RawMessage, error) { return json.RawMessage(what), nil }
	}
	r := integration.NewWith(integration.Steps{}, map[string]workflow.Handler{start: saying(`1`), start + ".sync:2": saying(`2`)}, slog.New(slog.DiscardHandler))
	for pattern, want := range map[string]string{"": "1", "waitForTaskToken": "1", "sync:2": "2"} {
		ctx := workflow.WithTask(t.Context(), workflow.Task{Pattern: pattern})
		if got, err := r.Call(ctx, start, nil); err != nil || string(got) != want {
			t.Errorf("with the pattern %q: %s, %v, want %s", pattern, got, err, want)
		}
	}
	// One that nobody answers for would wait for ever.
	ctx := workflow.WithTask(t.Context(), workflow.Task{Pattern: "sync"})
	if _, err := r.Call(ctx, start, nil); workflow.AsError(err).Name != workflow.Runtime {
		t.Errorf("with the pattern sync: %v", err)
	}
	err := r.Check("m", []byte(`{"StartAt":"S","States":{"S":{"Type":"Task","Resource":"`+start+`.sync"},"T":{"Type":"Task","Resource":"`+start+`.sync:2"}}}`))
	if err == nil || !strings.Contains(err.Error(), `state "S"`) || !strings.Contains(err.Error(), ".sync") || strings.Contains(err.Error(), `"T"`) {
		t.Errorf("Check = %v", err)
	}
}
