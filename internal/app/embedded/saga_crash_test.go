package embedded_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/app"
	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/groupcommit"
	"github.com/vacancy/vacancy/internal/notification"
	"github.com/vacancy/vacancy/internal/workflow"
)

// sagaScenario is a trip, an order or an import, and the one end that it comes to, whatever
// fails on the way.
type sagaScenario struct {
	name   string
	config app.Config
	// run takes it to its end, asking again where there was no answer, and verifies that.
	run func(*world)
	// at are the places where it can fail; nil: everywhere.
	at []place
	// crashes: by crashes after commits only, where another scenario has the same steps fail
	// otherwise. Before a commit of the store is after the one before it, and what was done
	// in between at the gateway.
	crashes bool
	// short: also with -short, and then by crashes after a commit of the store only.
	short bool
}

// TestAFaultAtEveryBoundaryOfASaga takes trips, orders and imports through the whole program
// and lets one thing fail, at each commit and each call to the gateway in turn, as
// TestAFaultAtEveryBoundary does with reservations. Whatever failed, the saga comes to the one
// end that it has without faults, whole or empty, with the ledger right and everybody told.
func TestAFaultAtEveryBoundaryOfASaga(t *testing.T) {
	for _, c := range slices.Concat(tripScenarios, orderScenarios, importScenarios) {
		if testing.Short() && !c.short {
			continue
		}
		for _, kind := range faultKinds {
			if !c.failsBy(kind) {
				continue
			}
			t.Run(c.name+"/"+kind.name, func(t *testing.T) {
				t.Parallel()
				atEveryBoundary(t, kind, c.config, true, c.run)
			})
		}
	}
}

// failsBy reports whether it is made to fail by a kind of fault.
func (c sagaScenario) failsBy(kind faultKind) bool {
	after := kind.crash && kind.boundary == groupcommit.AfterCommit
	switch {
	case kind.grouped, c.at != nil && !slices.Contains(c.at, kind.at):
		return false
	case testing.Short():
		return after && kind.at == storeCommit
	}
	return after || !c.crashes
}

// ask has a client ask until there is an answer: success or a refusal, which fails the test.
func (w *world) ask(what string, do func(context.Context) error) {
	w.t.Helper()
	for range 20 {
		w.revive()
		err := do(w.life)
		if err == nil {
			return
		}
		if booking.CodeOf(err) != "" {
			w.fatal("%s is refused: %v", what, err)
		}
		w.later(200 * time.Millisecond)
	}
	w.fatal("%s is never answered", what)
}

// until lets time pass until nothing is open any more and no execution runs.
func (w *world) until(open func(context.Context) (what string, err error)) {
	w.t.Helper()
	state := ""
	for range 1200 {
		w.later(time.Second)
		what, err := open(context.Background())
		if err != nil {
			continue
		}
		state = what
		running, err := w.app.Runner.List(context.Background(), workflow.ListFilter{Status: workflow.Running})
		if err == nil && what == "" && len(running.Executions) == 0 && !w.trap.isDown() {
			return
		}
	}
	w.fatal("after twenty minutes: %s", state)
}

// mended opens the program again, in which compensations do not fail on purpose any more.
func (w *world) mended() {
	w.close()
	w.config.CompensationFailureRate = 0
	w.trap.disarm() // opening is no part of the saga
	w.trap.restarted()
	w.open()
	w.arm()
}

// verifyLedger: what the gateway has kept of a saga's money, taken at most once.
func (w *world) verifyLedger(id string, want int64) {
	w.t.Helper()
	totals, err := w.app.Gateway.Totals(context.Background(), id)
	if err != nil {
		w.fatal("%v", err)
	}
	var kept int64
	captures := 0
	for _, t := range totals {
		kept += t.Kept()
		captures += t.Captures
	}
	if captures > 1 || kept != want {
		w.fatal("the gateway captured %d times and has kept %d, want %d", captures, kept, want)
	}
}

// verifyTold: these kinds of notifications there are, each once, and no others.
func (w *world) verifyTold(want ...notification.Kind) {
	w.t.Helper()
	all, err := w.app.Outbox.List(context.Background(), 100)
	if err != nil {
		w.fatal("%v", err)
	}
	var told []notification.Kind
	for _, n := range all {
		told = append(told, n.Kind)
	}
	slices.Sort(told)
	if slices.Sort(want); !slices.Equal(told, want) {
		w.fatal("told are %v, want %v", told, want)
	}
}
