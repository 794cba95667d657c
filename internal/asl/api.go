// Package asl is the Amazon States Language: it parses and validates a
// definition and advances an execution of it. It is pure: no I/O, no clock, no
// randomness of its own. What it needs of these comes in by [Env], and what is
// to be done leaves as [Command] values.
//
// The rules are those of the Amazon States Language specification
// (https://states-language.net/spec.html) and, where that is silent, of AWS Step
// Functions as its developer guide tells and its answers show.
package asl

import (
	"encoding/json"
	"time"
)

// Env is what an advance knows of the world outside.
type Env struct {
	Now  time.Time     // UTC
	Rand func() uint64 // uniform; task tokens, States.UUID, States.MathRandom, jitter
	// Took, if any, hears of each branch that the advance takes: coverage.
	Took func(Branch)
}

// Status is the status of an execution.
type Status string

const (
	Running   Status = "RUNNING"
	Succeeded Status = "SUCCEEDED"
	Failed    Status = "FAILED"
	TimedOut  Status = "TIMED_OUT"
	Aborted   Status = "ABORTED"
)

// ExecutionContext is the part of the context object ($$) that the runner knows
// and that never changes while the execution runs.
type ExecutionContext struct {
	ExecutionARN     string
	ExecutionName    string
	RoleARN          string
	StateMachineARN  string
	StateMachineName string
	StartTime        time.Time // UTC
}

// EventKind says what happened to an execution from outside.
type EventKind string

const (
	Tick          EventKind = "Tick"          // time passed: what is due at Env.Now is done; see State.NextDue for whether that was all
	TaskSubmitted EventKind = "TaskSubmitted" // the call of a .waitForTaskToken or .sync task was made; it waits now
	TaskSucceeded EventKind = "TaskSucceeded"
	TaskFailed    EventKind = "TaskFailed"
	TaskHeartbeat EventKind = "TaskHeartbeat"
	Stop          EventKind = "Stop" // abort the execution
)

// Event is one thing that happened. Task events name the task by TaskID, or by
// Token when they come from a callback.
type Event struct {
	Kind   EventKind
	TaskID int64
	Token  string
	Output json.RawMessage // TaskSubmitted, TaskSucceeded
	Error  string          // TaskFailed, Stop
	Cause  string          // TaskFailed, Stop
}

// Command is a task to run. It is the only kind of command there is: timers are
// State.NextDue, the end is State.Status.
type Command struct {
	TaskID    int64           // unique within the execution; name it in the event that answers
	State     string          // name of the Task state
	Iteration string          // "" at the top level; else a path such as "Fan[0]/Each[12]" of Parallel branches and Map iterations
	Attempt   int             // 0 for the first attempt, then the number of retries
	Resource  string          // the ARN as written, without its pattern suffix
	Pattern   string          // "", "waitForTaskToken", "sync", "sync:2"
	Arguments json.RawMessage // what is sent: Parameters or Arguments evaluated, else the state's input
	Token     string          // where Pattern is not ""
	Deadline  time.Time       // UTC; when TimeoutSeconds ends the task; zero if none
	Heartbeat time.Duration   // 0 if none
}

// HistoryEvent is one event of the history, with AWS's type names and details.
type HistoryEvent struct {
	ID         int64
	PreviousID int64
	Type       string
	Timestamp  time.Time
	Details    json.RawMessage
}

// Transition is what an advance led to.
type Transition struct {
	State    *State         // use this from now on; the State passed in must not be used again
	Commands []Command      // tasks to start now
	Events   []HistoryEvent // what to append to the history
}
