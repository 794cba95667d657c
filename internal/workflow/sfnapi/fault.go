package sfnapi

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/local"
)

// fault is an error as the API answers it: __type, message and the HTTP status.
type fault struct {
	kind    string
	message string
	status  int
}

func (f *fault) Error() string { return f.kind + ": " + f.message }

func refuse(kind, format string, args ...any) *fault {
	return &fault{kind, fmt.Sprintf(format, args...), http.StatusBadRequest}
}

// The kinds of fault, as the API Reference names them.
const (
	conflict                     = "ConflictException"
	executionAlreadyExists       = "ExecutionAlreadyExists"
	executionDoesNotExist        = "ExecutionDoesNotExist"
	internalFailure              = "InternalFailure"
	invalidARN                   = "InvalidArn"
	invalidDefinition            = "InvalidDefinition"
	invalidExecutionInput        = "InvalidExecutionInput"
	invalidName                  = "InvalidName"
	invalidOutput                = "InvalidOutput"
	invalidToken                 = "InvalidToken"
	missingRequiredParameter     = "MissingRequiredParameter"
	resourceNotFound             = "ResourceNotFound"
	serialization                = "SerializationException"
	stateMachineAlreadyExists    = "StateMachineAlreadyExists"
	stateMachineDeleting         = "StateMachineDeleting"
	stateMachineDoesNotExist     = "StateMachineDoesNotExist"
	stateMachineTypeNotSupported = "StateMachineTypeNotSupported"
	taskTimedOut                 = "TaskTimedOut"
	tooManyTags                  = "TooManyTags"
	unknownOperation             = "UnknownOperationException"
	validation                   = "ValidationException"
)

// asFault makes a fault of any error. One that is none of the caller's doing is told
// to the log alone.
func asFault(err error) *fault {
	var f *fault
	switch {
	case errors.As(err, &f):
		return f
	case errors.Is(err, workflow.ErrInvalidToken):
		return refuse(invalidToken, "Invalid Token: 'Invalid token'")
	case errors.Is(err, workflow.ErrTaskTimedOut):
		return refuse(taskTimedOut, "Task Timed Out: 'Provided task does not exist anymore'")
	case errors.Is(err, workflow.ErrInvalidOutput):
		return refuse(invalidOutput, "Invalid Output: '%s'", err)
	case errors.Is(err, workflow.ErrInvalidName):
		return refuse(invalidName, "Invalid Name: '%s'", err)
	case errors.Is(err, workflow.ErrInvalidInput):
		return refuse(invalidExecutionInput, "Invalid State Machine Execution Input: '%s'", err)
	case errors.Is(err, workflow.ErrInvalidCursor):
		return refuse(invalidToken, "Invalid Token: '%s'", err)
	case errors.Is(err, local.ErrStopped):
		return &fault{"ServiceUnavailable", "the server is shutting down", http.StatusServiceUnavailable}
	}
	return &fault{internalFailure, "The request could not be answered; the server's log says why.", http.StatusInternalServerError}
}
