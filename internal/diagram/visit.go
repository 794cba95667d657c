package diagram

import (
	"strings"
	"time"
)

// Visit is what became of a state, over all the times that an execution entered it.
type Visit struct {
	State string
	Type  string // "Task", "Wait", …
	Mark  string // Taken, Undone, Caught, Current or Failed
	Times int    // how often it was entered: iterations and loops
	Left  int    // how often it was left
	// Failures are attempts that failed or timed out; all but those of a state that is
	// Caught or Failed were tried again.
	Failures  int
	Error     string // of the last failure, while the state has not come to a good end
	Cause     string
	EnteredAt time.Time // first, UTC
	LeftAt    time.Time // last, UTC; zero if never
}

// Visits answers what became of each state that the execution entered, in the order in
// which it first did.
func (p *Path) Visits() []Visit {
	all := make([]Visit, 0, len(p.order))
	for _, name := range p.order {
		all = append(all, *p.visits[name])
	}
	return all
}

// compensating are the verbs that our definitions name compensations by.
var compensating = []string{"Release", "Return", "Refund", "Cancel", "Delete", "Rollback", "Void"}

// IsCompensation reports whether a state undoes another, by its name.
func IsCompensation(state string) bool {
	for _, verb := range compensating {
		if strings.HasPrefix(state, verb) {
			return true
		}
	}
	return false
}

// isFailure reports whether an event says that an attempt of a state has failed.
func isFailure(eventType string) bool {
	return !strings.HasPrefix(eventType, "Execution") && !strings.HasPrefix(eventType, "MapIteration") &&
		(strings.HasSuffix(eventType, "Failed") || strings.HasSuffix(eventType, "TimedOut"))
}
