package sfnapi_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/sfnapi"
	"github.com/vacancy/vacancy/internal/workflow/sfnapi/sfnapitest"
)

func TestStartExecution(t *testing.T) {
	with(t, sfnapitest.Config{}, func(a *api) {
		arn := a.create("m", waitHour)
		in := sfn.StartExecutionInput{StateMachineArn: &arn, Name: aws.String("x"), Input: aws.String(`{"n": 1}`), TraceHeader: aws.String("Root=1")}
		first, err := a.Client.StartExecution(a.Context(), &in)
		if err != nil || aws.ToString(first.ExecutionArn) != "arn:aws:states:us-east-1:123456789012:execution:m:x" {
			a.Fatalf("StartExecution = %+v, %v", first, err)
		}
		again, err := a.Client.StartExecution(a.Context(), &in)
		if err != nil || aws.ToString(again.ExecutionArn) != aws.ToString(first.ExecutionArn) || !again.StartDate.Equal(*first.StartDate) {
			a.Errorf("the same again while it runs = %+v, %v; want the first", again, err)
		}
		if out := a.describe(*first.ExecutionArn); aws.ToString(out.TraceHeader) != "Root=1" || aws.ToString(out.Input) != `{"n": 1}` || out.StopDate != nil || out.Output != nil {
			a.Errorf("DescribeExecution = %+v", out)
		}
		other := in
		other.Input = aws.String(`{"n":2}`)
		_, err = a.Client.StartExecution(a.Context(), &other)
		a.refused("the name with another input", err, "ExecutionAlreadyExists", "Execution Already Exists: 'arn:aws:states:us-east-1:123456789012:execution:m:x'")
		if a.end(*first.ExecutionArn); true {
			_, err = a.Client.StartExecution(a.Context(), &in)
			a.refused("the name after the end", err, "ExecutionAlreadyExists", "")
		}
		one, err1 := a.Client.StartExecution(a.Context(), &sfn.StartExecutionInput{StateMachineArn: &arn})
		two, err2 := a.Client.StartExecution(a.Context(), &sfn.StartExecutionInput{StateMachineArn: &arn})
		if err1 != nil || err2 != nil || aws.ToString(one.ExecutionArn) == aws.ToString(two.ExecutionArn) {
			a.Errorf("without names: %+v, %v and %+v, %v", one, err1, two, err2)
		}
		if out := a.describe(*one.ExecutionArn); aws.ToString(out.Input) != "{}" {
			a.Errorf("without an input it has %q", aws.ToString(out.Input))
		}
	})
}

func TestStartExecutionRefuses(t *testing.T) {
	with(t, sfnapitest.Config{}, func(a *api) {
		arn := a.create("m", pass)
		for what, c := range map[string]struct{ arn, name, input, code, says string }{
			"no ARN":                {"m", "x", "{}", "InvalidArn", "Invalid Arn: 'Invalid ARN prefix: m'"},
			"an execution's ARN":    {"arn:aws:states:us-east-1:123456789012:execution:m:x", "x", "{}", "InvalidArn", "Resource type not valid in this context: execution"},
			"another service":       {"arn:aws:lambda:us-east-1:123456789012:function:m", "x", "{}", "InvalidArn", "does not belong to Step Functions"},
			"a version":             {arn + ":1", "x", "{}", "StateMachineDoesNotExist", "versions and aliases"},
			"an unknown machine":    {arn + "x", "x", "{}", "StateMachineDoesNotExist", "State Machine Does Not Exist: '" + arn + "x'"},
			"a bad name":            {arn, "a b", "{}", "InvalidName", "'a b'"},
			"input that is empty":   {arn, "x", "", "InvalidExecutionInput", "Invalid execution input."},
			"input that is no JSON": {arn, "x", "not a json string", "InvalidExecutionInput", "Invalid State Machine Execution Input: '"},
			"too much input":        {arn, "x", `"` + strings.Repeat("é", 140_000) + `"`, "InvalidExecutionInput", "280002 bytes"},
			"far too much input":    {arn, "x", `"` + strings.Repeat("x", 262_144) + `"`, "ValidationException", "less than or equal to 262144"},
			"a test case":           {arn + "#Happy", "x", "{}", "ValidationException", "--mock"},
		} {
			_, err := a.Client.StartExecution(a.Context(), &sfn.StartExecutionInput{StateMachineArn: &c.arn, Name: &c.name, Input: &c.input})
			a.refused(what, err, c.code, c.says)
		}
		list, err := a.Client.ListExecutions(a.Context(), &sfn.ListExecutionsInput{StateMachineArn: &arn})
		if err != nil || len(list.Executions) > 0 {
			a.Errorf("what was refused was started: %+v, %v", list, err)
		}
	})
}

