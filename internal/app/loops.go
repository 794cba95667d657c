package app

import (
	"context"
	"errors"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
)

const (
	// lookAhead is the longest sleep of the deadline watcher. No hold is shorter
	// (booking.MinPaymentWindow), so one placed meanwhile is not missed.
	lookAhead = booking.MinPaymentWindow
	// wakesAhead is how many batches of released holds may wait for their wakes.
	wakesAhead = 64
)

// SweepEvery runs the sweeper, at once and then every so often, until ctx ends.
func (a *App) SweepEvery(ctx context.Context, interval time.Duration) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		if _, err := a.Sweep(ctx); err != nil && ctx.Err() == nil {
			a.Config.Log.ErrorContext(ctx, "sweep failed", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// Sweep runs the sweeper once and answers what it found and did, also with an error.
func (a *App) Sweep(ctx context.Context) (booking.Sweep, error) {
	found, err := a.Reservations.Sweep(ctx)
	if found != (booking.Sweep{}) {
		a.Config.Log.InfoContext(ctx, "sweep", "started", found.Started, "overdue", found.Overdue, "repaired", found.Repaired,
			"returned", found.Returned, "forgot", found.Forgot, "failed", found.Failed)
	}
	a.swept.add(found)
	return found, errors.Join(err, a.sweepSagas(ctx))
}

// WatchDeadlines releases holds at their deadline and has their executions woken, until
// ctx ends. What was due before it began is the executions' own timeouts' and the sweeper's.
func (a *App) WatchDeadlines(ctx context.Context) {
	released, woken := make(chan []booking.DueHold, wakesAhead), make(chan struct{})
	go func() {
		defer close(woken)
		for due := range released {
			a.Reservations.WakeHolds(ctx, due)
		}
	}()
	defer func() { close(released); <-woken }()
	var cursor booking.DueCursor
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		due, after, next, ok, err := a.Reservations.ReleaseDue(ctx, cursor)
		if err != nil && ctx.Err() == nil {
			a.Config.Log.ErrorContext(ctx, "deadlines not read", "error", err)
		}
		cursor = after
		if len(due) > 0 {
			select {
			case released <- due: // the next deadlines do not wait for these wakes
			case <-ctx.Done():
				return
			}
		}
		pause := lookAhead
		if ok {
			pause = max(0, min(pause, next.Sub(a.Reservations.Now())))
		}
		timer.Reset(pause)
	}
}
