package sfnapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"

	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/catalog"
	"github.com/vacancy/vacancy/internal/workflow/integration"
	"github.com/vacancy/vacancy/internal/workflow/mock"
)

// tasks runs the tasks of all executions: by the test case that an execution was
// started with, or else by the registry of integrations.
type tasks struct {
	server   *Server
	registry *integration.Registry

	mu    sync.Mutex
	cases map[workflow.ExecutionID]*mock.TestCase // nil: read, and there is none
}

func newTasks(s *Server) *tasks {
	services := maps.Clone(s.cfg.Services)
	if services == nil {
		services = map[string]workflow.Handler{}
	}
	t := &tasks{server: s, cases: map[workflow.ExecutionID]*mock.TestCase{}}
	services[startExecutionResource] = s.startNested
	services[startExecutionResource+".sync"] = s.startNested
	services[startExecutionResource+".sync:2"] = s.startNested
	functions := s.cfg.Functions
	if functions == nil {
		functions = integration.Steps{}
	}
	t.registry = integration.NewWith(functions, services, s.log)
	return t
}

// uncoveredTasks are tasks that nothing here can run.
type uncoveredTasks struct{ error }

func (u *uncoveredTasks) Unwrap() error { return u.error }

// Check implements local.Tasks. A state machine that the mock file names may have any
// task: whichever a test case leaves unmocked fails by itself.
func (t *tasks) Check(machine string, definition []byte) error {
	if m := t.server.cfg.Mocks; m != nil && len(m.TestCases(machine)) > 0 {
		return nil
	}
	if err := t.registry.Check(machine, definition); err != nil {
		return &uncoveredTasks{err}
	}
	return nil
}

// Call implements local.Tasks.
func (t *tasks) Call(ctx context.Context, resource string, arguments json.RawMessage) (json.RawMessage, error) {
	task, ok := workflow.TaskFromContext(ctx)
	if !ok || t.server.cfg.Mocks == nil {
		return t.registry.Call(ctx, resource, arguments)
	}
	c, err := t.caseOf(ctx, task.ExecutionID)
	if err != nil {
		return nil, err
	}
	if c == nil || !c.Mocks(task.State) {
		return t.registry.Call(ctx, resource, arguments)
	}
	return t.answer(ctx, task, c)
}

// answer answers a task from a test case. A task with a token is ended by it, once what
// was submitted has been noted.
func (t *tasks) answer(ctx context.Context, task workflow.Task, c *mock.TestCase) (json.RawMessage, error) {
	a, err := c.Next(task.State)
	if err != nil {
		return nil, workflow.Error{Name: workflow.Runtime, Cause: err.Error()}
	}
	if a.Return == nil {
		return nil, workflow.Error{Name: a.Error, Cause: a.Cause}
	}
	if task.Pattern != "" {
		context.AfterFunc(ctx, func() { // the context of a task ends when its answer has been handed over
			// It is refused only when something else has ended the task before.
			_ = t.server.runner.SendTaskSuccess(context.WithoutCancel(ctx), task.Token, a.Return)
		})
	}
	return a.Return, nil
}

// checkCase refuses a test case that there is not.
func (t *tasks) checkCase(machine, name string) error {
	if name == "" {
		return nil
	}
	mocks := t.server.cfg.Mocks
	if mocks == nil {
		return refuse(validation, "the test case %q is asked for, and the server has no mock file: start it with --mock FILE", name)
	}
	if cases := mocks.TestCases(machine); len(cases) == 0 {
		return refuse(validation, "the mock file has no test cases of the state machine %q; it has those of %s", machine, strings.Join(mocks.Machines(), ", "))
	}
	if _, err := mocks.TestCase(machine, name); err != nil {
		return refuse(validation, "%s", err)
	}
	return nil
}

// use keeps what an execution is to be started with.
func (t *tasks) use(ctx context.Context, id workflow.ExecutionID, traits catalog.Traits) error {
	if traits == (catalog.Traits{}) {
		return nil
	}
	if err := t.server.cfg.Catalog.PutTraits(ctx, id, traits); err != nil {
		return fmt.Errorf("keep what %q is started with: %w", id.Name, err)
	}
	return nil
}

// useNow keeps the test case of an execution that does not outlive the process.
func (t *tasks) useNow(id workflow.ExecutionID, testCase string) error {
	if testCase == "" {
		return nil
	}
	c, err := t.server.cfg.Mocks.TestCase(id.Machine, testCase)
	if err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.cases[id] = c
	return nil
}

// caseOf answers the test case of an execution, nil if it has none. How often each state
// was invoked is counted by this process alone.
func (t *tasks) caseOf(ctx context.Context, id workflow.ExecutionID) (*mock.TestCase, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if c, known := t.cases[id]; known {
		return c, nil
	}
	traits, err := t.server.cfg.Catalog.Traits(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("read what %q was started with: %w", id.Name, err)
	}
	var c *mock.TestCase
	if traits.TestCase != "" {
		c, err = t.server.cfg.Mocks.TestCase(id.Machine, traits.TestCase)
		if err != nil {
			return nil, workflow.Error{Name: workflow.Runtime, Cause: err.Error()}
		}
	}
	t.cases[id] = c
	return c, nil
}

// forget lets go of an execution that has ended.
func (t *tasks) forget(id workflow.ExecutionID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.cases, id)
}

// serviceError is a fault as a task of the service integration reports it.
func serviceError(err error, request string) error {
	var f *fault
	if !errors.As(err, &f) {
		return err
	}
	name := strings.TrimSuffix(f.kind, "Exception") + "Exception"
	return workflow.Error{
		Name:  "StepFunctions." + name,
		Cause: fmt.Sprintf("%s (Service: AWSStepFunctions; Status Code: %d; Error Code: %s; Request ID: %s; Proxy: null)", f.message, f.status, f.kind, request),
	}
}
