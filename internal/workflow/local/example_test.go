package local_test

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/local"
	"github.com/vacancy/vacancy/internal/workflow/local/memory"
)

// A state machine whose task hands its token to a Go function, which answers it.
func Example() {
	tokens := make(chan string, 1)
	runner, err := local.New(context.Background(), local.Config{
		Journal: memory.New(),
		Definitions: map[string]local.Definition{"order": {
			Source: []byte(`{"StartAt":"Await shipment","States":{"Await shipment":{
				"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken","TimeoutSeconds":600,
				"Parameters":{"FunctionName":"${OrderAwaitShipment}","Payload":{"token.$":"$$.Task.Token"}},"End":true}}}`),
			Substitutions: map[string]string{"OrderAwaitShipment": "OrderAwaitShipment"},
		}},
		Steps: map[string]workflow.Handler{
			"OrderAwaitShipment": func(_ context.Context, input json.RawMessage) (json.RawMessage, error) {
				var ask struct{ Token string }
				if err := json.Unmarshal(input, &ask); err != nil {
					return nil, err
				}
				tokens <- ask.Token
				return json.RawMessage(`{}`), nil
			},
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, shutDown := context.WithCancel(context.Background())
	stopped := make(chan error, 1)
	go func() { stopped <- runner.Run(ctx) }()

	id := workflow.ExecutionID{Machine: "order", Name: "o-1"}
	if _, err := runner.Start(ctx, id, json.RawMessage(`{"orderId":"o-1"}`)); err != nil {
		fmt.Println(err)
	}
	if err := runner.SendTaskSuccess(ctx, <-tokens, json.RawMessage(`{"carrier":"sent"}`)); err != nil {
		fmt.Println(err)
	}
	for {
		x, err := runner.Describe(ctx, id)
		if err != nil || x.Status.Ended() {
			fmt.Println(x.Status, string(x.Output), err)
			break
		}
		<-time.After(time.Millisecond)
	}
	shutDown()
	fmt.Println(<-stopped)
	// Output:
	// SUCCEEDED {"carrier":"sent"} <nil>
	// <nil>
}
