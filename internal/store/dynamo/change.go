package dynamo

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	// maxAttempts bounds how often one change is decided. With the pauses below that is
	// some seconds of others being faster each time.
	maxAttempts = 20
	firstPause  = 5 * time.Millisecond
	longestWait = 400 * time.Millisecond
)

// ErrContended says that others were faster each time: nothing is written. It may be asked for again.
var ErrContended = errors.New("the items were changed by others each time")

// ErrReadAgain is what decide answers when it finds that what it read is not of one moment.
var ErrReadAgain = errors.New("what was read is not of one moment")

// Decision is what decide makes of what it has read: the answer, and what to write for it to
// be true. A nil or empty Transaction says that nothing is to be written.
type Decision[R any] struct {
	Answer      R
	Transaction *Transaction
}

// Change reads, decides and writes. decide is called with attempt 0, and again, with the
// next number, after a pause with jitter, when something it read has changed before its
// transaction was written, when DynamoDB was too busy, when no answer came, and after
// ErrReadAgain. Any other error of decide ends it and is answered as it is, and nothing
// is written.
//
// Where no answer came, the transaction may have been written, or may yet be. Change looks
// for its token in what it was to write; when it finds it, the answer is that of then. So
// what took effect is not decided a second time.
func Change[R any](ctx context.Context, t *Table, decide func(ctx context.Context, attempt int) (Decision[R], error)) (R, error) {
	var none R
	var open []attempted[R]
	var last error
	for attempt := range maxAttempts {
		if attempt > 0 {
			if err := t.pause(ctx, attempt); err != nil {
				return none, errors.Join(err, last)
			}
		}
		if answer, found, err := settle(ctx, t, open); found || err != nil {
			return answer, err
		}
		d, refusal := decide(ctx, attempt)
		if errors.Is(refusal, ErrReadAgain) {
			last = refusal
			continue
		}
		if refusal != nil || d.Transaction == nil || d.Transaction.Len() == 0 {
			// What was still under way may be why: then it is no refusal.
			if answer, found, err := settle(ctx, t, open); found || err != nil {
				return answer, err
			}
			return d.Answer, refusal
		}
		token := t.options.NewToken()
		o, err := t.commit(ctx, d.Transaction, token)
		switch o {
		case committed:
			return d.Answer, nil
		case refused:
			return none, err
		case unknown:
			open = append(open, attempted[R]{token, d})
		}
		if ctx.Err() != nil {
			return none, errors.Join(ctx.Err(), err)
		}
		last = err
	}
	return none, fmt.Errorf("%w, %d times: %w", ErrContended, maxAttempts, last)
}

// attempted is a transaction of which it is not known whether it was written.
type attempted[R any] struct {
	token    string
	decision Decision[R]
}

// settle looks whether one of the transactions has been written.
func settle[R any](ctx context.Context, t *Table, open []attempted[R]) (answer R, found bool, err error) {
	for _, a := range open {
		for _, w := range a.decision.Transaction.writes {
			if w.next == nil {
				continue
			}
			now, err := t.Get(ctx, w.was.Key)
			if err != nil {
				return answer, false, err
			}
			if now.writtenBy() == a.token {
				return a.decision.Answer, true, nil
			}
			break // all of it is written or nothing: one item tells
		}
	}
	return answer, false, nil
}

// ErrThrottled says that DynamoDB has put off a part of a batch each time. It may be asked for again.
var ErrThrottled = errors.New("DynamoDB was too busy each time")

// again waits before a batch's rest, which DynamoDB has put off, is asked for: before
// attempt 0 not at all, and no longer than Change would.
func (t *Table) again(ctx context.Context, attempt int) error {
	switch {
	case attempt == 0:
		return nil
	case attempt == maxAttempts:
		return ErrThrottled
	}
	return t.pause(ctx, attempt)
}

// pause waits before attempt n, from 1: up to twice as long each time, anywhere in between, so
// that those who collided do not meet again.
func (t *Table) pause(ctx context.Context, n int) error {
	longest := min(longestWait, firstPause<<min(n, 10))
	return t.options.Wait(ctx, time.Duration(t.options.Random()*float64(longest)))
}
