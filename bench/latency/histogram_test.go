package latency_test

import (
	"testing"
	"time"

	"github.com/vacancy/vacancy/bench/latency"
)

// near allows for the three significant figures of a histogram.
func near(got, want float64) bool { return got >= want*0.999 && got <= want*1.001 }

func TestQuantilesOfMergedCallers(t *testing.T) {
	all := latency.NewHistogram()
	for caller := range 10 { // 1 ms to 1000 ms, in no order
		one := latency.NewHistogram()
		for i := range 100 {
			if err := one.Record(time.Duration(1000-i*10-caller) * time.Millisecond); err != nil {
				t.Fatal(err)
			}
		}
		all.Merge(one)
	}
	if all.Count() != 1000 {
		t.Errorf("%d recorded, want 1000", all.Count())
	}
	for share, want := range map[float64]float64{0.5: 500, 0.99: 990, 1: 1000} {
		if got := all.Milliseconds(share); !near(got, want) {
			t.Errorf("%v of them within %v ms, want %v", share, got, want)
		}
	}
}

func TestOneSlowCallIsSeen(t *testing.T) {
	h := latency.NewHistogram()
	for range 98 {
		_ = h.Record(2 * time.Millisecond)
	}
	for range 2 {
		_ = h.Record(3 * time.Second)
	}
	if p50, p99, most := h.Milliseconds(0.5), h.Milliseconds(0.99), h.Milliseconds(1); !near(p50, 2) || !near(p99, 3000) || !near(most, 3000) {
		t.Errorf("p50 %v ms, p99 %v ms, the most %v ms", p50, p99, most)
	}
}

func TestLimits(t *testing.T) {
	h := latency.NewHistogram()
	if got := h.Milliseconds(0.99); got != 0 {
		t.Errorf("of nothing: %v", got)
	}
	if err := h.Record(-time.Second); err != nil || h.Count() != 1 || h.Milliseconds(1) != 0 {
		t.Errorf("before its time: %v, %d recorded, %v ms", err, h.Count(), h.Milliseconds(1))
	}
	if err := h.Record(latency.Longest + time.Hour); err == nil {
		t.Error("a duration that cannot be recorded was taken")
	}
}
