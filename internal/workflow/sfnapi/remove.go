package sfnapi

import (
	"context"
	"errors"
	"fmt"

	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/catalog"
)

type deleteStateMachineInput struct {
	StateMachineARN *string `json:"stateMachineArn"`
}

// deleteStateMachine stops the executions of a state machine and forgets them with it,
// before it answers. Deleting what is not there succeeds.
func (s *Server) deleteStateMachine(ctx context.Context, in deleteStateMachineInput) (struct{}, error) {
	var c checks
	arn := c.required(in.StateMachineARN, "stateMachineArn", maxARN)
	if err := c.fault(); err != nil {
		return struct{}{}, err
	}
	name, _, err := machineOf(arn)
	if err != nil {
		return struct{}{}, err
	}
	s.changing.Lock()
	defer s.changing.Unlock()
	m, ok := s.lookUp(name)
	if !ok {
		return struct{}{}, nil
	}
	m.Deleting = true
	if err := s.cfg.Catalog.PutStateMachine(ctx, m); err != nil {
		return struct{}{}, err
	}
	s.remember(m)
	s.runner.Withdraw(name)
	s.express.Withdraw(name)
	// Whoever has asked may go; a state machine that is half deleted must not stay.
	ctx = context.WithoutCancel(ctx)
	if err := s.stopAll(ctx, name); err != nil {
		return struct{}{}, err
	}
	return struct{}{}, s.remove(ctx, m)
}

// stopAll aborts what runs of a state machine that no more executions start of.
func (s *Server) stopAll(ctx context.Context, name string) error {
	filter := workflow.ListFilter{Machine: name, Status: workflow.Running}
	for {
		page, err := s.runner.List(ctx, filter)
		if err != nil {
			return fmt.Errorf("list the executions of %q: %w", name, err)
		}
		for _, x := range page.Executions {
			err := s.runner.Stop(ctx, x.ExecutionID, "", "The state machine was deleted.")
			if err != nil && !errors.Is(err, workflow.ErrExecutionDoesNotExist) {
				return fmt.Errorf("stop %q of %q: %w", x.Name, name, err)
			}
		}
		if filter.After = page.Next; filter.After == "" {
			return nil
		}
	}
}

func (s *Server) remove(ctx context.Context, m catalog.StateMachine) error {
	if err := s.cfg.Catalog.DeleteStateMachine(ctx, m.Name); err != nil {
		return fmt.Errorf("forget the state machine %q: %w", m.Name, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.machines, m.Name)
	return nil
}
