package asl

import (
	"fmt"
	"math"
	"time"
)

// Error names of the language (states-language.net/spec.html, appendix A, and the
// Step Functions developer guide, "Error names").
const (
	errAll             = "States.ALL"
	errRuntime         = "States.Runtime"
	errTimeout         = "States.Timeout"
	errHeartbeat       = "States.HeartbeatTimeout"
	errQuery           = "States.QueryEvaluationError"
	errTaskFailed      = "States.TaskFailed"
	errDataLimit       = "States.DataLimitExceeded"
	errNoChoice        = "States.NoChoiceMatched"
	errPathConflict    = "States.ReferencePathConflict"
	errResultPath      = "States.ResultPathMatchFailure"
	errExceedTolerated = "States.ExceedToleratedFailureThreshold"
)

// failure is why a state did not come to its end.
type failure struct {
	name  string
	cause string
	// evaluation: a path, a template or a function of the definition failed. Step
	// Functions then names the state in the cause.
	evaluation bool
	location   string // the field of the state that an evaluation failed in
	terminal   bool   // nothing retries or catches it
	heartbeat  bool   // a timeout that came of a missed heartbeat
	noName     bool   // there is no error name: a Fail without Error, a callback without one
	noCause    bool
	ownEvent   bool // of a Parallel or Map: a child failed, not an expression of its own
}

// uncatchable reports a failure that no Retry or Catch is for, not even by its name.
func (f *failure) uncatchable() bool { return f.terminal || f.name == errRuntime }

// report is what a Catch gives its next state to know.
func (f *failure) report() map[string]any {
	report := map[string]any{"Error": f.name, "Cause": f.cause}
	if f.noName {
		report["Error"] = nil
	}
	if f.noCause && f.name != errTimeout {
		report["Cause"] = nil
	}
	return report
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

// matchesAny reports whether a Retry or Catch with these names is for the failure.
// States.ALL stands for every error, States.TaskFailed for every one but a timeout. A
// missed heartbeat is a States.Timeout that also answers to States.HeartbeatTimeout.
func (f *failure) matchesAny(names []string) bool {
	for _, name := range names {
		switch {
		case name == errAll, name == f.name && !f.noName:
			return true
		case name == errTaskFailed && f.name != errTimeout:
			return true
		case name == errHeartbeat && f.heartbeat:
			return true
		}
	}
	return false
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
