// Package ratelimit bounds how often each principal may do something: a token bucket for
// each. Where the buckets are kept is the deployment's to say: in the one process of a house
// ([NewMemory]), or in the table that all processes share (internal/store/dynamo).
//
// internal/ratelimit/ratelimittest holds every Limiter to this.
package ratelimit

import (
	"context"
	"time"
)

// Rate is how often a principal may call: Burst calls at once, and another one after each
// Interval. The zero Rate is no limit.
type Rate struct {
	Interval time.Duration
	Burst    int
}

// PerMinute answers the rate of n calls a minute, of which up to half may come at once; no
// limit for 0 or less.
func PerMinute(n int) Rate {
	if n <= 0 {
		return Rate{}
	}
	return Rate{Interval: time.Minute / time.Duration(n), Burst: max(1, n/2)}
}

// None reports whether the rate is no limit.
func (r Rate) None() bool { return r.Interval <= 0 || r.Burst <= 0 }

// Limiter bounds one kind of call. It is safe for concurrent use.
type Limiter interface {
	// Take takes one call of the principal. It answers 0, or how long to wait before the
	// next one: then this one does not count. An error says that the call could not be
	// counted; it may have been.
	Take(ctx context.Context, principal string) (wait time.Duration, err error)
}

// Unlimited lets everybody call as often as they like.
type Unlimited struct{}

// Take implements Limiter.
func (Unlimited) Take(context.Context, string) (time.Duration, error) { return 0, nil }
