// Package ratelimittest is the suite that every ratelimit.Limiter passes.
package ratelimittest

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/ratelimit"
)

// Factory makes limiters that share nothing with those of other tests. Each call of make
// makes one more process that counts at the same place.
type Factory func(t *testing.T) (make func(kind string, r ratelimit.Rate, now func() time.Time) ratelimit.Limiter)

// Run runs the suite.
func Run(t *testing.T, factory Factory) {
	start := time.Date(2026, 2, 3, 4, 5, 6, 7_000_000, time.UTC)
	take := func(t *testing.T, l ratelimit.Limiter, who string) time.Duration {
		t.Helper()
		wait, err := l.Take(t.Context(), who)
		if err != nil {
			t.Fatal(err)
		}
		return wait.Round(time.Microsecond) // a bucket may count in fractions
	}
	t.Run("HalfAMinutesAtOnceThenOneByOne", func(t *testing.T) {
		now := start
		l := factory(t)("reserve", ratelimit.PerMinute(12), func() time.Time { return now })
		for i := range 6 {
			if wait := take(t, l, "ann"); wait != 0 {
				t.Fatalf("call %d waits %s", i, wait)
			}
		}
		for range 3 { // asking too early costs nothing
			if wait := take(t, l, "ann"); wait != 5*time.Second {
				t.Errorf("the seventh waits %s, want 5s", wait)
			}
		}
		now = now.Add(2 * time.Second)
		if wait := take(t, l, "ann"); wait != 3*time.Second {
			t.Errorf("2 s later it waits %s, want 3s", wait)
		}
		now = now.Add(3 * time.Second)
		if wait := take(t, l, "ann"); wait != 0 {
			t.Errorf("after the wait: %s", wait)
		}
		if wait := take(t, l, "ann"); wait != 5*time.Second {
			t.Errorf("after that: %s, want 5s", wait)
		}
		now = now.Add(time.Hour)
		taken := 0
		for taken < 100 && take(t, l, "ann") == 0 {
			taken++
		}
		if taken != 6 {
			t.Errorf("after an hour %d at once, want 6", taken)
		}
	})
	t.Run("EachPrincipalAndKindByItself", func(t *testing.T) {
		now := func() time.Time { return start }
		makeLimiter := factory(t)
		reserve, pay := makeLimiter("reserve", ratelimit.PerMinute(2), now), makeLimiter("pay", ratelimit.PerMinute(2), now)
		for _, c := range []struct {
			what  string
			l     ratelimit.Limiter
			who   string
			waits bool
		}{
			{"ann reserves", reserve, "ann", false}, {"ann reserves again", reserve, "ann", true}, {"bob reserves", reserve, "bob", false},
			{"ann pays", pay, "ann", false}, {"ann pays again", pay, "ann", true}, {"bob pays", pay, "bob", false},
			{"whose name begins with ann's", reserve, "ann#pay", false},
		} {
			if wait := take(t, c.l, c.who); (wait > 0) != c.waits {
				t.Errorf("%s: waits %s", c.what, wait)
			}
		}
	})
	t.Run("OfManyAtOnceSoManyAsMay", func(t *testing.T) {
		l := factory(t)("reserve", ratelimit.PerMinute(20), func() time.Time { return start })
		var taken atomic.Int64
		var calling sync.WaitGroup
		for range 50 {
			calling.Go(func() {
				if wait, err := l.Take(t.Context(), "ann"); err != nil {
					t.Error(err)
				} else if wait == 0 {
					taken.Add(1)
				}
			})
		}
		calling.Wait()
		if taken.Load() != 10 {
			t.Errorf("%d of 50 at once, want 10", taken.Load())
		}
	})
	t.Run("NoLimit", func(t *testing.T) {
		l := factory(t)("reserve", ratelimit.PerMinute(0), func() time.Time { return start })
		for range 100 {
			if wait := take(t, l, "ann"); wait != 0 {
				t.Fatalf("it waits %s", wait)
			}
		}
	})
}
