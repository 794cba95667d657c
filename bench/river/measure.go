package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
)

func measure(ctx context.Context, databaseURL string, s settings) (report, error) {
	if databaseURL == "" {
		return report{}, errors.New("DATABASE_URL names no database; run it by bench/with-postgres")
	}
	config, err := pgxpool.ParseConfig(databaseURL)
	if err != nil {
		return report{}, err
	}
	config.MaxConns = int32(s.callers)
	config.ConnConfig.RuntimeParams["search_path"] = schema
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return report{}, err
	}
	defer pool.Close()
	if err := makeSchema(ctx, pool); err != nil {
		return report{}, err
	}
	var r report
	if err := measureHolds(ctx, pool, s, &r); err != nil {
		return r, err
	}
	if r.Spread, err = measureLateness(ctx, pool, s, 10*time.Second); err != nil {
		return r, err
	}
	r.Burst, err = measureLateness(ctx, pool, s, 100*time.Millisecond)
	return r, err
}

// measureHolds places holds whose deadlines are far away.
func measureHolds(ctx context.Context, pool *pgxpool.Pool, s settings, r *report) error {
	client, err := river.NewClient(riverpgxv5.New(pool), &river.Config{})
	if err != nil {
		return err
	}
	began := time.Now()
	deadline := began.Add(time.Hour)
	took, err := concurrently(s.callers, func(n int64) (bool, error) {
		return time.Since(began) < s.duration, placeHold(ctx, pool, client, n, deadline)
	})
	if err != nil {
		return fmt.Errorf("place holds: %w", err)
	}
	r.HoldsPerSecond = float64(len(took)) / time.Since(began).Seconds()
	slices.Sort(took)
	r.HoldP50, r.HoldP99 = ms(quantile(took, 0.5)), ms(quantile(took, 0.99))
	return nil
}

// measureLateness lets holds end spread evenly over a time, with workers running.
func measureLateness(ctx context.Context, pool *pgxpool.Pool, s settings, over time.Duration) (lateness, error) {
	worker := &releaseHoldWorker{pool: pool, want: s.holds, done: make(chan struct{})}
	workers := river.NewWorkers()
	river.AddWorker(workers, worker)
	client, err := river.NewClient(riverpgxv5.New(pool), &river.Config{
		Queues:  map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 200}},
		Workers: workers, FetchCooldown: river.FetchCooldownMin, FetchPollInterval: 2 * river.FetchCooldownMin,
	})
	if err != nil {
		return lateness{}, err
	}
	// Time enough to place them all before the first ends.
	first := time.Now().Add(10 * time.Second)
	_, err = concurrently(s.callers, func(n int64) (bool, error) {
		if n >= int64(s.holds) {
			return false, nil
		}
		deadline := first.Add(time.Duration(n) * over / time.Duration(s.holds))
		return true, placeHold(ctx, pool, client, n, deadline)
	})
	if err != nil {
		return lateness{}, fmt.Errorf("place holds: %w", err)
	}
	if time.Now().After(first) {
		return lateness{}, errors.New("placing the holds took longer than until the first of them ended")
	}
	if err := client.Start(ctx); err != nil {
		return lateness{}, err
	}
	defer func() { _ = client.Stop(context.WithoutCancel(ctx)) }()
	select {
	case <-worker.done:
	case <-ctx.Done():
		return lateness{}, ctx.Err()
	}
	slices.Sort(worker.late)
	return lateness{s.holds, ms(quantile(worker.late, 0.5)), ms(quantile(worker.late, 0.99)), ms(worker.late[len(worker.late)-1])}, nil
}

// concurrently calls do from several goroutines, with numbers from 0, until each was
// told to stop or one failed, and answers how long the calls took.
func concurrently(callers int, do func(n int64) (goOn bool, err error)) ([]time.Duration, error) {
	var next atomic.Int64
	var wait sync.WaitGroup
	took := make([][]time.Duration, callers)
	errs := make([]error, callers)
	for i := range callers {
		wait.Go(func() {
			for {
				began := time.Now()
				goOn, err := do(next.Add(1) - 1)
				if err != nil {
					errs[i] = err
					return
				}
				took[i] = append(took[i], time.Since(began))
				if !goOn {
					return
				}
			}
		})
	}
	wait.Wait()
	return slices.Concat(took...), errors.Join(errs...)
}

func quantile(sorted []time.Duration, q float64) time.Duration {
	return sorted[min(len(sorted)-1, int(q*float64(len(sorted))))]
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
