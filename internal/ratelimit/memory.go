package ratelimit

import (
	"context"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/time/rate"
)

// principals is how many are known at once, some 200 bytes each. Whoever was forgotten
// begins anew, which takes that many other principals meanwhile: tokens are not had for free.
const principals = 10_000

// Memory is a Limiter of one process, of so many principals as were seen last.
type Memory struct {
	rate    Rate
	now     func() time.Time
	buckets *lru.Cache[string, *rate.Limiter]
}

// NewMemory makes a limiter whose buckets are full.
func NewMemory(r Rate, now func() time.Time) Limiter {
	if r.None() {
		return Unlimited{}
	}
	buckets, err := lru.New[string, *rate.Limiter](principals)
	if err != nil {
		panic(err) // only for a size below 1
	}
	return &Memory{rate: r, now: now, buckets: buckets}
}

// Take implements Limiter. It never fails.
func (m *Memory) Take(_ context.Context, principal string) (time.Duration, error) {
	bucket, ok := m.buckets.Get(principal)
	if !ok {
		bucket = rate.NewLimiter(rate.Every(m.rate.Interval), m.rate.Burst)
		if other, there, _ := m.buckets.PeekOrAdd(principal, bucket); there {
			bucket = other
		}
	}
	now := m.now()
	reserved := bucket.ReserveN(now, 1)
	wait := reserved.DelayFrom(now)
	if wait > 0 {
		reserved.CancelAt(now)
	}
	return wait, nil
}
