package sfnapi_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/sfnapi/sfnapitest"
)

const mockFile = `{
	"StateMachines": {"order": {"TestCases": {
		"Happy": {"Pay": "Paid", "Ship": "Shipped"},
		"Retried": {"Pay": "PaidAtLast", "Ship": "Shipped"},
		"OnlyPay": {"Pay": "Paid"}}}},
	"MockedResponses": {
		"Paid": {"0": {"Return": {"Payload": {"paid": true}}}},
		"PaidAtLast": {"0-1": {"Throw": {"Error": "Busy", "Cause": "later"}}, "2": {"Return": {"Payload": "at last"}}},
		"Shipped": {"0": {"Return": {"shipped": true}}}}}`

const order = `{"StartAt":"Pay","States":{
	"Pay":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"Pay"},"ResultPath":"$.payment","ResultSelector":{"p.$":"$.Payload"},
		"Retry":[{"ErrorEquals":["Busy"],"IntervalSeconds":60}],"Next":"Ship"},
	"Ship":{"Type":"Task","Resource":"arn:aws:states:::ecs:runTask.waitForTaskToken","TimeoutSeconds":3600,"Parameters":{"t.$":"$$.Task.Token"},"ResultPath":"$.shipment","End":true}}}`

// A mock file of Step Functions Local answers the tasks of executions that name a test
// case of it; a definition may then call what nothing here runs.
func TestMocks(t *testing.T) {
	with(t, sfnapitest.Config{Change: mocks(t, mockFile), Functions: map[string]workflow.Handler{"Pay": declines}}, func(a *api) {
		arn := a.create("order", order)
		happy := a.start(arn+"#Happy", "happy", `{}`)
		a.endsWith(happy, `{"payment":{"p":{"paid":true}},"shipment":{"shipped":true}}`)
		equal(a.T, "its history", a.history(happy)[7:13], []string{"TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded", "TaskStateExited", "ExecutionSucceeded"})
		before := time.Now()
		retried := a.start(arn+"#Retried", "retried", `{}`)
		a.endsWith(retried, `{"payment":{"p":"at last"},"shipment":{"shipped":true}}`)
		if took := time.Since(before); took < 3*time.Minute {
			a.Errorf("two retries took %s, want their back-off", took)
		}
		a.endsWith(a.start(arn+"#Retried", "again", `{}`), `{"payment":{"p":"at last"},"shipment":{"shipped":true}}`)
		a.failsWith(a.start(arn, "real", `{}`), "PaymentDeclined", "no funds") // without a test case
		a.failsWith(a.start(arn+"#OnlyPay", "partly", `{}`), "States.Runtime", "arn:aws:states:::ecs:runTask")

		_, err := a.Client.StartExecution(a.Context(), &sfn.StartExecutionInput{StateMachineArn: aws.String(arn + "#Unhappy")})
		a.refused("a test case that there is not", err, "ValidationException", `has no test case "Unhappy"; it has Happy, OnlyPay, Retried`)
		other := a.create("other", pass)
		_, err = a.Client.StartExecution(a.Context(), &sfn.StartExecutionInput{StateMachineArn: aws.String(other + "#Happy")})
		a.refused("a state machine that is not mocked", err, "ValidationException", "order")
	})
}

func TestMockedExpress(t *testing.T) {
	const file = `{"StateMachines":{"m":{"TestCases":{"C":{"S":"R"}}}},"MockedResponses":{"R":{"0":{"Return":"mocked"}}}}`
	with(t, sfnapitest.Config{Change: mocks(t, file)}, func(a *api) {
		arn := a.createAs("m", single(`{"Type":"Task","Resource":"arn:aws:states:::dynamodb:getItem","Parameters":{},"End":true}`), types.StateMachineTypeExpress)
		for range 2 {
			out, err := a.Client.StartSyncExecution(a.Context(), &sfn.StartSyncExecutionInput{StateMachineArn: aws.String(arn + "#C")})
			if err != nil || aws.ToString(out.Output) != `"mocked"` {
				a.Errorf("StartSyncExecution = %+v, %v", out, err)
			}
		}
	})
}
