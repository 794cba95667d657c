package function

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda/messages"
	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/vacancy/vacancy/internal/app"
	"github.com/vacancy/vacancy/internal/step"
	"github.com/vacancy/vacancy/internal/telemetry"
	"github.com/vacancy/vacancy/internal/workflow"
)

// handlerVariable is the function's Handler, as the Lambda runtime passes it on.
const handlerVariable = "_HANDLER"

// Step answers the step that the function's Handler names. One that is not in the table
// ends the process.
func (f *Function) Step() workflow.Handler {
	name := f.getenv(handlerVariable)
	handler, ok := f.App.Steps()[name]
	if !ok {
		fmt.Fprintf(os.Stderr, "%s cannot start: its Handler is %q, which is no step\n", lambdacontext.FunctionName, name)
		os.Exit(1)
	}
	return watched(f, name, handler)
}

// watched counts the calls of a step, logs those that fail, and gives errors their names.
func watched(f *Function, name string, handler workflow.Handler) workflow.Handler {
	return func(ctx context.Context, input json.RawMessage) (json.RawMessage, error) {
		began := app.Now()
		output, err := handler(ctx, input)
		took := app.Now().Sub(began)
		faults := 0.0
		if err != nil {
			failure := workflow.AsError(err)
			if step.IsFault(failure.Name) {
				faults = 1
			}
			// The cause is made of our own words and ids; the input is not logged.
			f.Log.WarnContext(ctx, "step failed", "step", name, "error", failure.Name, "cause", failure.Cause)
			err = named(failure)
		}
		f.Metrics.Put([2]string{"Step", name},
			telemetry.Metric{Name: "Steps", Unit: telemetry.Count, Value: 1},
			telemetry.Metric{Name: "StepFaults", Unit: telemetry.Count, Value: faults},
			telemetry.Metric{Name: "StepTime", Unit: telemetry.Milliseconds, Value: float64(took) / float64(time.Millisecond)})
		return output, err
	}
}

// named is an error that reaches the state machine under its own name. The runtime takes
// it so only as a value; of any other error, a pointer to this one too, it tells the type
// of the Go value.
func named(e workflow.Error) error {
	return messages.InvokeResponse_Error{Type: e.Name, Message: e.Cause}
}
