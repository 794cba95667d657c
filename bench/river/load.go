package main

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vacancy/vacancy/bench/latency"
)

// load is what callers in a closed loop reached: each calls again when it was answered.
type load struct {
	took    *latency.Histogram
	elapsed time.Duration
}

func (l load) perSecond() float64 { return float64(l.took.Count()) / l.elapsed.Seconds() }

// drive lets callers call, for so long and with the numbers from first to before end at
// most. It fails with what any of them failed with.
func drive(ctx context.Context, callers int, duration time.Duration, first, end int64, call func(ctx context.Context, n int64) error) (load, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next atomic.Int64
	next.Store(first)
	all := make([]*latency.Histogram, callers)
	var wait sync.WaitGroup
	began := time.Now()
	for i := range all {
		all[i] = latency.NewHistogram()
		wait.Go(func() {
			for at := began; at.Sub(began) < duration && ctx.Err() == nil; {
				n := next.Add(1) - 1
				if n >= end {
					return
				}
				err := call(ctx, n)
				now := time.Now()
				if err = errors.Join(err, all[i].Record(now.Sub(at))); err != nil {
					cancel(err)
					return
				}
				at = now
			}
		})
	}
	wait.Wait()
	l := load{latency.NewHistogram(), time.Since(began)}
	if ctx.Err() != nil {
		return l, context.Cause(ctx)
	}
	for _, one := range all {
		l.took.Merge(one)
	}
	return l, nil
}
