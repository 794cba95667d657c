package sfnapi_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/vacancy/vacancy/internal/store/sqlite"
	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/local"
	"github.com/vacancy/vacancy/internal/workflow/sfnapi/sfnapitest"
)

const childARN = "arn:aws:states:us-east-1:123456789012:stateMachine:child"

// nesting starts the child by a pattern; parameters are more of them.
func nesting(pattern, parameters, fields string) string {
	return single(`{"Type":"Task","Resource":"arn:aws:states:::states:startExecution` + pattern + `",
		"Parameters":{"StateMachineArn":"` + childARN + `"` + parameters + `}` + fields + `,"End":true}`)
}

const slowChild = `{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":600,"Next":"P"},"P":{"Type":"Pass","Result":{"done":true},"End":true}}}`

func TestNestedExecutions(t *testing.T) {
	with(t, sfnapitest.Config{}, func(a *api) {
		a.create("child", slowChild)
		const keep = `,"ResultSelector":{"status.$":"$.Status","input.$":"$.Input","output.$":"$.Output","name.$":"$.Name"}`
		for pattern, want := range map[string]string{
			".sync":   `{"status":"SUCCEEDED","input":"{\"n\":1}","output":"{\"done\":true}","name":"of"}`,
			".sync:2": `{"status":"SUCCEEDED","input":{"n":1},"output":{"done":true},"name":"of2"}`,
		} {
			name := "of" + strings.TrimPrefix(pattern, ".sync")
			name = strings.ReplaceAll(name, ":", "")
			parent := a.start(a.create("parent"+name, nesting(pattern, `,"Name":"`+name+`","Input.$":"$"`, keep)), "x", `{"n":1}`)
			time.Sleep(time.Minute)
			if d := a.describe(parent); d.Status != types.ExecutionStatusRunning {
				a.Errorf("%s: it ended before its child: %+v", pattern, d)
			}
			a.endsWith(parent, want)
			equal(a.T, pattern, a.history(parent), []string{"ExecutionStarted", "TaskStateEntered", "TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded", "TaskStateExited", "ExecutionSucceeded"})
		}
		request := a.start(a.create("request", nesting("", `,"Input":{"n":2}`, `,"ResultSelector":{"arn.$":"$.ExecutionArn"}`)), "x", `{}`)
		out := a.end(request)
		arn := strings.TrimSuffix(strings.TrimPrefix(aws.ToString(out.Output), `{"arn":"`), `"}`)
		if child := a.describe(arn); child.Status != types.ExecutionStatusRunning || aws.ToString(child.Input) != `{"n":2}` {
			a.Errorf("after the answer the child is %+v", child)
		}
	})
}

func TestNestedExecutionsFail(t *testing.T) {
	with(t, sfnapitest.Config{}, func(a *api) {
		a.create("child", single(`{"Type":"Fail","Error":"Declined","Cause":"no funds"}`))
		a.createAs("quick", pass, types.StateMachineTypeExpress)
		a.failsWith(a.start(a.create("parent", nesting(".sync:2", "", "")), "x", `{}`), "States.TaskFailed", `"Error":"Declined"`)
		unknown := strings.Replace(nesting("", "", ""), ":child", ":nobody", 1)
		a.failsWith(a.start(a.create("unknown", unknown), "x", `{}`), "StepFunctions.StateMachineDoesNotExistException",
			"State Machine Does Not Exist: 'arn:aws:states:us-east-1:123456789012:stateMachine:nobody' (Service: AWSStepFunctions; Status Code: 400; Error Code: StateMachineDoesNotExist;")
		express := strings.Replace(nesting(".sync", "", ""), ":child", ":quick", 1)
		a.failsWith(a.start(a.create("express", express), "x", `{}`), "StepFunctions.StateMachineTypeNotSupportedException", "not supported")
		taken := a.create("taken", nesting(".sync", `,"Name":"one"`, ""))
		a.failsWith(a.start(taken, "x", `{}`), "States.TaskFailed", "Declined")
		a.failsWith(a.start(taken, "y", `{}`), "StepFunctions.ExecutionAlreadyExistsException", "Execution Already Exists")
	})
}

// Whoever starts the same execution while it runs waits for it as well.
func TestTwoParentsOfOneChild(t *testing.T) {
	with(t, sfnapitest.Config{}, func(a *api) {
		a.create("child", slowChild)
		arn := a.create("parent", nesting(".sync:2", `,"Name":"one"`, `,"OutputPath":"$.Output"`))
		x, y := a.start(arn, "x", `{}`), a.start(arn, "y", `{}`)
		a.endsWith(x, `{"done":true}`)
		a.endsWith(y, `{"done":true}`)
	})
}

// However quickly a child ends, its parent is noted as waiting first.
func TestAQuickChild(t *testing.T) {
	with(t, sfnapitest.Config{}, func(a *api) {
		a.create("child", pass)
		arn := a.create("parent", nesting(".sync:2", "", ""))
		var parents []string
		for i := range 30 {
			parents = append(parents, a.start(arn, fmt.Sprint("x", i), `{}`))
		}
		for _, parent := range parents {
			a.end(parent)
			equal(a.T, parent, a.history(parent), []string{"ExecutionStarted", "TaskStateEntered", "TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded", "TaskStateExited", "ExecutionSucceeded"})
		}
	})
}

