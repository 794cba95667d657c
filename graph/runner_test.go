package graph_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/workflow"
)

// memoryRunner is a workflow.Runner that starts executions, lists them, and runs none.
// It is the domain's booking.Workflow too.
type memoryRunner struct {
	workflow.Runner
	mu    sync.Mutex
	now   func() time.Time
	begun []workflow.Execution
	down  error
}

// domainWorkflow is the runner as the domain sees it.
type domainWorkflow struct{ runner *memoryRunner }

func (w domainWorkflow) Start(ctx context.Context, s booking.WorkflowStart) error {
	_, err := w.runner.Start(ctx, workflow.ExecutionID{Machine: "reservation", Name: s.Name}, s.Input)
	return err
}

func (domainWorkflow) Wake(context.Context, string, json.RawMessage) error { return nil }

func (domainWorkflow) Running(context.Context, string) (bool, error) { return true, nil }

func (r *memoryRunner) Start(_ context.Context, id workflow.ExecutionID, input json.RawMessage) (workflow.Execution, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.down != nil {
		return workflow.Execution{}, r.down
	}
	if id.Machine != "reservation" && id.Machine != "order" {
		return workflow.Execution{}, fmt.Errorf("start: %w", workflow.ErrStateMachineDoesNotExist)
	}
	if err := workflow.CheckName(id.Name); err != nil {
		return workflow.Execution{}, err
	}
	for _, e := range r.begun {
		if e.ExecutionID == id {
			if string(e.Input) != string(input) {
				return workflow.Execution{}, workflow.ErrExecutionAlreadyExists
			}
			return e, nil
		}
	}
	e := workflow.Execution{ExecutionID: id, ARN: "arn:aws:states:local:0:execution:" + id.Machine + ":" + id.Name,
		Status: workflow.Running, Input: input, StartedAt: r.now()}
	r.begun = append(r.begun, e)
	return e, nil
}

func (r *memoryRunner) Describe(_ context.Context, id workflow.ExecutionID) (workflow.Execution, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range r.begun {
		if e.ExecutionID == id {
			return e, nil
		}
	}
	return workflow.Execution{}, workflow.ErrExecutionDoesNotExist
}

// History answers three events of each execution.
func (r *memoryRunner) History(_ context.Context, _ workflow.ExecutionID, after string, limit int) (page workflow.HistoryPage, err error) {
	from, err := cursorOf(after)
	if err != nil {
		return page, err
	}
	for id := from + 1; id <= 3 && len(page.Events) < limit; id++ {
		page.Events = append(page.Events, workflow.HistoryEvent{ID: int64(id), PreviousID: int64(id - 1),
			Type: "TaskStateEntered", Timestamp: r.now(), Details: json.RawMessage(`{"name":"S` + strconv.Itoa(id) + `"}`)})
		page.Next = strconv.Itoa(id)
	}
	if page.Next == "3" {
		page.Next = ""
	}
	return page, nil
}

func (r *memoryRunner) List(_ context.Context, f workflow.ListFilter) (page workflow.Page, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	from, err := cursorOf(f.After)
	if err != nil {
		return page, err
	}
	n := 0
	for _, e := range slices.Backward(r.begun) {
		if f.Machine != "" && f.Machine != e.Machine || f.Status != "" && f.Status != e.Status {
			continue
		}
		if n++; n <= from {
			continue
		}
		if len(page.Executions) == f.Limit {
			page.Next = strconv.Itoa(n - 1)
			break
		}
		page.Executions = append(page.Executions, e)
	}
	return page, nil
}

func cursorOf(after string) (int, error) {
	if after == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(after)
	if err != nil {
		return 0, fmt.Errorf("%w: %q", workflow.ErrInvalidCursor, after)
	}
	return n, nil
}
