package sfnapi

import (
	"context"
	"encoding/json"
	"errors"

	"golang.org/x/sync/errgroup"

	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/local"
)

// atOnce bounds how many ends of nested executions are passed on at once.
const atOnce = 64

// chore is what is left to do when an execution has ended.
type chore func(ctx context.Context, s *Server)

// ended notes what is to be done about an execution that has ended: whoever waits for
// it is told, and if it was broken off, those that it waits for are stopped.
func (e *nestedExecutions) ended(x workflow.Execution) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, a := range e.byChild[x.ExecutionID] {
		e.todo = append(e.todo, func(ctx context.Context, s *Server) { s.tellParent(ctx, a) })
	}
	if x.Status == workflow.Aborted || x.Status == workflow.TimedOut {
		for a := range e.byParent[x.ExecutionID] {
			e.todo = append(e.todo, func(ctx context.Context, s *Server) { s.stopNested(ctx, a.Child) })
		}
	}
	if len(e.todo) > 0 {
		select {
		case e.more <- struct{}{}:
		default:
		}
	}
}

// run does what ended has noted until ctx is done. What is left then is found in the
// catalog by the next process.
func (e *nestedExecutions) run(ctx context.Context, s *Server) {
	var group errgroup.Group
	group.SetLimit(atOnce)
	for {
		select {
		case <-ctx.Done():
			_ = group.Wait() // chores answer no error
			return
		case <-e.more:
		}
		for _, do := range e.take() {
			group.Go(func() error {
				do(ctx, s)
				return nil
			})
		}
	}
}

func (e *nestedExecutions) take() []chore {
	e.mu.Lock()
	defer e.mu.Unlock()
	todo := e.todo
	e.todo = nil
	return todo
}

// tellParent ends the task that waits for an execution. When it cannot, the catalog
// still knows.
func (s *Server) tellParent(ctx context.Context, a *awaited) {
	select {
	case <-a.submitted:
	case <-ctx.Done():
		return
	}
	child, err := s.runner.Describe(ctx, a.Child)
	if err == nil {
		err = s.passOn(ctx, a, child)
	}
	switch {
	case errors.Is(err, workflow.ErrTaskTimedOut), errors.Is(err, workflow.ErrInvalidToken): // nobody waits any more
	case errors.Is(err, local.ErrStopped), ctx.Err() != nil:
		return
	case err != nil:
		s.log.ErrorContext(ctx, "the end of an execution could not be passed on to the one that waits for it; the next start of the server does it",
			"execution", a.Child.Name, "parent", a.Parent.Name, "error", err)
		return
	}
	s.nested.remove(a.Child, a.Token)
	if err := s.cfg.Catalog.DeleteNested(ctx, a.Child, a.Token); err != nil {
		s.log.ErrorContext(ctx, "it could not be forgotten that an execution was waited for", "execution", a.Child.Name, "error", err)
	}
}

func (s *Server) passOn(ctx context.Context, a *awaited, child workflow.Execution) error {
	result := s.nestedResult(child, a.Pattern)
	if child.Status == workflow.Succeeded {
		return s.runner.SendTaskSuccess(ctx, a.Token, result)
	}
	return s.runner.SendTaskFailure(ctx, a.Token, workflow.TaskFailed, string(result))
}

// nestedResult is an execution as the integration reports it: DescribeExecution's answer
// with capital names. With sync:2 input and output are JSON, with sync text.
func (s *Server) nestedResult(x workflow.Execution, pattern string) json.RawMessage {
	d := s.described(x)
	payload := func(text *string) any {
		if text == nil {
			return nil
		}
		if pattern == "sync:2" {
			return json.RawMessage(*text)
		}
		return *text
	}
	result := map[string]any{
		"ExecutionArn": d.ExecutionARN, "StateMachineArn": d.StateMachineARN, "Name": d.Name, "Status": d.Status,
		"StartDate": milliseconds(x.StartedAt), "StopDate": milliseconds(x.StoppedAt),
		"Input": payload(d.Input), "InputDetails": map[string]bool{"Included": true},
		"RedriveCount": 0, "RedriveStatus": d.RedriveStatus, "RedriveStatusReason": d.RedriveStatusReason,
	}
	if d.Output != nil {
		result["Output"], result["OutputDetails"] = payload(d.Output), map[string]bool{"Included": true}
	}
	if x.Error != "" {
		result["Error"] = x.Error
	}
	if x.Cause != "" {
		result["Cause"] = x.Cause
	}
	out, err := json.Marshal(result)
	if err != nil { // a payload that is no JSON cannot have been journaled
		s.log.Error("an execution could not be reported to the one that waits for it", "execution", x.Name, "error", err)
	}
	return out
}

// stopNested aborts an execution whose parent was broken off, as Step Functions does.
func (s *Server) stopNested(ctx context.Context, child workflow.ExecutionID) {
	err := s.runner.Stop(ctx, child, "", "The execution that waits for it was stopped.")
	if err != nil && ctx.Err() == nil && !errors.Is(err, workflow.ErrExecutionDoesNotExist) {
		s.log.ErrorContext(ctx, "an execution could not be stopped with the one that waits for it", "execution", child.Name, "error", err)
	}
}
