package client

import (
	"context"
	"net/http"
	"strconv"
	"time"
)

// RetryPolicy says how a call is repeated whose answer did not arrive, or was 429,
// 502, 503 or 504. The wait before the n-th repetition is random (full jitter) up to
// Base·2ⁿ⁻¹, at most Max; a Retry-After of the server's is respected instead, unless
// it is longer than LongestRetryAfter: then the call fails at once.
type RetryPolicy struct {
	Attempts int // in all, from 1
	Base     time.Duration
	Max      time.Duration
}

// DefaultRetry repeats three times, within about two seconds.
var DefaultRetry = RetryPolicy{Attempts: 4, Base: 200 * time.Millisecond, Max: 2 * time.Second}

// LongestRetryAfter bounds how long a call waits because the server said so.
const LongestRetryAfter = 30 * time.Second

// attempt is what one try led to.
type attempt struct {
	err        error
	again      bool          // another try may succeed and does no harm
	retryAfter time.Duration // what the server asked for; 0: it did not say
}

// retried runs try until it needs no repetition.
func (c *Client) retried(ctx context.Context, try func() attempt) error {
	for n := 1; ; n++ {
		a := try()
		if !a.again || n >= c.retry.Attempts || a.retryAfter > LongestRetryAfter || ctx.Err() != nil {
			return a.err
		}
		pause := a.retryAfter
		if pause == 0 {
			pause = time.Duration(c.rand() * float64(min(c.retry.Max, c.retry.Base<<(n-1))))
		}
		if c.wait(ctx, pause) != nil {
			return a.err
		}
	}
}

// transient reports whether the status says "not now" rather than "no".
func transient(status int) bool {
	switch status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// retryAfter reads the header in its form of seconds; a date is not honoured, as the
// clocks may differ.
func retryAfter(h http.Header) time.Duration {
	seconds, err := strconv.Atoi(h.Get("Retry-After"))
	if err != nil || seconds < 0 {
		return 0
	}
	return time.Duration(seconds) * time.Second
}
