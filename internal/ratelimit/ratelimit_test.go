package ratelimit_test

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/ratelimit"
)

func TestTake(t *testing.T) {
	now := time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC)
	l := ratelimit.PerMinute(12, func() time.Time { return now })
	for i := range 6 {
		if wait := l.Take("ann"); wait != 0 {
			t.Fatalf("call %d waits %s", i, wait)
		}
	}
	for range 3 { // asking too early costs nothing
		if wait := l.Take("ann"); wait != 5*time.Second {
			t.Errorf("the seventh waits %s, want 5s", wait)
		}
	}
	if wait := l.Take("bob"); wait != 0 {
		t.Errorf("somebody else waits %s", wait)
	}
	now = now.Add(5 * time.Second)
	if wait := l.Take("ann"); wait != 0 {
		t.Errorf("after the wait: %s", wait)
	}
	if wait := l.Take("ann"); wait != 5*time.Second {
		t.Errorf("after that: %s, want 5s", wait)
	}
	now = now.Add(time.Hour)
	taken := 0
	for taken < 10 && l.Take("ann") == 0 {
		taken++
	}
	if taken != 6 {
		t.Errorf("after an hour %d at once, want 6", taken)
	}
}

func TestNoLimit(t *testing.T) {
	l := ratelimit.PerMinute(0, time.Now)
	for range 1000 {
		if wait := l.Take("ann"); wait != 0 {
			t.Fatalf("it waits %s", wait)
		}
	}
}

func TestManyAtOnce(t *testing.T) {
	l := ratelimit.PerMinute(20, func() time.Time { return time.Unix(0, 0) })
	var taken atomic.Int64
	var calling sync.WaitGroup
	for range 50 {
		calling.Go(func() {
			if l.Take("ann") == 0 {
				taken.Add(1)
			}
		})
	}
	calling.Wait()
	if taken.Load() != 10 {
		t.Errorf("%d of 50 at once, want 10", taken.Load())
	}
}

// TestMemoryIsBounded: a hundred thousand principals leave no more than ten thousand.
func TestMemoryIsBounded(t *testing.T) {
	l := ratelimit.PerMinute(20, time.Now)
	heap := func() int64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	before := heap()
	for i := range 100_000 {
		l.Take(fmt.Sprint("principal ", i))
	}
	if grown := heap() - before; grown > 8<<20 {
		t.Errorf("the heap grew by %d MiB", grown>>20)
	}
	runtime.KeepAlive(l)
}