func TestStopExecution(t *testing.T) {
	with(t, sfnapitest.Config{}, func(a *api) {
		x := a.start(a.create("m", waitHour), "x", `{}`)
		out, err := a.Client.StopExecution(a.Context(), &sfn.StopExecutionInput{ExecutionArn: &x, Error: aws.String("Operator"), Cause: aws.String("by hand")})
		if err != nil || out.StopDate == nil {
			a.Fatalf("StopExecution = %+v, %v", out, err)
		}
		time.Sleep(time.Second)
		if again, err := a.Client.StopExecution(a.Context(), &sfn.StopExecutionInput{ExecutionArn: &x, Error: aws.String("Other")}); err != nil || !again.StopDate.Equal(*out.StopDate) {
			a.Errorf("stopping it again = %+v, %v; want when it stopped", again, err)
		}
		if d := a.describe(x); d.Status != types.ExecutionStatusAborted || aws.ToString(d.Error) != "Operator" || aws.ToString(d.Cause) != "by hand" || !d.StopDate.Equal(*out.StopDate) {
			a.Errorf("it is %+v", d)
		}
		_, err = a.Client.StopExecution(a.Context(), &sfn.StopExecutionInput{ExecutionArn: aws.String(x + "x")})
		a.refused("stopping nothing", err, "ExecutionDoesNotExist", "Execution Does Not Exist: '"+x+"x'")
	})
}

func TestListExecutions(t *testing.T) {
	with(t, sfnapitest.Config{}, func(a *api) {
		arn, other := a.create("m", pass), a.create("other", waitHour)
		var want []string
		for i := range 7 {
			name := fmt.Sprint("x", i)
			a.end(a.start(arn, name, `{}`))
			want = append([]string{name}, want...)
			time.Sleep(time.Millisecond)
		}
		a.start(other, "runs", `{}`)
		names := func(in sfn.ListExecutionsInput) (got []string) {
			pages := sfn.NewListExecutionsPaginator(a.Client, &in)
			for pages.HasMorePages() {
				page, err := pages.NextPage(a.Context())
				if err != nil {
					a.Fatal(err)
				}
				for _, x := range page.Executions {
					got = append(got, aws.ToString(x.Name))
				}
			}
			return got
		}
		equal(a.T, "all", names(sfn.ListExecutionsInput{StateMachineArn: &arn}), want)
		equal(a.T, "in pages", names(sfn.ListExecutionsInput{StateMachineArn: &arn, MaxResults: 3}), want)
		equal(a.T, "that run", names(sfn.ListExecutionsInput{StateMachineArn: &arn, StatusFilter: types.ExecutionStatusRunning}), nil)
		equal(a.T, "that run, of the other", names(sfn.ListExecutionsInput{StateMachineArn: &other, StatusFilter: types.ExecutionStatusRunning}), []string{"runs"})
		_, err := a.Client.ListExecutions(a.Context(), &sfn.ListExecutionsInput{StateMachineArn: &arn, StatusFilter: "succeeded"})
		a.refused("a status that is none", err, "ValidationException", "Value 'succeeded' at 'statusFilter' failed to satisfy constraint: Member must satisfy enum value set: [SUCCEEDED, TIMED_OUT, PENDING_REDRIVE, ABORTED, FAILED, RUNNING]")
		_, err = a.Client.ListExecutions(a.Context(), &sfn.ListExecutionsInput{StateMachineArn: aws.String(arn + "x")})
		a.refused("executions of nothing", err, "StateMachineDoesNotExist", "")
	})
}

