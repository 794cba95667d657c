package batch

import (
	"time"

	"github.com/vacancy/vacancy/internal/saga"
)

// Kind is the kind of an import's id, as of booking.NewID.
const Kind = "imp"

// Status says how far an import is: RECEIVING → RECEIVED → PROCESSING → TRANSFORMING →
// COMMITTING → PUBLISHED. What fails on the way, and each dry run, goes on to ROLLING_BACK →
// FAILED, or CHECKED for a dry run that came to its end; or to NEEDS_ATTENTION, when
// something could not be undone.
type Status string

const (
	Receiving      Status = "RECEIVING"
	Received       Status = "RECEIVED"
	Processing     Status = "PROCESSING"
	Transforming   Status = "TRANSFORMING"
	Committing     Status = "COMMITTING"
	Published      Status = "PUBLISHED"
	RollingBack    Status = "ROLLING_BACK"
	Failed         Status = "FAILED"
	Checked        Status = "CHECKED"
	NeedsAttention Status = "NEEDS_ATTENTION"
)

// Ended reports whether nothing goes on any more by itself.
func (s Status) Ended() bool {
	return s == Published || s == Failed || s == Checked || s == NeedsAttention
}

// forward reports whether the steps are on their way to publishing.
func (s Status) forward() bool {
	return s == Received || s == Processing || s == Transforming || s == Committing
}

// Import is one file of listings and what became of it.
type Import struct {
	ID     string
	By     string // the principal who asked for it
	Status Status
	DryRun bool // say what would happen, and leave nothing
	// RunType asks for a failure, in development stages: a RunType, or "".
	RunType   RunType
	CreatedAt time.Time // UTC; of all its apartments, too
	EndedAt   time.Time // when it was published, or the last of it undone; zero before
	Parts     int       // of the stored file
	Bytes     int64     // in them
	Rows      int       // records in the file; 0 before it is processed
	Chunks    int       // of records; 0 before it is processed
	// MissingColumns are those that could be read but that the file does not have.
	MissingColumns []string
	Failure        *Failure // why it is, or was, rolled back; nil for a dry run
	Left           Left     // what was not undone, while it NEEDS_ATTENTION
	Execution      saga.Execution
	// Open says that there is something left to do for the execution, if only to clear
	// away what was staged. The sweeper looks at open imports only.
	Open bool
}

// RunType makes a step of an import fail on purpose, in development stages.
type RunType string

const (
	FailProcess   RunType = "failProcess"
	FailTransform RunType = "failTransform"
	FailCommit    RunType = "failCommit"
)

// Failure is the error of the step that failed first.
type Failure struct {
	Error string `json:"Error"` // its name, as the definition's Catch has it
	Cause string `json:"Cause"`
}

// Left is what of an import is in the store and should not be.
type Left struct {
	Apartments int `json:"apartments"` // unpublished ones
	Chunks     int `json:"chunks"`     // of staged records
	Parts      int `json:"parts"`      // of the file
}

// Chunk is some records of an import that are staged together.
type Chunk struct {
	Number  int // from 0
	State   ChunkState
	Rows    int
	First   int      // line of its first record
	Last    int      // line of its last record
	Records []Record // nil where they were not asked for, or are cleared away
	Outcome Outcome  // zero before it is transformed
}

// ChunkState: STAGED → TRANSFORMED → UNDONE; an undone chunk is never transformed again.
type ChunkState string

const (
	Staged      ChunkState = "STAGED"
	Transformed ChunkState = "TRANSFORMED"
	Undone      ChunkState = "UNDONE"
)

// Outcome is what became of the records of a chunk, or of a whole import. In a dry run
// it is what would have become of them.
type Outcome struct {
	Created    int       `json:"created"`    // apartments that are new
	Unchanged  int       `json:"unchanged"`  // listings that are known already and stay as they are
	Duplicates int       `json:"duplicates"` // records that repeat an earlier one of the file word for word
	Refused    int       `json:"refused"`    // records that are no apartment
	Refusals   []Refusal `json:"refusals,omitempty"`
}

// Refusal says why a record was not taken.
type Refusal struct {
	Line   int    `json:"line"`             // of the file, from 1; that on which the record begins
	Column string `json:"column,omitempty"` // "" when the record as a whole is at fault
	Reason string `json:"reason"`
}
