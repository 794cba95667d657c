package bench

import (
	"testing"
	"time"
)

// quiet is a Progress that nobody watches.
type quiet struct{}

func (quiet) Begin(string, int) {}
func (quiet) Step(int)          {}
func (quiet) End()              {}

func TestEveryHoldIsSeenToEnd(t *testing.T) {
	o := Options{Callers: 8, Holds: 60, Progress: quiet{}, Dir: t.TempDir()}
	l, err := measureEnding(t.Context(), o, t.TempDir(), 100*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	if l.Holds != 60 || l.P50 > l.P99 || l.P99 > l.Last || l.Last <= 0 {
		t.Errorf("%+v", l)
	}
}

func TestHoldsThroughTheServiceLeaveNoBacklog(t *testing.T) {
	o := Options{Callers: 8, Duration: 100 * time.Millisecond, Progress: quiet{}}
	s, err := measureService(t.Context(), o, t.TempDir())
	if err != nil || s.Calls == 0 || s.PerSecond <= 0 {
		t.Fatalf("%+v, %v", s, err)
	}
	u, err := measureSustained(t.Context(), o, t.TempDir())
	if err != nil || u.Holds == 0 || u.PerSecond <= 0 {
		t.Fatalf("%+v, %v", u, err)
	}
}

func TestThePastIsMadeAndMeasured(t *testing.T) {
	o := Options{Callers: 4, Duration: 50 * time.Millisecond, Past: 40, Progress: quiet{}}
	p, err := measurePast(t.Context(), o, t.TempDir())
	if err != nil || p.Finished != 40 || p.Before.Calls == 0 || p.After.Calls == 0 {
		t.Fatalf("%+v, %v", p, err)
	}
}
