package bench

import (
	"time"
)

// Progress shows a person that something happens.
type Progress interface {
	// Begin names what is done next, in so many steps.
	Begin(what string, steps int)
	// Step says that so many more are done. It is safe for concurrent use.
	Step(n int)
	// End ends it.
	End()
}

// begin shows something that takes so long, until what it answers is called.
func (o Options) begin(what string, duration time.Duration) (end func()) {
	const step = 100 * time.Millisecond
	steps := max(1, int(duration/step))
	o.Progress.Begin(what, steps)
	done, shown := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(shown)
		ticker := time.NewTicker(step)
		defer ticker.Stop()
		for {
			select {
			case <-done:
				return
			case <-ticker.C:
				if steps--; steps >= 0 {
					o.Progress.Step(1)
				}
			}
		}
	}()
	return func() {
		close(done)
		<-shown
		o.Progress.End()
	}
}
