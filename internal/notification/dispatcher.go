package notification

import (
	"context"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"
)

// Receiver takes notifications to people or programs: a Webhook or a Mailer.
type Receiver interface {
	// Name is what logs call it. It holds no secret.
	Name() string
	// Deliver delivers one notification. It may have been delivered before: the
	// receiver is told its ID. The error's text is kept and shown to managers; it
	// holds no secret.
	Deliver(ctx context.Context, n Notification) error
}

// DispatcherOptions is what a Dispatcher depends on besides outbox and receiver.
type DispatcherOptions struct {
	Now    func() time.Time // UTC; required
	Random func() float64   // from [0, 1), for the jitter; required
	Log    *slog.Logger     // required
	// After is time.After unless a test has a clock of its own.
	After func(time.Duration) <-chan time.Time
	// Timeout bounds one attempt; 0 means DefaultTimeout.
	Timeout time.Duration
}

// DefaultTimeout is how long one attempt to deliver may take.
const DefaultTimeout = 10 * time.Second

const (
	// batchSize is how many notifications are read from the outbox at a time.
	batchSize = 100
	// inFlight is how many are delivered at a time.
	inFlight = 8
	// recheck is how long the dispatcher sleeps at most. Wakes and retries do not need it;
	// it finds what another process added and what was to be retried before a restart.
	recheck = 30 * time.Second
	// outboxRetry is how long it leaves an outbox alone that has failed.
	outboxRetry = time.Second
)

// Dispatcher empties an Outbox into a Receiver, at least once each, and never gives a
// notification up: what fails is tried again after a growing wait of at most 15 minutes, and
// listed with its last error meanwhile.
type Dispatcher struct {
	outbox   Outbox
	receiver Receiver
	options  DispatcherOptions
	woken    chan struct{}
	retries  retries // used by Run alone
}

// NewDispatcher makes a dispatcher; Run runs it.
func NewDispatcher(outbox Outbox, receiver Receiver, o DispatcherOptions) *Dispatcher {
	if o.After == nil {
		o.After = time.After //nolint:forbidigo // the default of what is injected
	}
	if o.Timeout == 0 {
		o.Timeout = DefaultTimeout
	}
	return &Dispatcher{outbox: outbox, receiver: receiver, options: o, woken: make(chan struct{}, 1)}
}

// Wake tells the dispatcher that something was added. It never blocks.
func (d *Dispatcher) Wake() {
	select {
	case d.woken <- struct{}{}:
	default: // woken already, and has not looked yet
	}
}

// Run delivers until ctx ends. Then it finishes the attempts under way, each within the
// timeout, and returns. Only one may run on an outbox at a time.
func (d *Dispatcher) Run(ctx context.Context) {
	for ctx.Err() == nil {
		if more := d.deliverDue(ctx); more {
			continue
		}
		sleep := recheck
		if at, ok := d.retries.next(); ok {
			sleep = max(0, min(sleep, at.Sub(d.options.Now())))
		}
		select {
		case <-ctx.Done():
		case <-d.woken:
		case <-d.options.After(sleep):
		}
	}
}

// deliverDue delivers a batch of what is due, notes when to try again what failed, and
// answers whether more may be due.
func (d *Dispatcher) deliverDue(ctx context.Context) (more bool) {
	now := d.options.Now()
	d.retries.forget(now)
	due, err := d.outbox.Undelivered(ctx, now, batchSize)
	if err != nil {
		if ctx.Err() == nil {
			d.options.Log.ErrorContext(ctx, "the outbox cannot be read; notifications wait", "error", err)
		}
		d.retries.add(now.Add(outboxRetry))
		return false
	}
	outcomes := make([]outcome, len(due))
	var attempts errgroup.Group
	attempts.SetLimit(inFlight)
	for i, n := range due {
		attempts.Go(func() error {
			if ctx.Err() == nil {
				outcomes[i] = d.attempt(ctx, n)
			}
			return nil
		})
	}
	_ = attempts.Wait() // attempts answer into outcomes
	more = len(due) == batchSize
	for _, o := range outcomes {
		if !o.retryAt.IsZero() {
			d.retries.add(o.retryAt)
		}
		more = more && !o.unnoted
	}
	return more
}

// outcome is what came of an attempt.
type outcome struct {
	retryAt time.Time // zero if it was delivered
	unnoted bool      // the outbox could not be told
}

// attempt tries to deliver one notification. What was begun is finished and written down
// though ctx ends.
func (d *Dispatcher) attempt(ctx context.Context, n Notification) (o outcome) {
	ctx = context.WithoutCancel(ctx)
	bounded, cancel := context.WithTimeout(ctx, d.options.Timeout)
	failure := d.receiver.Deliver(bounded, n)
	cancel()

	now := d.options.Now()
	var err error
	if failure == nil {
		err = d.outbox.Delivered(ctx, n.ID, now)
	} else {
		wait := backoff(n.Attempts+1, d.options.Random())
		o.retryAt = now.Add(wait)
		d.options.Log.WarnContext(ctx, "notification not delivered; it will be tried again", "notification", n.ID,
			"receiver", d.receiver.Name(), "attempt", n.Attempts+1, "retryIn", wait.String(), "error", failure)
		err = d.outbox.Failed(ctx, n.ID, failure.Error(), o.retryAt)
	}
	if err != nil {
		d.options.Log.ErrorContext(ctx, "the outbox cannot be written; a notification may be delivered again", "notification", n.ID, "error", err)
		return outcome{retryAt: now.Add(outboxRetry), unnoted: true}
	}
	return o
}