// Whoever is stopped takes with it what it waits for, as Step Functions does.
func TestStoppingAParentStopsItsChild(t *testing.T) {
	with(t, sfnapitest.Config{}, func(a *api) {
		a.create("child", slowChild)
		parent := a.start(a.create("parent", nesting(".sync", `,"Name":"one"`, "")), "x", `{}`)
		time.Sleep(time.Second)
		if _, err := a.Client.StopExecution(a.Context(), &sfn.StopExecutionInput{ExecutionArn: &parent}); err != nil {
			a.Fatal(err)
		}
		if child := a.end("arn:aws:states:us-east-1:123456789012:execution:child:one"); child.Status != types.ExecutionStatusAborted {
			a.Errorf("the child ended %s", child.Status)
		}
	})
}

// What was acknowledged is there after a restart, and goes on: state machines, waits,
// tokens, and who waits for whom.
func TestRestart(t *testing.T) {
	dir := t.TempDir()
	k := make(tokens, 10)
	functions := map[string]workflow.Handler{"Ask": k.function}
	synctest.Test(t, func(t *testing.T) {
		a := &api{t, sfnapitest.Open(t, sfnapitest.Config{Dir: dir, Functions: functions})}
		a.create("child", slowChild)
		parent := a.start(a.create("parent", nesting(".sync:2", "", `,"OutputPath":"$.Output"`)), "x", `{}`)
		waiting := a.start(a.create("m", waitHour), "x", `{"n":1}`)
		asking := a.start(a.create("asks", awaiting("")), "x", `{}`)
		token := <-k
		quick := a.createAs("quick", pass, types.StateMachineTypeExpress)
		updated := a.create("updated", waitHour)
		old := a.start(updated, "old", `{}`)
		if _, err := a.Client.UpdateStateMachine(t.Context(), &sfn.UpdateStateMachineInput{StateMachineArn: &updated, Definition: aws.String(result(`"new"`))}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		a.Stop()

		time.Sleep(30 * time.Minute) // the child's wait ends while nobody runs
		a = &api{t, sfnapitest.Open(t, sfnapitest.Config{Dir: dir, Functions: functions})}
		list, err := a.Client.ListStateMachines(t.Context(), &sfn.ListStateMachinesInput{})
		if err != nil || len(list.StateMachines) != 6 {
			t.Errorf("after the restart there are %+v, %v", list, err)
		}
		if _, err := a.Client.SendTaskSuccess(t.Context(), &sfn.SendTaskSuccessInput{TaskToken: &token, Output: aws.String(`"paid"`)}); err != nil {
			t.Errorf("the token of before: %v", err)
		}
		a.endsWith(asking, `"paid"`)
		a.endsWith(parent, `{"done":true}`)
		a.endsWith(waiting, `{"n":1}`)
		a.endsWith(old, `{}`)
		a.endsWith(a.start(updated, "new", `{}`), `"new"`)
		if took := a.describe(waiting); took.StopDate.Sub(*took.StartDate) > 61*time.Minute {
			t.Errorf("an hour took %s", took.StopDate.Sub(*took.StartDate))
		}
		if out, err := a.Client.StartSyncExecution(t.Context(), &sfn.StartSyncExecutionInput{StateMachineArn: &quick}); err != nil || out.Status != types.SyncExecutionStatusSucceeded {
			t.Errorf("the express machine: %+v, %v", out, err)
		}
		_, err = a.Client.StartExecution(t.Context(), &sfn.StartExecutionInput{StateMachineArn: aws.String(strings.Replace(updated, "updated", "m", 1)), Name: aws.String("x"), Input: aws.String(`{"n":1}`)})
		a.refused("a name of before", err, "ExecutionAlreadyExists", "")
	})
}

// unattended runs executions as a process did that was killed before it could pass on
// the end of any: nobody hears of it.
func unattended(t *testing.T, dir string, d time.Duration) {
	t.Helper()
	store, err := sqlite.Open(t.Context(), dir, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	r, err := local.New(t.Context(), local.Config{Journal: store.Journal()})
	if err != nil {
		t.Fatal(errors.Join(err, store.Close()))
	}
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	if err := errors.Join(r.Run(ctx), store.Close()); err != nil {
		t.Fatal(err)
	}
}

// The end of a child that nobody was told of before the process ended is told by the next.
func TestAChildThatEndedIsToldOfAfterARestart(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		a := &api{t, sfnapitest.Open(t, sfnapitest.Config{Dir: dir})}
		a.create("child", slowChild)
		arn := a.create("parent", nesting(".sync:2", `,"Name":"one"`, `,"OutputPath":"$.Output"`))
		parents := []string{a.start(arn, "x", `{}`), a.start(arn, "y", `{}`)}
		time.Sleep(time.Minute)
		a.Stop()
		unattended(t, dir, 20*time.Minute)
		a = &api{t, sfnapitest.Open(t, sfnapitest.Config{Dir: dir})}
		if child := a.describe("arn:aws:states:us-east-1:123456789012:execution:child:one"); child.StopDate == nil || time.Since(*child.StopDate) < time.Minute {
			t.Fatalf("the child did not end while nobody heard of it: %+v", child)
		}
		for _, parent := range parents {
			a.endsWith(parent, `{"done":true}`)
		}
	})
}
