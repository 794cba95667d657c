package function

import (
	"context"
	"encoding/json"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/telemetry"
)

// sweepReserve is left of the function's time when a pass is told to end, so that it ends
// by itself and tells what it did.
const sweepReserve = 3 * time.Second

// Sweep runs the sweeper once, whatever the event is: each minute's, or the executions
// that did not succeed; or, on the event {"examine": true}, examines instead (see Examine).
// It answers and counts what it found; an error means that something was left to the next
// pass.
func (f *Function) Sweep(ctx context.Context, event json.RawMessage) (any, error) {
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline.Add(-sweepReserve))
		defer cancel()
	}
	var asked struct {
		Examine bool `json:"examine"`
	}
	if json.Unmarshal(event, &asked) == nil && asked.Examine {
		return f.Examine(ctx)
	}
	return f.sweep(ctx)
}

func (f *Function) sweep(ctx context.Context) (booking.Sweep, error) {
	found, err := f.App.Sweep(ctx)
	if err != nil {
		f.Log.ErrorContext(ctx, "sweep failed", "error", err)
	}
	f.Metrics.Put([2]string{},
		count("HoldsOverdue", found.Overdue), count("ExecutionsStarted", found.Started), count("ExecutionsRepaired", found.Repaired),
		count("PaymentsReturned", found.Returned), count("SweepFailures", found.Failed))
	return found, err
}

func count(name string, n int) telemetry.Metric {
	return telemetry.Metric{Name: name, Unit: telemetry.Count, Value: float64(n)}
}
