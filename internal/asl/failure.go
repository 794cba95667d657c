package asl

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// Error names of the language (states-language.net/spec.html, appendix A, and the
// Step Functions developer guide, "Error names").
const (
	errAll             = "States.ALL"
	errRuntime         = "States.Runtime"
	errTimeout         = "States.Timeout"
	errHeartbeat       = "States.HeartbeatTimeout"
	errTaskFailed      = "States.TaskFailed"
	errDataLimit       = "States.DataLimitExceeded"
	errNoChoice        = "States.NoChoiceMatched"
	errPathConflict    = "States.ReferencePathConflict"
	errExceedTolerated = "States.ExceedToleratedFailureThreshold"
)

// failure is why a state did not come to its end.
type failure struct {
	name  string
	cause string
	// evaluation: a path, a template or a function of the definition failed. Step
	// Functions then names the state in the cause.
	evaluation bool
	choicePath bool
	noName     bool // a Fail without Error
	noCause    bool
}

func (f failure) Error() string { return f.name + ": " + f.cause }

// runtimeFailure is a failure of evaluation under States.Runtime.
func runtimeFailure(cause string) failure {
	return failure{name: errRuntime, cause: cause, evaluation: true}
}

// asFailure makes a failure of any error that an evaluation answered.
func asFailure(err error) failure {
	if f, ok := err.(failure); ok { //nolint:errorlint // failures are never wrapped in this package
		return f
	}
	return runtimeFailure(err.Error())
}

// inState adds to a failure of evaluation where it happened, as Step Functions does.
func (f failure) inState(at *frame) failure {
	if f.evaluation {
		f.cause = fmt.Sprintf("An error occurred while executing the state '%s' (entered at the event id #%d). %s", at.state.name, at.enteredID, f.cause)
		f.evaluation = false
	}
	return f
}

// matchesAny reports whether a Retry or Catch with these names is for the error.
// States.TaskFailed stands for every error but a timeout. States.ALL stands for every
// error but States.DataLimitExceeded and States.Runtime.
func matchesAny(names []string, name string) bool {
	if slices.Contains(names, name) {
		return true
	}
	switch name {
	case errRuntime, errDataLimit:
		return false
	case errHeartbeat:
		if slices.Contains(names, errTimeout) {
			return true
		}
	case errTimeout:
	default:
		if slices.Contains(names, errTaskFailed) {
			return true
		}
	}
	return slices.Contains(names, errAll)
}

// backoff is how long to wait before retry n (from 0) by this retrier.
func (r *retrier) backoff(n int, rand func() uint64) time.Duration {
	delay := float64(r.interval) * math.Pow(r.rate, float64(n))
	// Above some 290 years a Duration overflows; a hundred years is as good as for ever.
	const longest = 100 * 365 * 24 * time.Hour
	d := longest
	if delay < float64(longest) {
		d = time.Duration(delay)
	}
	if r.maxDelay > 0 {
		d = min(d, r.maxDelay)
	}
	if r.jitter && d > 0 {
		d = time.Duration(rand() % uint64(d+1))
	}
	return d
}
