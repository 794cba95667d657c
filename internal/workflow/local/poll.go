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

// poller remembers what is left to look at, so that a read that failed is made
// again and nothing is forgotten.
type poller struct {
	*Runner
	interrupted  bool      // the lane InFlight may hold what nobody drives
	backlog      bool      // the lane Backlog may hold what nobody drives
	backlogAt    time.Time // and is not to be looked at before
	backlogPause time.Duration
	pause        time.Duration // between looks when what is due is being driven, or the journal fails
}

// poll takes what is due from the journal until ctx is done.
func (r *Runner) poll(ctx context.Context) {
	r.next.at.Store(now0)
	p := &poller{
		Runner: r, interrupted: true, backlog: true, // whatever the process before left
		backlogPause: backlogEvery, pause: pollEvery,
	}
	for ctx.Err() == nil {
		look := p.look(ctx)
		if p.waitForWork(ctx, p.pauseAfter(look), look == journalFailed) {
			p.backlog = true
		}
	}
}

// look takes from each lane what there is room for, the most urgent first.
func (p *poller) look(ctx context.Context) outlook {
	known, urgentRoom, backlogRoom := p.sched.room()
	now := p.now()
	if p.lookAgain.Swap(false) {
		p.interrupted, p.backlog = true, true
		p.next.lower(now0)
	}
	look := nothingMore
	if p.interrupted && urgentRoom {
		look, _ = p.take(ctx, InFlight, now.Add(farAhead), known)
		p.interrupted = look != nothingMore
	}
	if look != journalFailed && urgentRoom && p.next.at.Load() <= now.UnixNano() {
		l, added := p.takeDeadlines(ctx, now, known)
		look = max(look, l)
		if added > 0 {
			p.pause = pollEvery
		}
	}
	if look != journalFailed && backlogRoom && p.backlog && !now.Before(p.backlogAt) {
		look = max(look, p.takeBacklog(ctx, now, known))
	}
	return look
}

// takeBacklog takes from the backlog, and looks at it less often while there is
// nothing in it that is not driven already.
func (p *poller) takeBacklog(ctx context.Context, now time.Time, known int) outlook {
	look, added := p.take(ctx, Backlog, now.Add(farAhead), known)
	p.backlog = look != nothingMore
	p.backlogPause = min(2*p.backlogPause, backlogAtLeastEvery)
	if added > 0 {
		p.backlogPause = backlogEvery
	}
	if !p.backlog {
		p.backlogAt = now.Add(p.backlogPause)
	}
	return look
}

// pauseAfter is how long to wait for work after a look.
func (p *poller) pauseAfter(look outlook) time.Duration {
	switch _, urgentRoom, backlogRoom := p.sched.room(); look {
	case journalFailed:
		p.pause = min(2*max(p.pause, 50*time.Millisecond), 5*time.Second)
		return p.pause
	case allDriven:
		wait := min(p.pause, p.untilBacklog(backlogRoom))
		p.pause = min(2*p.pause, pollAtLeastEvery)
		return wait
	default:
		p.pause = pollEvery
		if p.interrupted && urgentRoom {
			return 0
		}
		return min(p.untilNext(urgentRoom), p.untilBacklog(backlogRoom))
	}
}

// untilBacklog is the time until the backlog is to be looked at, if it is.
func (p *poller) untilBacklog(room bool) time.Duration {
	if !p.backlog || !room {
		return farAhead
	}
	return max(0, p.backlogAt.Sub(p.now()))
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
	r.sched.expect()
	due, err := r.cfg.Journal.Due(ctx, lane, now, limit)
	if err != nil {
		return r.cannotRead(ctx, err), 0
	}
	r.health.reads.succeeded()
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
		r.health.reads.failed(err, r.now())
		r.cfg.Log.ErrorContext(ctx, "the workflow journal cannot be read; trying again", "error", err)
	}
	return journalFailed
}
