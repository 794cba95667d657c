package sfnapi_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/aws/smithy-go"

	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/mock"
	"github.com/vacancy/vacancy/internal/workflow/sfnapi"
	"github.com/vacancy/vacancy/internal/workflow/sfnapi/sfnapitest"
)

// api is a server under test, with what a test says to it by the SDK.
type api struct {
	*testing.T
	*sfnapitest.Server
}

// with runs a test in a bubble, so that waits take no time.
func with(t *testing.T, c sfnapitest.Config, test func(a *api)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(&api{t, sfnapitest.Open(t, c)}) })
}

const pass = `{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}`

func result(value string) string {
	return `{"StartAt":"P","States":{"P":{"Type":"Pass","Result":` + value + `,"End":true}}}`
}

func single(state string) string { return `{"StartAt":"S","States":{"S":` + state + `}}` }

const waitHour = `{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":3600,"End":true}}}`

func (a *api) create(name, definition string) string {
	a.Helper()
	return a.createAs(name, definition, types.StateMachineTypeStandard)
}

func (a *api) createAs(name, definition string, kind types.StateMachineType) string {
	a.Helper()
	out, err := a.Client.CreateStateMachine(a.Context(), &sfn.CreateStateMachineInput{
		Name: &name, Definition: &definition, RoleArn: aws.String(sfnapitest.Role), Type: kind,
	})
	if err != nil {
		a.Fatalf("CreateStateMachine(%s) = %v", name, err)
	}
	return aws.ToString(out.StateMachineArn)
}

func (a *api) start(machine, name, input string) string {
	a.Helper()
	out, err := a.Client.StartExecution(a.Context(), &sfn.StartExecutionInput{StateMachineArn: &machine, Name: &name, Input: &input})
	if err != nil {
		a.Fatalf("StartExecution(%s, %s) = %v", machine, name, err)
	}
	return aws.ToString(out.ExecutionArn)
}

func (a *api) describe(execution string) *sfn.DescribeExecutionOutput {
	a.Helper()
	out, err := a.Client.DescribeExecution(a.Context(), &sfn.DescribeExecutionInput{ExecutionArn: &execution})
	if err != nil {
		a.Fatalf("DescribeExecution(%s) = %v", execution, err)
	}
	return out
}

// end waits for the end of an execution.
func (a *api) end(execution string) *sfn.DescribeExecutionOutput {
	a.Helper()
	pause := 10 * time.Millisecond
	for deadline := time.Now().Add(48 * time.Hour); time.Now().Before(deadline); pause = min(2*pause, time.Minute) {
		time.Sleep(pause)
		if out := a.describe(execution); out.Status != types.ExecutionStatusRunning {
			return out
		}
	}
	a.Fatalf("%s still runs", execution)
	return nil
}

func (a *api) endsWith(execution, want string) {
	a.Helper()
	out := a.end(execution)
	if out.Status != types.ExecutionStatusSucceeded || !sameJSON(aws.ToString(out.Output), want) {
		a.Fatalf("%s ended %s with %s (%s: %s), want %s", execution, out.Status, aws.ToString(out.Output), aws.ToString(out.Error), aws.ToString(out.Cause), want)
	}
}

func (a *api) failsWith(execution, wantError, wantCause string) {
	a.Helper()
	out := a.end(execution)
	if out.Status != types.ExecutionStatusFailed || aws.ToString(out.Error) != wantError || !strings.Contains(aws.ToString(out.Cause), wantCause) {
		a.Fatalf("%s ended %s, %s: %s; want %s: …%s…", execution, out.Status, aws.ToString(out.Error), aws.ToString(out.Cause), wantError, wantCause)
	}
}

// refused checks the error of a call: its type, and what its message says.
func (a *api) refused(what string, err error, code, says string) {
	a.Helper()
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != code || !strings.Contains(api.ErrorMessage(), says) {
		a.Errorf("%s = %v; want %s: …%s…", what, err, code, says)
	}
}

// history answers the types of the events.
func (a *api) history(execution string) []string {
	a.Helper()
	var all []string
	pages := sfn.NewGetExecutionHistoryPaginator(a.Client, &sfn.GetExecutionHistoryInput{ExecutionArn: &execution})
	for pages.HasMorePages() {
		page, err := pages.NextPage(a.Context())
		if err != nil {
			a.Fatalf("GetExecutionHistory = %v", err)
		}
		for _, e := range page.Events {
			all = append(all, string(e.Type))
		}
	}
	return all
}

func sameJSON(got, want string) bool {
	var g, w any
	return json.Unmarshal([]byte(got), &g) == nil && json.Unmarshal([]byte(want), &w) == nil && fmt.Sprint(g) == fmt.Sprint(w)
}

// tokens is a Lambda function that hands out the task tokens it is given.
type tokens chan string

func (k tokens) function(_ context.Context, in json.RawMessage) (json.RawMessage, error) {
	var asked struct{ Token string }
	if err := json.Unmarshal(in, &asked); err != nil {
		return nil, err
	}
	k <- asked.Token
	return json.RawMessage(`{}`), nil
}

func awaiting(fields string) string {
	return single(`{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken",
		"Parameters":{"FunctionName":"Ask","Payload":{"token.$":"$$.Task.Token"}},"TimeoutSeconds":86400,"End":true` + fields + `}`)
}

func mocks(t *testing.T, source string) func(*sfnapi.Config) {
	t.Helper()
	c, err := mock.Parse([]byte(source))
	if err != nil {
		t.Fatal(err)
	}
	return func(config *sfnapi.Config) { config.Mocks = c }
}

func echo(_ context.Context, in json.RawMessage) (json.RawMessage, error) { return in, nil }

func declines(context.Context, json.RawMessage) (json.RawMessage, error) {
	return nil, workflow.Error{Name: "PaymentDeclined", Cause: "no funds"}
}

func equal[T comparable](t *testing.T, what string, got, want []T) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s\n got %v\nwant %v", what, got, want)
	}
}
