package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"github.com/vacancy/vacancy/bench/report"
)

const (
	longestLoad = 10 * time.Minute
	// ceiling is the holds a second that apartments are made for: more than can be placed.
	ceiling = 15_000
	warmUp  = time.Second
	// farAway is the payment window of holds that are not to end while they are measured.
	farAway = 24 * time.Hour
)

// measure measures every scenario, one after the other, each on fresh tables.
func measure(ctx context.Context, databaseURL string, s settings) (report.River, error) {
	r := report.River{
		Machine: report.Machine{OS: runtime.GOOS, Arch: runtime.GOARCH, Processors: runtime.NumCPU(), Go: runtime.Version()},
		Version: riverVersion(), Callers: s.callers,
	}
	pool, server, err := connect(ctx, databaseURL, s.connections)
	if err != nil {
		return r, err
	}
	defer pool.Close()
	r.PostgreSQL = server
	if err := makeSchema(ctx, pool); err != nil {
		return r, err
	}
	holds, err := measureHolds(ctx, pool, s, false)
	if err != nil {
		return r, fmt.Errorf("holds: %w", err)
	}
	r.HoldsPerSecond = holds.perSecond()
	r.HoldP50, r.HoldP99, r.HoldMax = holds.took.Milliseconds(0.5), holds.took.Milliseconds(0.99), holds.took.Milliseconds(1)
	sustained, err := measureHolds(ctx, pool, s, true)
	if err != nil {
		return r, fmt.Errorf("holds with workers running: %w", err)
	}
	r.Sustained = report.Sustained{PerSecond: sustained.perSecond(), P50: sustained.took.Milliseconds(0.5), P99: sustained.took.Milliseconds(0.99)}
	if r.Spread, err = measureLateness(ctx, pool, s, 10*time.Second, r.HoldsPerSecond); err != nil {
		return r, fmt.Errorf("holds ending over 10 s: %w", err)
	}
	if r.Burst, err = measureLateness(ctx, pool, s, 100*time.Millisecond, r.HoldsPerSecond); err != nil {
		return r, fmt.Errorf("holds ending within 100 ms: %w", err)
	}
	return r, nil
}

// measureHolds places holds that end far away, with the workers of the queue running or
// without any, and sees that every one is in the database with its job.
func measureHolds(ctx context.Context, pool *pgxpool.Pool, s settings, workers bool) (load, error) {
	apartments := int64((s.duration+warmUp).Seconds()*ceiling) + int64(s.callers)
	if err := fill(ctx, pool, int(apartments)); err != nil {
		return load{}, err
	}
	config := &river.Config{Logger: errorsOnly()}
	if workers {
		config = queue(pool, s, nil)
	}
	client, err := river.NewClient(riverpgxv5.New(pool), config)
	if err != nil {
		return load{}, err
	}
	if workers {
		if err := client.Start(ctx); err != nil {
			return load{}, err
		}
		defer stopQueue(ctx, client)
	}
	deadline := time.Now().Add(farAway).Truncate(time.Microsecond)
	place := func(ctx context.Context, n int64) error { return placeHold(ctx, pool, client, n, deadline) }
	warm, err := drive(ctx, s.callers, warmUp, 0, int64(warmUp.Seconds()*ceiling), place)
	if err != nil {
		return load{}, err
	}
	placed := int64(warm.took.Count())
	l, err := drive(ctx, s.callers, s.duration, placed, apartments, place)
	if err != nil {
		return load{}, err
	}
	reserved, scheduled, err := count(ctx, pool)
	if want := int(placed) + l.took.Count(); err == nil && (reserved != want || scheduled != want) {
		err = fmt.Errorf("%d holds were placed, but %d apartments are reserved and %d jobs scheduled", want, reserved, scheduled)
	}
	return l, err
}

// queue configures a client that works jobs: it looks as often as River allows.
func queue(pool *pgxpool.Pool, s settings, reverted chan<- time.Duration) *river.Config {
	workers := river.NewWorkers()
	river.AddWorker(workers, &reverter{pool: pool, reverted: reverted})
	return &river.Config{
		Queues:  map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: s.workers}},
		Workers: workers, Logger: errorsOnly(),
		FetchCooldown: river.FetchCooldownMin, FetchPollInterval: 2 * river.FetchCooldownMin,
	}
}

// errorsOnly keeps River's log from standard output, where the report goes.
func errorsOnly() *slog.Logger {
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
}

// riverVersion answers the version of River that this program was built with.
func riverVersion() string {
	info, ok := debug.ReadBuildInfo()
	if ok {
		for _, module := range info.Deps {
			if module.Path == "github.com/riverqueue/river" {
				return module.Version
			}
		}
	}
	return "unknown"
}
