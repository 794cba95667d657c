package local

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/vacancy/vacancy/internal/asl"
	"github.com/vacancy/vacancy/internal/workflow"
)

// NewRecord answers the record of a new execution, for a store that journals it
// in a transaction of its own ([Journal].Create does nothing else). It makes the
// checks of Start: the name, the machine, the input, which is {} if empty.
func (r *Runner) NewRecord(id workflow.ExecutionID, input json.RawMessage) (Record, error) {
	if err := workflow.CheckName(id.Name); err != nil {
		return Record{}, err
	}
	hash, err := r.machines.hash(id.Machine)
	if err != nil {
		return Record{}, err
	}
	if len(bytes.TrimSpace(input)) == 0 {
		input = json.RawMessage("{}")
	}
	if err := checkPayload(input, workflow.ErrInvalidInput); err != nil {
		return Record{}, err
	}
	return Record{ExecutionID: id, Definition: hash, Status: workflow.Running, Input: input, StartedAt: r.now()}, nil
}

// Start implements workflow.Runner.
func (r *Runner) Start(ctx context.Context, id workflow.ExecutionID, input json.RawMessage) (workflow.Execution, error) {
	rec, err := r.NewRecord(id, input)
	if err != nil {
		return workflow.Execution{}, err
	}
	stored, err := r.cfg.Journal.Create(ctx, rec)
	if errors.Is(err, workflow.ErrExecutionAlreadyExists) {
		if stored.Status == workflow.Running && sameJSON(stored.Input, rec.Input) {
			x := r.execution(stored)
			x.Input = rec.Input
			if stored.Seq == 0 {
				r.Offer(id) // somebody else has journaled it just now
			}
			return x, nil
		}
		return r.execution(stored), fmt.Errorf("start %q of state machine %q: %w", id.Name, id.Machine, workflow.ErrExecutionAlreadyExists)
	}
	if err != nil {
		return workflow.Execution{}, fmt.Errorf("start %q of state machine %q: %w", id.Name, id.Machine, err)
	}
	r.stats.started.Add(1)
	x := r.execution(stored)
	x.Input = rec.Input
	r.Offer(id)
	return x, nil
}

// Offer tells of an execution that was journaled just now by somebody else, so
// that it is driven at once where there is room for it. Without it the journal's
// Started signal does the same a little later.
func (r *Runner) Offer(id workflow.ExecutionID) {
	if r.running.Load() {
		r.sched.offer(id)
	}
}

// Describe implements workflow.Runner.
func (r *Runner) Describe(ctx context.Context, id workflow.ExecutionID) (workflow.Execution, error) {
	rec, err := r.cfg.Journal.Load(ctx, id)
	if err != nil {
		return workflow.Execution{}, err
	}
	return r.execution(rec), nil
}

func (r *Runner) execution(rec Record) workflow.Execution {
	return workflow.Execution{
		ExecutionID: rec.ExecutionID,
		ARN:         r.executionARN(rec.ExecutionID),
		Status:      rec.Status,
		Input:       rec.Input,
		Output:      rec.Output,
		Error:       rec.Error,
		Cause:       rec.Cause,
		StartedAt:   rec.StartedAt,
		StoppedAt:   rec.StoppedAt,
	}
}

func (r *Runner) executionContext(rec Record) asl.ExecutionContext {
	identity := r.cfg.Identity(rec.ExecutionID)
	return asl.ExecutionContext{
		ExecutionARN:     identity.ARN,
		ExecutionName:    identity.Name,
		RoleARN:          identity.RoleARN,
		StateMachineARN:  r.cfg.ARNPrefix + ":stateMachine:" + rec.Machine,
		StateMachineName: rec.Machine,
		StartTime:        rec.StartedAt,
	}
}

func (r *Runner) executionARN(id workflow.ExecutionID) string { return r.cfg.Identity(id).ARN }

// checkPayload refuses, as kind, what is too large or not JSON.
func checkPayload(payload []byte, kind error) error {
	if len(payload) > workflow.MaxPayload {
		return fmt.Errorf("%w: it has %d bytes, at most %d are allowed", kind, len(payload), workflow.MaxPayload)
	}
	if !json.Valid(payload) {
		return fmt.Errorf("%w: it is not JSON", kind)
	}
	return nil
}

// sameJSON reports whether two valid JSON texts differ in white space only.
func sameJSON(a, b []byte) bool {
	if bytes.Equal(a, b) {
		return true
	}
	var x, y bytes.Buffer
	return json.Compact(&x, a) == nil && json.Compact(&y, b) == nil && bytes.Equal(x.Bytes(), y.Bytes())
}
