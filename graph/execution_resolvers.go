package graph

import (
	"context"
	"errors"

	"github.com/vacancy/vacancy/graph/model"
	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/workflow"
)

func (q queries) Executions(ctx context.Context, machine *string, status *workflow.Status, first *int, after *string) (*model.ExecutionPage, error) {
	limit := size(first)
	if err := checkFirst(limit); err != nil {
		return nil, err
	}
	page, err := q.runner.List(ctx, workflow.ListFilter{Machine: text(machine), Status: enum(status), After: text(after), Limit: limit})
	if err != nil {
		return nil, runnerRefusal(err)
	}
	nodes := make([]model.Execution, len(page.Executions))
	for i, e := range page.Executions {
		nodes[i] = model.Execution{Execution: e}
	}
	return &model.ExecutionPage{Nodes: nodes, PageInfo: runnerPageInfo(page.Next, after)}, nil
}

func (q queries) Execution(ctx context.Context, machine, name string) (*model.Execution, error) {
	e, err := q.runner.Describe(ctx, workflow.ExecutionID{Machine: machine, Name: name})
	if errors.Is(err, workflow.ErrExecutionDoesNotExist) {
		return nil, nil // GraphQL's null: there is none
	}
	if err != nil {
		return nil, err
	}
	return &model.Execution{Execution: e}, nil
}

func (r executions) History(ctx context.Context, e *model.Execution, first *int, after *string) (*model.HistoryPage, error) {
	limit := booking.MaxPageSize
	if first != nil {
		limit = *first
	}
	if err := checkFirst(limit); err != nil {
		return nil, err
	}
	page, err := r.runner.History(ctx, e.ExecutionID, text(after), limit)
	if err != nil {
		return nil, runnerRefusal(err)
	}
	nodes := make([]model.HistoryEvent, len(page.Events))
	for i, event := range page.Events {
		nodes[i] = model.HistoryEvent{HistoryEvent: event}
	}
	return &model.HistoryPage{Nodes: nodes, PageInfo: runnerPageInfo(page.Next, after)}, nil
}

func (m mutations) StartExecution(ctx context.Context, in model.StartExecutionInput) (*model.StartExecutionPayload, error) {
	start := func() (workflow.Execution, error) {
		return m.runner.Start(ctx, workflow.ExecutionID{Machine: in.Machine, Name: in.Name}, in.Input)
	}
	if in.Machine == orderMachine {
		start = func() (workflow.Execution, error) { return m.startOrder(ctx, in.Name, in.Input) }
	}
	e, err := start()
	refusal, err := refused(runnerRefusal(err))
	if err != nil {
		return nil, err
	}
	if refusal != nil {
		return &model.StartExecutionPayload{UserErrors: model.NewUserErrors(refusal)}, nil
	}
	return &model.StartExecutionPayload{Execution: &model.Execution{Execution: e}, UserErrors: model.NewUserErrors(nil)}, nil
}

// runnerRefusal makes a refusal of what the caller of a runner did wrong.
func runnerRefusal(err error) error {
	switch {
	case errors.Is(err, workflow.ErrStateMachineDoesNotExist):
		return &booking.Error{Code: booking.NotFound, Field: "machine", Message: "there is no state machine of this name"}
	case errors.Is(err, workflow.ErrExecutionAlreadyExists):
		return booking.Invalid("name", "an execution of this name exists already; choose another name")
	case errors.Is(err, workflow.ErrInvalidCursor):
		return booking.Invalid("after", "this is no cursor of this list; give the endCursor of the page before")
	case errors.Is(err, workflow.ErrInvalidName):
		return booking.Invalid("name", "an execution's name has 1 to %d characters, without white space, brackets, wildcards and the like", workflow.MaxNameLength)
	case errors.Is(err, workflow.ErrInvalidInput):
		return booking.Invalid("input", "the input must be JSON of at most 256 KiB")
	}
	return err
}

func checkFirst(first int) error {
	if first < 1 || first > booking.MaxPageSize {
		return booking.Invalid("first", "first must be from 1 to %d, it is %d", booking.MaxPageSize, first)
	}
	return nil
}

func runnerPageInfo(next string, after *string) *model.PageInfo {
	info := &model.PageInfo{HasNextPage: next != "", HasPreviousPage: text(after) != ""}
	if next != "" {
		info.EndCursor = &next
	}
	return info
}
