// Package workflow says what a workflow runner is: the [Runner] interface, the
// [Handler] that a Task state runs, the typed [Error] by which a task fails, and
// the execution and history types that both runners answer with.
//
// It is a leaf: it imports the standard library only. Two runners implement it,
// workflow/local (in-process, durable) and workflow/sfn (AWS Step Functions);
// both pass the suite in workflowtest.
package workflow

import (
	"context"
	"encoding/json"
	"time"
)

// Handler runs one task: JSON in, JSON out. The Lambda runtime takes this very
// value, so the same function runs on the same bytes in both places.
//
// A Handler is called at least once for a task and must therefore be idempotent.
// It fails a task under a name of its choice by returning an [Error]; any other
// error reaches the state machine as States.TaskFailed.
type Handler func(ctx context.Context, input json.RawMessage) (json.RawMessage, error)

// Status is the status of an execution, in the words of the Step Functions API.
type Status string

const (
	Running   Status = "RUNNING"
	Succeeded Status = "SUCCEEDED"
	Failed    Status = "FAILED"
	TimedOut  Status = "TIMED_OUT"
	Aborted   Status = "ABORTED"
)

// Ended reports whether the status is final.
func (s Status) Ended() bool { return s != Running && s != "" }

// ExecutionID names an execution. Name is unique within Machine, for ever on the
// local runner and for 90 days after its end on Step Functions.
type ExecutionID struct {
	Machine string // "reservation", "trip", …: the name of the file in statemachine/
	Name    string
}

// Execution is one run of a state machine.
type Execution struct {
	ExecutionID
	ARN       string
	Status    Status
	Input     json.RawMessage
	Output    json.RawMessage // set when Succeeded
	Error     string          // set when Failed, TimedOut or Aborted, if one was given
	Cause     string
	StartedAt time.Time // UTC
	StoppedAt time.Time // UTC; zero while it runs
}

// HistoryEvent is one event of an execution's history. Type and the shape of
// Details are those of the Step Functions API (HistoryEvent), for instance
// Type "TaskStateEntered" and Details {"name":…,"input":…}.
type HistoryEvent struct {
	ID         int64 // from 1, without gaps
	PreviousID int64 // the event that led to this one; 0 for the first
	Type       string
	Timestamp  time.Time // UTC
	Details    json.RawMessage
}

// ListFilter chooses executions. The zero value chooses all of them.
type ListFilter struct {
	Machine string // all machines if empty
	Status  Status // all statuses if empty
	After   string // the cursor of the page before
	Limit   int    // 1 to 1000; 0 means 100
}

// Page is a page of executions, newest first. Next is empty on the last page.
type Page struct {
	Executions []Execution
	Next       string
}

// HistoryPage is a page of history, oldest first. Next is empty on the last page.
type HistoryPage struct {
	Events []HistoryEvent
	Next   string
}

// Runner starts and steers executions. Every method is safe for concurrent use.
//
// The tokens it takes are those that it handed to a task by the context object
// ($$.Task.Token); a token of a task that has ended, timed out or never was is
// refused with [ErrTaskTimedOut] or [ErrInvalidToken].
type Runner interface {
	// Start starts an execution. When it returns without error the start is
	// durable. Starting an execution again under the same name and input while
	// it runs succeeds and answers the running one; otherwise the name is
	// refused with ErrExecutionAlreadyExists. An unknown machine is
	// ErrStateMachineDoesNotExist.
	Start(ctx context.Context, id ExecutionID, input json.RawMessage) (Execution, error)

	// SendTaskSuccess ends the waiting task that the token belongs to, with output.
	SendTaskSuccess(ctx context.Context, token string, output json.RawMessage) error
	// SendTaskFailure fails the waiting task that the token belongs to.
	SendTaskFailure(ctx context.Context, token string, name, cause string) error
	// SendTaskHeartbeat restarts the heartbeat clock of the waiting task.
	SendTaskHeartbeat(ctx context.Context, token string) error

	// Stop aborts a running execution. Stopping an ended one changes nothing.
	Stop(ctx context.Context, id ExecutionID, name, cause string) error
	// Describe answers the execution, or ErrExecutionDoesNotExist.
	Describe(ctx context.Context, id ExecutionID) (Execution, error)
	// History answers a page of the execution's history, oldest first. After is
	// the Next of the page before, or empty; limit 0 means 1000.
	History(ctx context.Context, id ExecutionID, after string, limit int) (HistoryPage, error)
	// List answers a page of executions, newest first.
	List(ctx context.Context, filter ListFilter) (Page, error)
}
