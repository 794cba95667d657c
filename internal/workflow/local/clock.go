package local

import "time"

// Clock is the runner's time.
type Clock interface {
	Now() time.Time
	// Timer answers a channel that receives once when d has passed, and what
	// stops it before.
	Timer(d time.Duration) (fired <-chan time.Time, stop func() bool)
}

// SystemClock is the clock of the machine.
type SystemClock struct{}

// Now implements Clock.
func (SystemClock) Now() time.Time { return time.Now() }

// Timer implements Clock.
func (SystemClock) Timer(d time.Duration) (<-chan time.Time, func() bool) {
	t := time.NewTimer(d)
	return t.C, t.Stop
}
