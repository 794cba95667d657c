package sfnapi

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"sync"

	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/catalog"
)

const startExecutionResource = "arn:aws:states:::states:startExecution"

// startNested is the service integration states:startExecution. With the patterns sync
// and sync:2 the task ends when the execution does: until then it rests in the journal
// like any task that waits for its token, and the catalog knows who waits.
func (s *Server) startNested(ctx context.Context, arguments json.RawMessage) (json.RawMessage, error) {
	var in struct {
		StateMachineArn *string
		Name            *string
		Input           json.RawMessage
		TraceHeader     *string
	}
	if err := json.Unmarshal(arguments, &in); err != nil {
		return nil, workflow.Error{Name: workflow.Runtime, Cause: fmt.Sprintf("The arguments of states:startExecution are not as they should be: %v", err)}
	}
	request := s.cfg.NewID()
	task, _ := workflow.TaskFromContext(ctx)
	name := in.Name
	if name == nil {
		// The task may run again after a crash and must find the execution that it started.
		generated := nameFor(task)
		name = &generated
	}
	x, err := s.checkStart(startExecutionInput{in.StateMachineArn, name, nestedInput(in.Input), in.TraceHeader})
	if err != nil {
		return nil, serviceError(err, request)
	}
	waits := task.Pattern == "sync" || task.Pattern == "sync:2"
	if x.machine.Type == expressType {
		if waits {
			return nil, serviceError(refuse(stateMachineTypeNotSupported, "This operation is not supported by this type of state machine"), request)
		}
		run, err := s.startExpress(ctx, x)
		return startedResult(run.arn, milliseconds(run.startedAt)), serviceError(err, request)
	}
	child := workflow.ExecutionID{Machine: x.machine.Name, Name: x.name}
	if waits {
		n := catalog.Nested{Child: child, Parent: task.ExecutionID, Token: task.Token, Pattern: task.Pattern}
		started, err := s.nested.begin(ctx, s, n, x)
		if err != nil {
			return nil, serviceError(err, request)
		}
		return startedResult(started.ARN, milliseconds(started.StartedAt)), nil
	}
	started, err := s.startStandard(ctx, x)
	if fault := (*fault)(nil); errors.As(err, &fault) && fault.kind == executionAlreadyExists && in.Name == nil {
		err = nil // by this very task, before a crash
	}
	if err != nil {
		return nil, serviceError(err, request)
	}
	return startedResult(started.ARN, milliseconds(started.StartedAt)), nil
}

// nameFor is a name of 32 digits that is this attempt's alone.
func nameFor(t workflow.Task) string {
	sum := sha256.Sum256([]byte(t.Key() + "\x00" + strconv.Itoa(t.Attempt) + "\x00" + t.Token))
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}

// nestedInput is the input as text: a string is taken as it is, anything else as JSON.
func nestedInput(input json.RawMessage) *string {
	if len(input) == 0 || string(input) == "null" {
		return nil
	}
	text := string(input)
	var quoted string
	if json.Unmarshal(input, &quoted) == nil {
		text = quoted
	}
	return &text
}

func startedResult(arn string, startDate int64) json.RawMessage {
	out, _ := json.Marshal(map[string]any{"ExecutionArn": arn, "StartDate": startDate}) // always marshals
	return out
}

// nestedExecutions are the executions that tasks wait for. The catalog has them all;
// this is what the process knows of them.
type nestedExecutions struct {
	mu       sync.Mutex
	byChild  map[workflow.ExecutionID]map[string]*awaited // by the token of the task that waits
	byParent map[workflow.ExecutionID]map[*awaited]bool
	todo     []chore
	more     chan struct{} // capacity 1: there is something to do
}

// awaited is an execution that is waited for.
type awaited struct {
	catalog.Nested
	submitted <-chan struct{} // closed once the parent's task has been noted as submitted
}

func (e *nestedExecutions) load(ctx context.Context, s *Server) error {
	e.byChild = map[workflow.ExecutionID]map[string]*awaited{}
	e.byParent = map[workflow.ExecutionID]map[*awaited]bool{}
	e.more = make(chan struct{}, 1)
	all, err := s.cfg.Catalog.Nested(ctx)
	if err != nil {
		return fmt.Errorf("read which executions are waited for: %w", err)
	}
	long := make(chan struct{})
	close(long)
	for _, n := range all {
		e.add(&awaited{n, long})
	}
	for _, n := range all {
		child, err := s.runner.Describe(ctx, n.Child)
		switch {
		case errors.Is(err, workflow.ErrExecutionDoesNotExist): // the parent's task will start it
		case err != nil:
			return err
		case child.Status.Ended():
			e.ended(child)
		}
	}
	return nil
}

// begin starts an execution that a task waits for.
func (e *nestedExecutions) begin(ctx context.Context, s *Server, n catalog.Nested, x start) (workflow.Execution, error) {
	again := e.waitsAlready(n)
	if !again {
		if there, err := s.runner.Describe(ctx, n.Child); err == nil {
			// A name that is taken: as for StartExecution, it may be the same one that runs.
			if there.Status.Ended() || string(there.Input) != string(x.input) {
				return there, refuse(executionAlreadyExists, "Execution Already Exists: '%s'", there.ARN)
			}
		}
	}
	if err := s.cfg.Catalog.PutNested(ctx, n); err != nil {
		return workflow.Execution{}, fmt.Errorf("keep who waits for %q: %w", n.Child.Name, err)
	}
	e.add(&awaited{n, ctx.Done()}) // the context of a task ends when its answer has been handed over
	started, err := s.startStandard(ctx, x)
	if f := (*fault)(nil); errors.As(err, &f) && f.kind == executionAlreadyExists && started.Status.Ended() {
		e.ended(started) // before we knew that somebody waits for it
		return started, nil
	}
	if err != nil {
		e.remove(n.Child, n.Token)
		return started, errors.Join(err, s.cfg.Catalog.DeleteNested(ctx, n.Child, n.Token))
	}
	return started, nil
}

// waitsAlready reports whether this very task waits for the child: it runs again after
// a crash.
func (e *nestedExecutions) waitsAlready(n catalog.Nested) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.byChild[n.Child][n.Token] != nil
}

func (e *nestedExecutions) add(a *awaited) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.byChild[a.Child] == nil {
		e.byChild[a.Child] = map[string]*awaited{}
	}
	if before := e.byChild[a.Child][a.Token]; before != nil {
		delete(e.byParent[a.Parent], before)
	}
	e.byChild[a.Child][a.Token] = a
	if e.byParent[a.Parent] == nil {
		e.byParent[a.Parent] = map[*awaited]bool{}
	}
	e.byParent[a.Parent][a] = true
}

func (e *nestedExecutions) remove(child workflow.ExecutionID, token string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	a := e.byChild[child][token]
	if a == nil {
		return
	}
	delete(e.byChild[child], token)
	if len(e.byChild[child]) == 0 {
		delete(e.byChild, child)
	}
	delete(e.byParent[a.Parent], a)
	if len(e.byParent[a.Parent]) == 0 {
		delete(e.byParent, a.Parent)
	}
}
