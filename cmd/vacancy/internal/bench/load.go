package bench

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Load is what callers did in a closed loop: each asks again when it was answered.
type Load struct {
	Calls     int           `json:"calls"`
	PerSecond float64       `json:"perSecond"`
	P50       Milliseconds  `json:"p50Ms"`
	P99       Milliseconds  `json:"p99Ms"`
	Max       Milliseconds  `json:"maxMs"`
	Took      time.Duration `json:"-"`
}

// Milliseconds is a duration in a report.
type Milliseconds float64

func milliseconds(d time.Duration) Milliseconds { return Milliseconds(d.Microseconds()) / 1000 }

// errEnough ends a load before its time: there is no more work.
var errEnough = errors.New("enough")

// caller makes the calls of one caller; n counts the calls of all callers from 0.
type caller func(ctx context.Context, n int64) error

// drive lets callers call for so long. It fails with the first error of any of them.
func drive(ctx context.Context, callers int, duration time.Duration, connect func(i int) (caller, error)) (Load, error) {
	calls := make([]caller, callers)
	for i := range calls {
		c, err := connect(i)
		if err != nil {
			return Load{}, err
		}
		calls[i] = c
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next atomic.Int64
	var wait sync.WaitGroup
	took := make([][]time.Duration, callers)
	began := time.Now()
	end := began.Add(duration)
	for i, call := range calls {
		wait.Go(func() {
			for at := began; at.Before(end) && ctx.Err() == nil; {
				if err := call(ctx, next.Add(1)-1); err != nil {
					if !errors.Is(err, errEnough) {
						cancel(err)
					}
					return
				}
				now := time.Now()
				took[i] = append(took[i], now.Sub(at))
				at = now
			}
		})
	}
	wait.Wait()
	elapsed := time.Since(began)
	if err := context.Cause(ctx); err != nil {
		return Load{}, err
	}
	return summarize(slices.Concat(took...), elapsed), nil
}

func summarize(took []time.Duration, elapsed time.Duration) Load {
	slices.Sort(took)
	return Load{
		Calls: len(took), PerSecond: float64(len(took)) / elapsed.Seconds(), Took: elapsed,
		P50: milliseconds(quantile(took, 0.5)), P99: milliseconds(quantile(took, 0.99)), Max: milliseconds(quantile(took, 1)),
	}
}

// quantile answers a quantile of sorted values, 0 of none.
func quantile(sorted []time.Duration, q float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(len(sorted)-1, int(q*float64(len(sorted))))]
}
