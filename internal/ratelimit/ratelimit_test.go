package ratelimit_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/ratelimit"
	"github.com/vacancy/vacancy/internal/ratelimit/ratelimittest"
)

func TestMemory(t *testing.T) {
	ratelimittest.Run(t, func(*testing.T) func(string, ratelimit.Rate, func() time.Time) ratelimit.Limiter {
		return func(_ string, r ratelimit.Rate, now func() time.Time) ratelimit.Limiter {
			return ratelimit.NewMemory(r, now)
		}
	})
}

// TestMemoryIsBounded: a hundred thousand principals leave no more than ten thousand.
func TestMemoryIsBounded(t *testing.T) {
	l := ratelimit.NewMemory(ratelimit.PerMinute(20), time.Now)
	heap := func() int64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	before := heap()
	for i := range 100_000 {
		if _, err := l.Take(t.Context(), fmt.Sprint("principal ", i)); err != nil {
			t.Fatal(err)
		}
	}
	if grown := heap() - before; grown > 8<<20 {
		t.Errorf("the heap grew by %d MiB", grown>>20)
	}
	runtime.KeepAlive(l)
}
