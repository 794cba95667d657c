package trial_test

import (
	"context"
	"fmt"
	"time"

	"github.com/vacancy/vacancy/internal/asl"
	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/mock"
	"github.com/vacancy/vacancy/internal/workflow/trial"
)

// A definition is run against a mock file; its hour of waiting takes no time.
func Example() {
	definition, err := asl.Parse([]byte(`{"StartAt":"Cool off","States":{
		"Cool off":{"Type":"Wait","Seconds":3600,"Next":"Pay"},
		"Pay":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke",
			"Parameters":{"FunctionName":"Pay","Payload.$":"$"},"OutputPath":"$.Payload",
			"Retry":[{"ErrorEquals":["GatewayTimeout"],"IntervalSeconds":5}],"End":true}}}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	mocks, err := mock.Parse([]byte(`{
		"StateMachines":{"order":{"TestCases":{"PaidAtLast":{"Pay":"TimesOutOnce"}}}},
		"MockedResponses":{"TimesOutOnce":{
			"0":{"Throw":{"Error":"GatewayTimeout","Cause":"no answer"}},
			"1":{"Return":{"Payload":{"paid":true}}}}}}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	testCase, err := mocks.TestCase("order", "PaidAtLast")
	if err != nil {
		fmt.Println(err)
		return
	}

	result, err := trial.Run(context.Background(), trial.Config{
		ID:         workflow.ExecutionID{Machine: "order", Name: "example"},
		Definition: definition,
		Run:        trial.Mocked(testCase, trial.Nothing),
		Now:        time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC),
		Rand:       func() uint64 { return 4 },
		Observe: func(o trial.Observation) {
			switch o.Kind {
			case trial.TimePassed:
				fmt.Println(o.At.Format(time.TimeOnly), o.Took, "pass")
			case trial.TaskFailed:
				fmt.Println(o.At.Format(time.TimeOnly), o.State, o.Kind, o.Error)
			default:
				fmt.Println(o.At.Format(time.TimeOnly), o.State, o.Kind)
			}
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(result.Status, string(result.Output))
	// Output:
	// 12:00:00 1h0m0s pass
	// 13:00:00 Pay TaskStarted
	// 13:00:00 Pay TaskFailed GatewayTimeout
	// 13:00:00 5s pass
	// 13:00:05 Pay TaskStarted
	// 13:00:05 Pay TaskSucceeded
	// SUCCEEDED {"paid":true}
}
