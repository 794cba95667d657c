package local

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/vacancy/vacancy/internal/workflow"
)

// ErrConflict is answered by Journal.Append when the execution is not at the
// sequence number the entry was made for, or has ended: somebody else has moved it.
var ErrConflict = errors.New("journal: the execution has moved on")

// Lane says why a running execution is to be looked at again. A running
// execution is in exactly one lane, or in none when it waits for a callback
// without a timeout; an ended one is in none.
type Lane int

const (
	// Deadlines holds executions at rest until a timer ends or a callback comes.
	Deadlines Lane = 0
	// Backlog holds executions that were created and not advanced yet.
	Backlog Lane = 1
	// InFlight holds executions with tasks to run, which a worker of the runner
	// drives now. Whatever is found here at start-up was interrupted by a crash.
	InFlight Lane = 2
)

func (l Lane) String() string {
	switch l {
	case Deadlines:
		return "deadlines"
	case Backlog:
		return "backlog"
	case InFlight:
		return "in flight"
	}
	return "unknown lane"
}

// Record is an execution as journaled.
type Record struct {
	workflow.ExecutionID
	Definition string // hash of the definition it was started with; see Journal.PutDefinition
	Seq        int64  // number of entries appended; 0 when only created
	Row        int64  // where the journal has it, if it says so; see Entry.Row
	Status     workflow.Status
	Input      json.RawMessage
	State      []byte // opaque; nil when Seq is 0
	Output     json.RawMessage
	Error      string
	Cause      string
	StartedAt  time.Time // UTC
	StoppedAt  time.Time // UTC; zero while it runs
}

// Entry is one transition: it replaces the state, appends to the history and
// says when the execution is to be looked at again. Appending it adds 1 to the
// record's Seq. When Status is final the record's StoppedAt becomes At and the
// execution leaves its lane; Lane and Due are then ignored.
type Entry struct {
	workflow.ExecutionID
	Seq    int64 // precondition: the Seq of the record it was made from
	Row    int64 // the Row of that record: where to look first; 0 and any other do no harm
	Status workflow.Status
	State  []byte
	Events []workflow.HistoryEvent // may be empty; numbered on from the last
	Lane   Lane                    // Deadlines or InFlight
	Due    time.Time               // zero: never by itself, it waits for a callback without a timeout
	Output json.RawMessage         // when it succeeded
	Error  string
	Cause  string
	At     time.Time
	Urgent bool // commit ahead of what is not
}

// Due names an execution that is due.
type Due struct {
	workflow.ExecutionID
	At time.Time
	// Created is the execution as Load would answer it, in lane Backlog where its input
	// has at most SmallInput bytes, so that it need not be loaded; else nil.
	Created *Record
}

// SmallInput is the most bytes of an input that Journal.Due answers along: a batch of
// executions that are due is in memory at once.
const SmallInput = 4096

// Journal keeps executions durably. When a method that writes returns without
// error, what it wrote survives a crash of the machine. When it returns an error
// other than those named here, it may or may not have been written; the runner
// finds out by Load.
//
// Every method is safe for concurrent use. Times are kept to the nanosecond and
// answered in UTC. A Journal keeps no reference to what it is given and answers
// what the caller may change. Two suites hold it: journaltest, and workflowtest
// through the runner.
type Journal interface {
	// PutDefinition stores a definition under its hash; storing it again changes nothing.
	PutDefinition(ctx context.Context, machine, hash string, source []byte) error
	// Definition answers a stored definition, or workflow.ErrStateMachineDoesNotExist.
	Definition(ctx context.Context, machine, hash string) ([]byte, error)

	// Create journals a new execution: Seq 0, Running, in lane Backlog and due
	// at r.StartedAt. Of r it takes ExecutionID, Definition, Input and StartedAt,
	// and it answers the record as stored. If the name is taken it changes
	// nothing and answers the record that has it with
	// workflow.ErrExecutionAlreadyExists.
	Create(ctx context.Context, r Record) (Record, error)
	// Append journals one transition, all of it or nothing. It answers
	// ErrConflict when the record's Seq is not e.Seq or the execution has ended,
	// and workflow.ErrExecutionDoesNotExist when there is none.
	Append(ctx context.Context, e Entry) error

	// Load answers an execution as of the last commit, or
	// workflow.ErrExecutionDoesNotExist.
	Load(ctx context.Context, id workflow.ExecutionID) (Record, error)
	// Due lists the executions of a lane whose due time is at or before now,
	// earliest first, at most limit. It costs what it answers, however many wait.
	Due(ctx context.Context, lane Lane, now time.Time, limit int) ([]Due, error)
	// NextDue answers the earliest due time in lane Deadlines; ok is false when
	// none has one.
	NextDue(ctx context.Context) (at time.Time, ok bool, err error)
	// Count answers how many executions are in a lane. It may cost time
	// proportional to the answer and is for monitoring only.
	Count(ctx context.Context, lane Lane) (int64, error)

	// History answers events with an id greater than after, in order, at most
	// limit, or workflow.ErrExecutionDoesNotExist.
	History(ctx context.Context, id workflow.ExecutionID, after int64, limit int) ([]workflow.HistoryEvent, error)
	// List answers a page of executions, newest StartedAt first, executions that
	// started at the same instant in the reverse order of their creation. Input
	// and Output may be left out. What is created between two pages neither
	// repeats nor hides an older execution. A cursor that List did not hand out
	// is refused with workflow.ErrInvalidCursor.
	List(ctx context.Context, f workflow.ListFilter) (workflow.Page, error)

	// Started is signalled (never blocking; capacity 1) after a commit that
	// created an execution, whoever created it.
	Started() <-chan struct{}
}
