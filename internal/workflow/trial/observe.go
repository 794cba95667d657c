package trial

import (
	"encoding/json"
	"time"
)

// Kind is what an Observation tells.
type Kind string

const (
	TaskStarted      Kind = "TaskStarted" // Data is what the task is sent; with Attempt > 0 it is a retry
	TaskSucceeded    Kind = "TaskSucceeded"
	TaskSubmitted    Kind = "TaskSubmitted" // it waits for its callback now
	TaskFailed       Kind = "TaskFailed"
	CallbackReceived Kind = "CallbackReceived" // Error is set when it fails the task
	TimePassed       Kind = "TimePassed"       // Took says how much, until the next wait, backoff or timeout ends
)

// Observation is one step of a trial.
type Observation struct {
	Kind      Kind
	At        time.Time // the trial's time, UTC
	State     string
	Iteration string
	Attempt   int
	Data      json.RawMessage
	Error     string
	Cause     string
	Took      time.Duration
}

func (x *Execution) observe(o Observation) {
	if x.cfg.Observe == nil {
		return
	}
	o.At = x.Now()
	x.cfg.Observe(o)
}
