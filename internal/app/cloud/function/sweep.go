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
// that did not succeed. It answers and counts what it found; an error means that something
// was left to the next pass.
func (f *Function) Sweep(ctx context.Context, _ json.RawMessage) (booking.Sweep, error) {
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline.Add(-sweepReserve))
		defer cancel()
	}
	found, err := f.App.Sweep(ctx)
	if err != nil {
		f.Log.ErrorContext(ctx, "sweep failed", "error", err)
	}
	count := func(name string, n int) telemetry.Metric {
		return telemetry.Metric{Name: name, Unit: telemetry.Count, Value: float64(n)}
	}
	f.Metrics.Put([2]string{},
		count("HoldsOverdue", found.Overdue), count("ExecutionsStarted", found.Started), count("ExecutionsRepaired", found.Repaired),
		count("PaymentsReturned", found.Returned), count("SweepFailures", found.Failed))
	return found, err
}