func TestHistory(t *testing.T) {
	with(t, sfnapitest.Config{Functions: map[string]workflow.Handler{"Echo": echo}}, func(a *api) {
		arn := a.create("m", `{"StartAt":"A","States":{"A":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:Echo","Next":"B"},"B":{"Type":"Succeed"}}}`)
		x := a.start(arn, "x", `{"n":1}`)
		a.endsWith(x, `{"n":1}`)
		want := []string{"ExecutionStarted", "TaskStateEntered", "LambdaFunctionScheduled", "LambdaFunctionStarted", "LambdaFunctionSucceeded", "TaskStateExited", "SucceedStateEntered", "SucceedStateExited", "ExecutionSucceeded"}
		equal(a.T, "the history", a.history(x), want)
		whole, err := a.Client.GetExecutionHistory(a.Context(), &sfn.GetExecutionHistoryInput{ExecutionArn: &x})
		if err != nil {
			a.Fatal(err)
		}
		if e := whole.Events[0]; aws.ToString(e.ExecutionStartedEventDetails.Input) != `{"n":1}` || aws.ToString(e.ExecutionStartedEventDetails.RoleArn) != sfnapitest.Role {
			a.Errorf("the start is %+v", e.ExecutionStartedEventDetails)
		}
		if e := whole.Events[1]; e.Id != 2 || aws.ToString(e.StateEnteredEventDetails.Name) != "A" || aws.ToString(e.StateEnteredEventDetails.Input) != `{"n":1}` {
			a.Errorf("the entry is %+v", e.StateEnteredEventDetails)
		}
		slices.Reverse(want)
		for _, size := range []int32{0, 1, 2, 4, 9} {
			var got []string
			var last int64 = 10
			pages := sfn.NewGetExecutionHistoryPaginator(a.Client, &sfn.GetExecutionHistoryInput{ExecutionArn: &x, ReverseOrder: true, MaxResults: size})
			for pages.HasMorePages() {
				page, err := pages.NextPage(a.Context())
				if err != nil {
					a.Fatal(err)
				}
				for _, e := range page.Events {
					got = append(got, string(e.Type))
					if e.Id != last-1 {
						a.Fatalf("event %d follows event %d", e.Id, last)
					}
					last = e.Id
				}
			}
			equal(a.T, fmt.Sprintf("backwards in pages of %d", size), got, want)
		}
		bare, err := a.Client.GetExecutionHistory(a.Context(), &sfn.GetExecutionHistoryInput{ExecutionArn: &x, IncludeExecutionData: aws.Bool(false)})
		if err != nil {
			a.Fatal(err)
		}
		if text, _ := json.Marshal(bare.Events); strings.Contains(string(text), `\"n\"`) || !strings.Contains(string(text), `"Name":"A"`) {
			a.Errorf("without data it is %s", text)
		}
		for _, token := range []string{"forged", "djE6OTk5OTk5", "djE6LTE"} { // the last two are v1:999999 and v1:-1
			_, err := a.Client.GetExecutionHistory(a.Context(), &sfn.GetExecutionHistoryInput{ExecutionArn: &x, NextToken: &token})
			a.refused("the token "+token, err, "InvalidToken", "")
		}
	})
}

// A token ends its task once.
func TestCallbacks(t *testing.T) {
	k := make(tokens, 10)
	with(t, sfnapitest.Config{Functions: map[string]workflow.Handler{"Ask": k.function}}, func(a *api) {
		arn := a.create("m", awaiting(`,"HeartbeatSeconds":60`))
		x := a.start(arn, "x", `{}`)
		token := <-k
		time.Sleep(50 * time.Second)
		if _, err := a.Client.SendTaskHeartbeat(a.Context(), &sfn.SendTaskHeartbeatInput{TaskToken: &token}); err != nil {
			a.Fatalf("SendTaskHeartbeat = %v", err)
		}
		time.Sleep(50 * time.Second)
		_, err := a.Client.SendTaskSuccess(a.Context(), &sfn.SendTaskSuccessInput{TaskToken: &token, Output: aws.String("{")})
		a.refused("an output that is no JSON", err, "InvalidOutput", "")
		if _, err := a.Client.SendTaskSuccess(a.Context(), &sfn.SendTaskSuccessInput{TaskToken: &token, Output: aws.String(`"paid"`)}); err != nil {
			a.Fatalf("SendTaskSuccess = %v", err)
		}
		a.endsWith(x, `"paid"`)
		_, err = a.Client.SendTaskSuccess(a.Context(), &sfn.SendTaskSuccessInput{TaskToken: &token, Output: aws.String(`"again"`)})
		a.refused("the token again", err, "TaskTimedOut", "Provided task does not exist anymore")
		_, err = a.Client.SendTaskFailure(a.Context(), &sfn.SendTaskFailureInput{TaskToken: aws.String("forged")})
		a.refused("a token of nobody", err, "InvalidToken", "")
		_, err = a.Client.SendTaskHeartbeat(a.Context(), &sfn.SendTaskHeartbeatInput{TaskToken: aws.String(strings.Repeat("x", 2049))})
		a.refused("a long token", err, "ValidationException", "2048")

		y := a.start(arn, "y", `{}`)
		token = <-k
		if _, err := a.Client.SendTaskFailure(a.Context(), &sfn.SendTaskFailureInput{TaskToken: &token, Error: aws.String("Declined"), Cause: aws.String("no funds")}); err != nil {
			a.Fatalf("SendTaskFailure = %v", err)
		}
		a.failsWith(y, "Declined", "no funds")
	})
}

