package trial

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/vacancy/vacancy/internal/asl"
)

// Now is the trial's time, in UTC.
func (x *Execution) Now() time.Time {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.now
}

// After calls do once d of the trial's time has passed, unless the execution has
// ended by then. A payment that comes five minutes after the token was handed
// out is made so.
func (x *Execution) After(d time.Duration, do func()) {
	x.mu.Lock()
	defer x.mu.Unlock()
	a := appointment{x.now.Add(d), do}
	at, _ := slices.BinarySearchFunc(x.scheduled, a, func(e, a appointment) int {
		if e.at.After(a.at) {
			return 1
		}
		return -1 // after those of the same time
	})
	x.scheduled = slices.Insert(x.scheduled, at, a)
}

// SendTaskSuccess ends the task that waits on the token; see workflow.Runner.
func (x *Execution) SendTaskSuccess(_ context.Context, token string, output json.RawMessage) error {
	return x.callback(asl.Event{Kind: asl.TaskSucceeded, Token: token, Output: output})
}

// SendTaskFailure fails the task that waits on the token; see workflow.Runner.
func (x *Execution) SendTaskFailure(_ context.Context, token, name, cause string) error {
	return x.callback(asl.Event{Kind: asl.TaskFailed, Token: token, Error: name, Cause: cause})
}

// SendTaskHeartbeat restarts the heartbeat clock of the task that waits on the
// token; see workflow.Runner.
func (x *Execution) SendTaskHeartbeat(_ context.Context, token string) error {
	return x.callback(asl.Event{Kind: asl.TaskHeartbeat, Token: token})
}

func (x *Execution) callback(ev asl.Event) error {
	if err := x.advance(ev); err != nil {
		return err
	}
	if ev.Kind != asl.TaskHeartbeat {
		x.observe(Observation{Kind: CallbackReceived, Data: ev.Output, Error: ev.Error, Cause: ev.Cause})
	}
	return nil
}
