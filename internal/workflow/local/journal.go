// Package local is the embedded, durable workflow runner. It executes the
// definitions in statemachine/ in this process and journals every transition, so
// that after a crash each execution goes on where it was: a task may run again,
// it is never skipped.
package local

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/vacancy/vacancy/internal/workflow"
)

// Errors of a Journal.
var (
	// ErrConflict: the execution is not at the sequence number the entry was
	// made for; somebody else has moved it.
	ErrConflict = errors.New("journal: the execution has moved on")
)

// Lane orders what is due: all of a lower lane before any of a higher.
type Lane int

const (
	// Deadlines holds executions with a timer, a callback or a task in flight.
	Deadlines Lane = 0
	// Backlog holds executions that were started and not advanced yet.
	Backlog Lane = 1
)

// Record is an execution as journaled.
type Record struct {
	workflow.ExecutionID
	Definition string // hash of the definition it was started with; see Journal.PutDefinition
	Seq        int64  // number of entries appended; 0 when only started
	Status     workflow.Status
	Input      json.RawMessage
	State      []byte // asl.State; nil when Seq is 0
	Output     json.RawMessage
	Error      string
	Cause      string
	StartedAt  time.Time
	StoppedAt  time.Time
}

// Entry is one transition: it replaces the state, appends to the history and
// says when the execution is to be looked at again.
type Entry struct {
	workflow.ExecutionID
	Seq    int64 // precondition: the Seq of the record it was made from
	Status workflow.Status
	State  []byte
	Events []workflow.HistoryEvent // numbered on from the last
	Due    time.Time               // zero: never by itself (it waits for a callback without timeout, or has ended)
	Output json.RawMessage         // when it succeeded
	Error  string
	Cause  string
	At     time.Time
	Urgent bool // commit ahead of backlog
}

// Due names an execution that is due.
type Due struct {
	workflow.ExecutionID
	At   time.Time
	Lane Lane
}

// Journal keeps executions durably. When a method that writes returns without
// error, what it wrote survives a crash of the machine. Two suites hold it:
// workflowtest (through the runner) and journaltest.
type Journal interface {
	// PutDefinition stores a definition under its hash; storing it again changes nothing.
	PutDefinition(ctx context.Context, machine, hash string, source []byte) error
	// Definition answers a stored definition, or workflow.ErrStateMachineDoesNotExist.
	Definition(ctx context.Context, machine, hash string) ([]byte, error)

	// Create journals the start of an execution (Seq 0, Running, due at once in
	// lane Backlog). If the name is taken it answers the record that has it and
	// workflow.ErrExecutionAlreadyExists.
	Create(ctx context.Context, r Record) (Record, error)
	// Append journals one transition, or answers ErrConflict when the record's
	// Seq is not e.Seq, workflow.ErrExecutionDoesNotExist when there is none.
	Append(ctx context.Context, e Entry) error

	// Load answers an execution, or workflow.ErrExecutionDoesNotExist.
	Load(ctx context.Context, id workflow.ExecutionID) (Record, error)
	// Due lists running executions whose due time is at or before now, the
	// lower lane first, then by time, at most limit.
	Due(ctx context.Context, now time.Time, limit int) ([]Due, error)
	// NextDue answers the earliest due time of all running executions.
	NextDue(ctx context.Context) (at time.Time, ok bool, err error)

	// History answers events with an id greater than after, at most limit.
	History(ctx context.Context, id workflow.ExecutionID, after int64, limit int) ([]workflow.HistoryEvent, error)
	// List answers executions, newest first.
	List(ctx context.Context, f workflow.ListFilter) (workflow.Page, error)

	// Started is signalled (never blocking; capacity 1) after a commit that
	// created an execution, whoever created it.
	Started() <-chan struct{}
}
