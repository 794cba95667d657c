package app

import (
	"context"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
)

const (
	sweepEvery = 3 * time.Second
	// lookAhead is the longest sleep of the deadline watcher. No hold is shorter
	// (booking.MinPaymentWindow), so one placed meanwhile is not missed.
	lookAhead = booking.MinPaymentWindow
)

// sweep runs the sweeper until ctx ends.
func (a *App) sweep(ctx context.Context) {
	ticker := time.NewTicker(sweepEvery)
	defer ticker.Stop()
	for {
		found, err := a.Reservations.Sweep(ctx)
		if err != nil && ctx.Err() == nil {
			a.log.ErrorContext(ctx, "sweep failed", "error", err)
		}
		if found != (booking.Sweep{}) {
			a.log.InfoContext(ctx, "sweep", "started", found.Started, "overdue", found.Overdue, "repaired", found.Repaired,
				"returned", found.Returned, "forgot", found.Forgot, "failed", found.Failed)
		}
		a.swept.add(found)
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// watchDeadlines wakes executions at the deadline of their hold until ctx ends. What
// was due before it began is the executions' own timeouts' and the sweeper's.
func (a *App) watchDeadlines(ctx context.Context) {
	var cursor booking.DueCursor
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		after, next, ok, err := a.Reservations.WakeDue(ctx, cursor)
		if err != nil && ctx.Err() == nil {
			a.log.ErrorContext(ctx, "deadlines not read", "error", err)
		}
		cursor = after
		pause := lookAhead
		if ok {
			pause = max(0, min(pause, next.Sub(a.Reservations.Now())))
		}
		timer.Reset(pause)
	}
}
