package saga

import (
	"context"
	"fmt"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
)

const (
	// repairBackoff is the pause after a first repair; it doubles with each, up to repairBackoffMax.
	repairBackoff    = 5 * time.Second
	repairBackoffMax = 15 * time.Minute
)

// Execution is what a saga's own item keeps about the executions that speak for it. The
// first is named by the saga's id, the n-th repair <id>-repair-<n>. The zero value is
// marked to be started.
type Execution struct {
	Started    bool
	Repairs    int
	RepairedAt time.Time // zero before a first repair
}

// Name answers the execution that speaks for the saga now.
func (e Execution) Name(id string) string { return executionName(id, e.Repairs) }

// Names answers all of them, in the order in which they were started.
func (e Execution) Names(id string) []string {
	names := make([]string, 0, e.Repairs+1)
	for n := 0; n <= e.Repairs; n++ {
		names = append(names, executionName(id, n))
	}
	return names
}

func executionName(id string, repair int) string {
	if repair == 0 {
		return id
	}
	return fmt.Sprintf("%s-repair-%d", id, repair)
}

// MaxIDLength is the longest id of a saga: the names of its repairs fit into the 80
// characters of an execution's name (AWS Step Functions API, StartExecution).
const MaxIDLength = 64

// CheckID refuses, with INVALID_INPUT about the field, an id that executions and keys of
// items cannot be named by.
func CheckID(field, id string) error {
	if id == "" || len(id) > MaxIDLength {
		return booking.Invalid(field, "the id must have 1 to %d characters, it has %d", MaxIDLength, len(id))
	}
	for _, c := range id {
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.') {
			return booking.Invalid(field, "the id may have letters, digits, '-', '_' and '.' in it, not %q", c)
		}
	}
	return nil
}

// Repaired answers e after one more repair, which is counted before it is started, so that
// each number is used once.
func (e Execution) Repaired(now time.Time) Execution {
	return Execution{Started: true, Repairs: e.Repairs + 1, RepairedAt: now}
}

// MayRepair reports whether another repair may be started: one that fails at once is not
// started over and over.
func (e Execution) MayRepair(now time.Time) bool {
	if e.Repairs == 0 {
		return true
	}
	pause := repairBackoffMax
	if e.Repairs < 8 {
		pause = min(pause, repairBackoff<<(e.Repairs-1))
	}
	return !now.Before(e.RepairedAt.Add(pause))
}

// Running reports whether any of the saga's executions runs.
func (e Execution) Running(ctx context.Context, w booking.Workflow, id string) (bool, error) {
	for n := e.Repairs; n >= 0; n-- {
		running, err := w.Running(ctx, executionName(id, n))
		if running || err != nil {
			return running, err
		}
	}
	return false, nil
}
