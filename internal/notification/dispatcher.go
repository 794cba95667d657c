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
}

// NewDispatcher makes a dispatcher; Run runs it.
func NewDispatcher(outbox Outbox, receiver Receiver, o DispatcherOptions) *Dispatcher {
	if o.After == nil {
		o.After = time.After
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
		sleep := d.deliverDue(ctx)
		if sleep <= 0 {
			continue
		}
		select {
		case <-ctx.Done():
		case <-d.woken:
		case <-d.options.After(sleep):
		}
	}
}

// deliverDue delivers a batch of what is due and answers how long to sleep afterwards.
func (d *Dispatcher) deliverDue(ctx context.Context) time.Duration {
	due, err := d.outbox.Undelivered(ctx, d.options.Now(), batchSize)
	if err != nil {
		if ctx.Err() == nil {
			d.options.Log.ErrorContext(ctx, "the outbox cannot be read; notifications wait", "error", err)
		}
		return outboxRetry
	}
	sleeps := make([]time.Duration, len(due))
	var attempts errgroup.Group
	attempts.SetLimit(inFlight)
	for i, n := range due {
		attempts.Go(func() error {
			sleeps[i] = recheck
			if ctx.Err() == nil {
				sleeps[i] = d.attempt(ctx, n)
			}
			return nil
		})
	}
	_ = attempts.Wait() // attempts report into sleeps
	if len(due) == batchSize {
		return 0
	}
	sleep := recheck
	for _, s := range sleeps {
		sleep = min(sleep, s)
	}
	return sleep
}

// attempt tries to deliver one notification and answers after what time there is more
// to do. What was begun is finished and written down though ctx ends.
func (d *Dispatcher) attempt(ctx context.Context, n Notification) time.Duration {
	ctx = context.WithoutCancel(ctx)
	bounded, cancel := context.WithTimeout(ctx, d.options.Timeout)
	failure := d.receiver.Deliver(bounded, n)
	cancel()

	now, next := d.options.Now(), recheck
	var err error
	if failure == nil {
		err = d.outbox.Delivered(ctx, n.ID, now)
	} else {
		next = backoff(n.Attempts+1, d.options.Random())
		d.options.Log.WarnContext(ctx, "notification not delivered; it will be tried again", "notification", n.ID,
			"receiver", d.receiver.Name(), "attempt", n.Attempts+1, "retryIn", next.String(), "error", failure)
		err = d.outbox.Failed(ctx, n.ID, failure.Error(), now.Add(next))
	}
	if err != nil {
		d.options.Log.ErrorContext(ctx, "the outbox cannot be written; a notification may be delivered again", "notification", n.ID, "error", err)
		return outboxRetry
	}
	return next
}
