package main

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vacancy/vacancy/bench/report"
)

func TestDriveCallsEachNumberOnce(t *testing.T) {
	var calls [500]atomic.Int64
	l, err := drive(t.Context(), 8, time.Minute, 100, 500, func(_ context.Context, n int64) error {
		calls[n].Add(1)
		return nil
	})
	if err != nil || l.took.Count() != 400 {
		t.Fatalf("%d calls, %v", l.took.Count(), err)
	}
	for n := range calls {
		want := int64(0)
		if n >= 100 {
			want = 1
		}
		if got := calls[n].Load(); got != want {
			t.Errorf("%d was called %d times, want %d", n, got, want)
		}
	}
}

func TestDriveStopsWhenItsTimeIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		l, err := drive(t.Context(), 4, time.Second, 0, 1<<40, func(context.Context, int64) error {
			<-time.After(10 * time.Millisecond)
			return nil
		})
		if err != nil || time.Since(began) != time.Second || l.perSecond() != 400 {
			t.Errorf("%s, %v a second, %v", time.Since(began), l.perSecond(), err)
		}
		if p50 := l.took.Milliseconds(0.5); p50 < 9.99 || p50 > 10.01 {
			t.Errorf("p50 %v ms, want 10", p50)
		}
	})
}

func TestDriveFailsWithItsCallers(t *testing.T) {
	broken := errors.New("broken")
	_, err := drive(t.Context(), 4, time.Minute, 0, 1<<40, func(ctx context.Context, n int64) error {
		if n == 2 {
			return broken
		}
		if n > 2 {
			<-ctx.Done()
		}
		return nil
	})
	if !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
}

func TestServersThatAreNotDurableAreRefused(t *testing.T) {
	durable := report.PostgreSQL{Fsync: "on", SynchronousCommit: "on", FullPageWrites: "on"}
	if err := requireDurable(durable); err != nil {
		t.Errorf("a durable one: %v", err)
	}
	for name, spoil := range map[string]func(*report.PostgreSQL){
		"fsync=off":                func(s *report.PostgreSQL) { s.Fsync = "off" },
		"synchronous_commit=local": func(s *report.PostgreSQL) { s.SynchronousCommit = "local" },
		"full_page_writes=off":     func(s *report.PostgreSQL) { s.FullPageWrites = "off" },
	} {
		s := durable
		spoil(&s)
		if err := requireDurable(s); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestLatenessOfHolds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reverted := make(chan time.Duration, 100)
		for i := range 100 {
			reverted <- time.Duration(i+1) * time.Millisecond
		}
		l, err := gather(t.Context(), reverted, 100, time.Second)
		if err != nil || l.Holds != 100 || l.P50 < 49.9 || l.P50 > 50.1 || l.P99 < 98.9 || l.P99 > 99.1 || l.Last < 99.9 || l.Last > 100.1 {
			t.Errorf("%+v, %v", l, err)
		}
		reverted <- time.Millisecond
		if _, err := gather(t.Context(), reverted, 2, time.Second); err == nil || !strings.Contains(err.Error(), "1 of 2") {
			t.Errorf("one of two reverted: %v", err)
		}
	})
}
