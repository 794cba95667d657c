package storetest

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"testing"

	"github.com/vacancy/vacancy/internal/asl"
	"github.com/vacancy/vacancy/internal/saga/order"
	"github.com/vacancy/vacancy/internal/saga/trip"
	"github.com/vacancy/vacancy/internal/workflow/trial"
)

// Crash lets the program die at one write of a store, while a task of a saga runs: before the
// write arrives, or when it has and its answer has not. The store's factory asks it about
// each write.
type Crash struct {
	mu     sync.Mutex
	left   int // writes until it dies; 0: it does not
	after  bool
	kill   context.CancelFunc // of the task that runs; nil between tasks
	killed bool
}

// Write reports what becomes of a write that is about to be sent: its request is lost, or,
// where arrived is not nil, its answer; arrived is to be called in between.
func (c *Crash) Write() (loseRequest bool, arrived func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.kill == nil || c.left == 0 {
		return false, nil
	}
	if c.left--; c.left > 0 {
		return false, nil
	}
	c.killed = true
	if c.after {
		return false, c.kill
	}
	c.kill()
	return true, nil
}

// at arms it for the n-th write that a task makes from now on.
func (c *Crash) at(n int, after bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.left, c.after, c.killed = n, after, false
}

func (c *Crash) happened() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.killed
}

func (c *Crash) task(kill context.CancelFunc) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.kill = kill
}

// around runs the task again that was under way when the program died, as a runner does that
// was started again.
func (c *Crash) around(next trial.Task) trial.Task {
	return func(ctx context.Context, x *trial.Execution, command asl.Command) (json.RawMessage, error) {
		before := c.happened()
		living, kill := context.WithCancel(ctx)
		defer kill()
		c.task(kill)
		answer, err := next(living, x, command)
		c.task(nil)
		if c.happened() && !before {
			return next(ctx, x, command)
		}
		return answer, err
	}
}

// everyWrite runs a saga with a crash at its first write, at the second, and so on until there
// are no more; before it and after it.
func everyWrite(t *testing.T, c *Crash, run func(name string)) {
	t.Helper()
	for _, after := range []bool{false, true} {
		n := 1
		for ; ; n++ {
			c.at(n, after)
			run(fmt.Sprintf("crash-%d-%t", n, after))
			if !c.happened() {
				break
			}
		}
		if n == 1 {
			t.Error("there was no write to crash at")
		}
		t.Logf("%d writes", n-1)
	}
}

// RunOrderCrashes takes orders of both ends through a crash at every write of their store. open
// makes a store that asks the Crash about each.
func RunOrderCrashes(t *testing.T, open func(*testing.T, *Crash) order.Store) {
	for _, s := range orderScenarios() {
		if s.name != "no address" && (s.name != "fulfilled" || testing.Short()) {
			continue
		}
		t.Run(s.name, func(t *testing.T) {
			var c Crash
			w := newOrderWorld(t, open(t, &c))
			everyWrite(t, &c, func(name string) {
				o := w.place(s.request, s.carrier)
				r := w.run(o.ID, c.around)
				if wrong := w.wrong(o.ID, o.ID, r); wrong != "" {
					t.Errorf("%s: %s", name, wrong)
				}
				if ended := w.order(o.ID); ended.Status != s.ends || len(ended.Timeline) == 0 {
					t.Errorf("%s: it ended %s, want %s", name, ended.Status, s.ends)
				}
			})
		})
	}
}

// RunTripCrashes takes trips of both ends through a crash at every write of their store.
func RunTripCrashes(t *testing.T, open func(*testing.T, *Crash) trip.Store) {
	for _, s := range []struct {
		failing trip.RunType
		ends    trip.Status
	}{{trip.FailCarRentalConfirm, trip.Failed}, {trip.RunSuccess, trip.Booked}} {
		if testing.Short() && s.ends == trip.Booked {
			continue
		}
		t.Run(string(s.ends), func(t *testing.T) {
			var c Crash
			w := newTripWorld(t, open(t, &c), 0)
			everyWrite(t, &c, func(name string) {
				ended, err := w.travel(t.Context(), name, s.failing, func() uint64 { return 1 << 60 }, c.around(w.tasks))
				if err != nil || ended.Status != s.ends {
					t.Errorf("%s: it ended %s, %v; want %s", name, ended.Status, err, s.ends)
				}
			})
		})
	}
}
