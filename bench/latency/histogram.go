// Package latency gathers how long things took, or how late they came.
package latency

import (
	"fmt"
	"time"

	hdrhistogram "github.com/HdrHistogram/hdrhistogram-go"
)

// Longest is the longest duration that a Histogram records; longer ones fail, as a
// measurement must not be made to look better than it was.
const Longest = 10 * time.Minute

// Histogram counts durations from 1 µs to Longest with three significant figures. It
// is not safe for concurrent use: give each goroutine one of its own, and Merge them.
type Histogram struct{ counts *hdrhistogram.Histogram }

// NewHistogram makes an empty histogram.
func NewHistogram() *Histogram {
	return &Histogram{hdrhistogram.New(1, Longest.Microseconds(), 3)}
}

// Record counts a duration. What is shorter than 1 µs, or came before its time, counts
// as 0.
func (h *Histogram) Record(d time.Duration) error {
	if err := h.counts.RecordValue(max(0, d.Microseconds())); err != nil {
		return fmt.Errorf("%s is longer than the %s that can be recorded: %w", d, Longest, err)
	}
	return nil
}

// Merge adds what another histogram counted.
func (h *Histogram) Merge(other *Histogram) { h.counts.Merge(other.counts) }

// Count is how many durations were recorded.
func (h *Histogram) Count() int { return int(h.counts.TotalCount()) }

// Milliseconds answers the duration that a share of those recorded did not exceed, from
// 0 to 1; 0 where nothing was recorded.
func (h *Histogram) Milliseconds(share float64) float64 {
	return float64(h.counts.ValueAtPercentile(share*100)) / 1000
}
