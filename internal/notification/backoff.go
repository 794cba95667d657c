package notification

import "time"

// Bounds of the wait before another attempt.
const (
	firstRetry = time.Second
	lastRetry  = 15 * time.Minute
)

// backoff is how long to wait after the n-th failed attempt, from 1: it doubles up to
// lastRetry, and random, from [0, 1), takes up to half of it away, so that what failed
// together does not come again together.
func backoff(n int, random float64) time.Duration {
	wait := lastRetry
	if doublings := max(n-1, 0); doublings < 10 { // 2^10 s is above lastRetry
		wait = min(firstRetry<<doublings, lastRetry)
	}
	return wait - time.Duration(random*float64(wait)/2)
}
