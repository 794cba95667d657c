package workflow

import (
	"errors"
	"fmt"
)

// Error fails a task under a name that Retry and Catch can match. Return it by
// value or wrapped; [AsError] finds it.
type Error struct {
	Name  string // "PaymentDeclined", "States.Timeout", …
	Cause string // for people
}

func (e Error) Error() string {
	if e.Cause == "" {
		return e.Name
	}
	return fmt.Sprintf("%s: %s", e.Name, e.Cause)
}

// Error names of the Amazon States Language ("Errors") that runners give themselves.
const (
	TaskFailed        = "States.TaskFailed"        // a task whose handler named no error
	Timeout           = "States.Timeout"           // a task or an execution took too long
	Runtime           = "States.Runtime"           // the definition cannot go on; nothing but its repair helps
	DataLimitExceeded = "States.DataLimitExceeded" // a payload above MaxPayload
)

// AsError answers the Error in err's chain. An err without one becomes
// States.TaskFailed with the error's text as its cause.
func AsError(err error) Error {
	var e Error
	if errors.As(err, &e) {
		return e
	}
	return Error{Name: TaskFailed, Cause: err.Error()}
}

// Errors that a Runner answers. Test for them with errors.Is.
var (
	ErrExecutionAlreadyExists   = errors.New("an execution of this name exists already")
	ErrExecutionDoesNotExist    = errors.New("no execution of this name")
	ErrStateMachineDoesNotExist = errors.New("no state machine of this name")
	ErrInvalidToken             = errors.New("invalid task token")
	ErrTaskTimedOut             = errors.New("the task of this token has ended or timed out")
	ErrInvalidName              = errors.New("invalid execution name")
	ErrInvalidInput             = errors.New("invalid execution input")
	ErrInvalidOutput            = errors.New("invalid task output")
	ErrInvalidCursor            = errors.New("invalid cursor")
)
