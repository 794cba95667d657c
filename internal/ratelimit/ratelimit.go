// Package ratelimit bounds how often each principal may do something: a token bucket for
// each, of so many principals as were seen last.
package ratelimit

import (
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/time/rate"
)

// principals is how many are known at once, some 200 bytes each. Whoever was forgotten
// begins anew, which takes that many other principals meanwhile: tokens are not had for free.
const principals = 10_000

// Limiter bounds one kind of call. A nil Limiter bounds nothing. It is safe for
// concurrent use.
type Limiter struct {
	perSecond rate.Limit
	burst     int
	now       func() time.Time
	buckets   *lru.Cache[string, *rate.Limiter]
}

// PerMinute answers a limiter of n calls a minute, of which up to half may come at once; nil
// for 0 or less: no limit.
func PerMinute(n int, now func() time.Time) *Limiter {
	if n <= 0 {
		return nil
	}
	buckets, err := lru.New[string, *rate.Limiter](principals)
	if err != nil {
		panic(err) // only for a size below 1
	}
	return &Limiter{perSecond: rate.Limit(float64(n) / 60), burst: max(1, n/2), now: now, buckets: buckets}
}

// Take takes one call of the principal. It answers 0, or how long to wait before the next
// one: then this one does not count.
func (l *Limiter) Take(principal string) time.Duration {
	if l == nil {
		return 0
	}
	bucket, ok := l.buckets.Get(principal)
	if !ok {
		bucket = rate.NewLimiter(l.perSecond, l.burst)
		if other, there, _ := l.buckets.PeekOrAdd(principal, bucket); there {
			bucket = other
		}
	}
	now := l.now()
	reserved := bucket.ReserveN(now, 1)
	wait := reserved.DelayFrom(now)
	if wait > 0 {
		reserved.CancelAt(now)
	}
	return wait
}
