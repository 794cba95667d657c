package local

import (
	"context"
	"math"
	"sync/atomic"
	"time"
)

const (
	// batch is how many due executions are taken from the journal at a time.
	batch = 1024
	// pollEvery is the shortest and pollAtLeastEvery the longest pause while
	// executions are due that are being driven already: what else becomes due
	// meanwhile stands behind them in the index.
	pollEvery        = 2 * time.Millisecond
	pollAtLeastEvery = 16 * time.Millisecond
	// backlogEvery is the shortest and backlogAtLeastEvery the longest pause between
	// looks at the backlog. Each commit that starts something signals, but what is
	// started through this runner is mostly driven already.
	backlogEvery        = 2 * time.Millisecond
	backlogAtLeastEvery = 32 * time.Millisecond
	// farAhead reads a lane whatever its times say.
	farAhead = 100 * 365 * 24 * time.Hour
)

// nextDeadline is the earliest deadline that the journal may hold, so that one
// timer serves all of them.
type nextDeadline struct {
	at   atomic.Int64  // Unix nanoseconds
	poke chan struct{} // capacity 1
}

const (
	now0  = math.MinInt64 // look at once
	never = math.MaxInt64
)

func (n *nextDeadline) wake() {
	select {
	case n.poke <- struct{}{}:
	default:
	}
}

// note makes sure that the journal is looked at when due is reached.
func (n *nextDeadline) note(due time.Time) {
	if n.lower(due.UnixNano()) {
		n.wake()
	}
}

func (n *nextDeadline) lower(at int64) bool {
	for {
		next := n.at.Load()
		if at >= next {
			return false
		}
		if n.at.CompareAndSwap(next, at) {
			return true
		}
	}
}

// outlook is what a look at the journal left the poller to do.
type outlook int

const (
	nothingMore   outlook = iota
	moreToTake            // as soon as there is room
	allDriven             // what is due is being driven; look again after a pause
	journalFailed         // the journal failed; look again after a longer pause
)

// poll takes what is due from the journal until ctx is done.
func (r *Runner) poll(ctx context.Context) {
	interrupted, backlog := true, true // whatever the process before left
	r.next.at.Store(now0)
	pause, backlogPause := pollEvery, backlogEvery
	var backlogAt time.Time // not to be looked at before
	for ctx.Err() == nil {
		known, urgentRoom, backlogRoom := r.sched.room()
		now := r.now()
		look := nothingMore
		if r.lookAgain.Swap(false) {
			interrupted, backlog = true, true
			r.next.lower(now0)
		}
		if interrupted && urgentRoom {
			look, _ = r.take(ctx, InFlight, now.Add(farAhead), known)
			interrupted = look != nothingMore
		}
		if look != journalFailed && urgentRoom && r.next.at.Load() <= now.UnixNano() {
			l, added := r.takeDeadlines(ctx, now, known)
			look = max(look, l)
			if added > 0 {
				pause = pollEvery
			}
		}
		if look != journalFailed && backlogRoom && backlog && !now.Before(backlogAt) {
			l, added := r.take(ctx, Backlog, now.Add(farAhead), known)
			backlog = l != nothingMore
			look = max(look, l)
			if added > 0 {
				backlogPause = backlogEvery
			} else {
				backlogPause = min(2*backlogPause, backlogAtLeastEvery)
			}
			if !backlog {
				backlogAt = now.Add(backlogPause)
			}
		}
		wait := time.Duration(0)
		switch look {
		case moreToTake:
			pause = pollEvery
			_, urgentRoom, backlogRoom = r.sched.room()
			if interrupted && urgentRoom || backlog && backlogRoom {
				continue
			}
			wait = r.untilNext(urgentRoom)
		case allDriven:
			wait = pause
			pause = min(2*pause, pollAtLeastEvery)
		case journalFailed:
			pause = min(2*max(pause, 50*time.Millisecond), 5*time.Second)
			wait = pause
		default:
			pause = pollEvery
			wait = r.untilNext(urgentRoom)
		}
		if backlog && backlogRoom && look != journalFailed {
			wait = min(wait, max(0, backlogAt.Sub(now)))
		}
		if r.waitForWork(ctx, wait, look == journalFailed) {
			backlog = true
		}
	}
}

// untilNext is the time until the next deadline; with no room in the queue there
// is no use in looking at it.
func (r *Runner) untilNext(room bool) time.Duration {
	next := r.next.at.Load()
	switch {
	case !room || next == never:
		return farAhead
	case next == now0:
		return 0
	}
	return max(0, time.Unix(0, next).Sub(r.now()))
}

// waitForWork waits until wait is over and, unless it is a back-off, no longer
// than for room in a queue, an earlier deadline, or a new execution, which it answers.
func (r *Runner) waitForWork(ctx context.Context, wait time.Duration, backoff bool) (started bool) {
	poke, created := r.next.poke, r.cfg.Journal.Started()
	if backoff {
		poke, created = nil, nil
	}
	fired, stop := r.cfg.Clock.Timer(wait)
	defer stop()
	select {
	case <-ctx.Done():
	case <-fired:
	case <-poke:
	case <-created:
		return true
	}
	return false
}

// take queues what is in a lane and answers how much of it was not known yet.
func (r *Runner) take(ctx context.Context, lane Lane, now time.Time, known int) (look outlook, added int) {
	limit := batch + known // those known may all stand in front
	due, err := r.cfg.Journal.Due(ctx, lane, now, limit)
	if err != nil {
		return r.cannotRead(ctx, err), 0
	}
	r.health.succeeded()
	added = r.sched.add(lane, due)
	if len(due) == limit {
		return moreToTake, added
	}
	return nothingMore, added
}

// takeDeadlines queues what is due, answers how much of it was not known yet, and
// learns the next deadline.
func (r *Runner) takeDeadlines(ctx context.Context, now time.Time, known int) (look outlook, added int) {
	// From here on drivers note new deadlines: one that is committed after the
	// reads below is noted after this, and not lost.
	r.next.at.Store(never)
	look, added = r.take(ctx, Deadlines, now, known)
	if look != nothingMore {
		r.next.lower(now.UnixNano())
		return look, added
	}
	at, ok, err := r.cfg.Journal.NextDue(ctx)
	if err != nil {
		r.next.lower(now.UnixNano())
		return r.cannotRead(ctx, err), added
	}
	if !ok {
		return nothingMore, added
	}
	r.next.lower(at.UnixNano())
	if at.After(now) {
		return nothingMore, added
	}
	return allDriven, added
}

func (r *Runner) cannotRead(ctx context.Context, err error) outlook {
	if ctx.Err() == nil {
		r.health.failed(err, r.now())
		r.cfg.Log.ErrorContext(ctx, "the workflow journal cannot be read; trying again", "error", err)
	}
	return journalFailed
}