func TestLambdaTasks(t *testing.T) {
	functions := map[string]workflow.Handler{"Echo": echo, "Declines": declines}
	with(t, sfnapitest.Config{Functions: functions}, func(a *api) {
		invoke := func(parameters string) string {
			return single(`{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":` + parameters + `,"ResultSelector":{"p.$":"$.Payload","s.$":"$.StatusCode","v.$":"$.ExecutedVersion"},"End":true}`)
		}
		a.endsWith(a.start(a.create("invoke", invoke(`{"FunctionName":"Echo:live","Payload.$":"$"}`)), "x", `{"n":1}`), `{"p":{"n":1},"s":200,"v":"$LATEST"}`)
		a.failsWith(a.start(a.create("declines", invoke(`{"FunctionName":"arn:aws:lambda:us-east-1:123456789012:function:Declines"}`)), "x", `{}`), "PaymentDeclined", `"errorMessage":"no funds"`)
		a.failsWith(a.start(a.create("nothing", invoke(`{"FunctionName":"Nothing"}`)), "x", `{}`), "Lambda.ResourceNotFoundException", "Function not found: Nothing")
		direct := a.create("direct", single(`{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:Echo","End":true}`))
		a.endsWith(a.start(direct, "x", `[1,2]`), `[1,2]`)
	})
	with(t, sfnapitest.Config{Change: func(c *sfnapi.Config) { c.Functions, c.Services = nil, nil }}, func(a *api) {
		_, err := a.Client.CreateStateMachine(a.Context(), &sfn.CreateStateMachineInput{Name: aws.String("m"), RoleArn: aws.String(sfnapitest.Role),
			Definition: aws.String(single(`{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:Echo","End":true}`))})
		a.refused("a function where there is none", err, "InvalidDefinition", `"Echo"`)
	})
}

func TestExpress(t *testing.T) {
	functions := map[string]workflow.Handler{"Declines": declines, "Slow": func(ctx context.Context, in json.RawMessage) (json.RawMessage, error) {
		time.Sleep(150 * time.Millisecond)
		return in, nil
	}}
	with(t, sfnapitest.Config{Functions: functions}, func(a *api) {
		arn := a.createAs("m", single(`{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"Slow","Payload.$":"$$.Execution.Id"},"OutputPath":"$.Payload","End":true}`), types.StateMachineTypeExpress)
		for range 2 { // names need not be unique
			out, err := a.Client.StartSyncExecution(a.Context(), &sfn.StartSyncExecutionInput{StateMachineArn: &arn, Name: aws.String("x"), Input: aws.String(`{"n":1}`)})
			if err != nil {
				a.Fatalf("StartSyncExecution = %v", err)
			}
			execution := aws.ToString(out.ExecutionArn)
			if out.Status != types.SyncExecutionStatusSucceeded || !strings.HasPrefix(execution, "arn:aws:states:us-east-1:123456789012:express:m:x:") ||
				aws.ToString(out.Output) != `"`+execution+`"` || aws.ToString(out.Input) != `{"n":1}` || aws.ToString(out.Name) != "x" {
				a.Errorf("StartSyncExecution = %+v, output %s", out, aws.ToString(out.Output))
			}
			if b := out.BillingDetails; b.BilledDurationInMilliseconds != 200 || b.BilledMemoryUsedInMB != 64 {
				a.Errorf("150 ms are billed as %+v", b)
			}
			_, err = a.Client.DescribeExecution(a.Context(), &sfn.DescribeExecutionInput{ExecutionArn: &execution})
			a.refused("DescribeExecution", err, "InvalidArn", "Resource type not valid in this context: express")
		}
		started, err := a.Client.StartExecution(a.Context(), &sfn.StartExecutionInput{StateMachineArn: &arn})
		if err != nil || !strings.Contains(aws.ToString(started.ExecutionArn), ":express:m:") || started.StartDate.IsZero() {
			a.Errorf("StartExecution = %+v, %v", started, err)
		}
		_, err = a.Client.ListExecutions(a.Context(), &sfn.ListExecutionsInput{StateMachineArn: &arn})
		a.refused("ListExecutions", err, "StateMachineTypeNotSupported", "This operation is not supported by this type of state machine")

		failing := a.createAs("failing", single(`{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:Declines","End":true}`), types.StateMachineTypeExpress)
		out, err := a.Client.StartSyncExecution(a.Context(), &sfn.StartSyncExecutionInput{StateMachineArn: &failing})
		if err != nil || out.Status != types.SyncExecutionStatusFailed || aws.ToString(out.Error) != "PaymentDeclined" || out.Output != nil {
			a.Errorf("a failing one = %+v, %v", out, err)
		}
		slow := a.createAs("slow", waitHour, types.StateMachineTypeExpress)
		before := time.Now()
		out, err = a.Client.StartSyncExecution(a.Context(), &sfn.StartSyncExecutionInput{StateMachineArn: &slow})
		if err != nil || out.Status != types.SyncExecutionStatusTimedOut || time.Since(before) > 301*time.Second {
			a.Errorf("one of an hour = %+v, %v after %s", out, err, time.Since(before))
		}
		standard := a.create("standard", pass)
		_, err = a.Client.StartSyncExecution(a.Context(), &sfn.StartSyncExecutionInput{StateMachineArn: &standard})
		a.refused("a standard one", err, "StateMachineTypeNotSupported", "")
	})
}
