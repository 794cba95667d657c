package main

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"github.com/vacancy/vacancy/bench/latency"
	"github.com/vacancy/vacancy/bench/report"
)

const (
	// headStart is how long the queue runs before the first hold ends. River makes jobs
	// available up to 5 s before their time, every 5 s, and this is time for that.
	headStart = 6 * time.Second
	// shortestPlacing is what placing them is given at least.
	shortestPlacing = 5 * time.Second
	// patience is how late the last hold may be before the measurement is given up.
	patience = time.Minute
	// stopWithin is how long the queue may take to stop.
	stopWithin = 10 * time.Second
)

// measureLateness measures how late holds are reverted whose deadlines are spread evenly
// over a time. The rate is that at which they can be placed before.
func measureLateness(ctx context.Context, pool *pgxpool.Pool, s settings, over time.Duration, rate float64) (report.Lateness, error) {
	if err := fill(ctx, pool, s.holds); err != nil {
		return report.Lateness{}, err
	}
	reverted := make(chan time.Duration, s.holds) // a worker never waits for who counts
	client, err := river.NewClient(riverpgxv5.New(pool), queue(pool, s, reverted))
	if err != nil {
		return report.Lateness{}, err
	}
	// Three times as long as placing them should take: a machine has moods.
	placing := max(shortestPlacing, time.Duration(3*float64(s.holds)/rate*float64(time.Second)))
	first := time.Now().Add(placing + headStart)
	placed, err := drive(ctx, s.callers, placing, 0, int64(s.holds), func(ctx context.Context, n int64) error {
		deadline := first.Add(time.Duration(n) * over / time.Duration(s.holds)).Truncate(time.Microsecond)
		return placeHold(ctx, pool, client, n, deadline)
	})
	if err != nil {
		return report.Lateness{}, err
	}
	if placed.took.Count() < s.holds {
		return report.Lateness{}, fmt.Errorf("only %d of %d holds were placed within %s: the machine is busier than it was; measure again, or fewer (-holds)", placed.took.Count(), s.holds, placing)
	}
	if err := client.Start(ctx); err != nil {
		return report.Lateness{}, err
	}
	defer stopQueue(ctx, client)
	l, err := gather(ctx, reverted, s.holds, time.Until(first)+over+patience)
	if err != nil {
		return l, err
	}
	reserved, _, err := count(ctx, pool)
	if err == nil && reserved != 0 {
		err = fmt.Errorf("every hold ended, but %d apartments are still reserved", reserved)
	}
	return l, err
}

// gather takes what the workers tell until every hold is reverted, and gives up after a
// time.
func gather(ctx context.Context, reverted <-chan time.Duration, holds int, within time.Duration) (report.Lateness, error) {
	giveUp := time.NewTimer(within)
	defer giveUp.Stop()
	late := latency.NewHistogram()
	for late.Count() < holds {
		select {
		case d := <-reverted:
			if err := late.Record(d); err != nil {
				return report.Lateness{}, err
			}
		case <-giveUp.C:
			return report.Lateness{}, fmt.Errorf("%d of %d holds were reverted within %s", late.Count(), holds, within)
		case <-ctx.Done():
			return report.Lateness{}, ctx.Err()
		}
	}
	return report.Lateness{Holds: holds, P50: late.Milliseconds(0.5), P99: late.Milliseconds(0.99), Last: late.Milliseconds(1)}, nil
}

// stopQueue stops a client's workers, also when what they ran for was cancelled.
func stopQueue(ctx context.Context, client *river.Client[pgx.Tx]) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
	defer cancel()
	_ = client.Stop(ctx) // the measurement is done; the schema is made anew by the next
}
