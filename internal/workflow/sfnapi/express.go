package sfnapi

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/local"
)

// maxExpressSeconds is how long an express execution may take
// (AWS Step Functions developer guide, "Quotas").
const maxExpressSeconds = 300

// expressRuns are the express executions that run. Each is known to its runner by an id
// of its own, since their names need not be unique.
type expressRuns struct {
	mu   sync.Mutex
	byID map[workflow.ExecutionID]*expressRun
}

type expressRun struct {
	name, arn, role string
	startedAt       time.Time
	ended           chan workflow.Execution // capacity 1
}

func (r *expressRuns) add(id workflow.ExecutionID, run *expressRun) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.byID == nil {
		r.byID = map[workflow.ExecutionID]*expressRun{}
	}
	r.byID[id] = run
}

func (r *expressRuns) get(id workflow.ExecutionID) *expressRun {
	r.mu.Lock()
	defer r.mu.Unlock()
	if run, ok := r.byID[id]; ok {
		return run
	}
	return &expressRun{}
}

func (r *expressRuns) take(id workflow.ExecutionID) *expressRun {
	r.mu.Lock()
	defer r.mu.Unlock()
	run := r.byID[id]
	delete(r.byID, id)
	return run
}

// startExpress starts an execution of an express machine. It lives in memory only, and
// is forgotten at its end.
func (s *Server) startExpress(ctx context.Context, x start) (*expressRun, error) {
	id := workflow.ExecutionID{Machine: x.machine.Name, Name: s.cfg.NewID()}
	if err := s.tasks.useNow(id, x.traits.TestCase); err != nil {
		return &expressRun{}, err
	}
	run := &expressRun{
		name: x.name, arn: s.prefix + ":" + expressKind + ":" + id.Machine + ":" + x.name + ":" + id.Name,
		role: x.machine.RoleARN, ended: make(chan workflow.Execution, 1),
	}
	s.expresses.add(id, run)
	started, err := s.express.Start(ctx, id, x.input)
	if err != nil {
		s.expresses.take(id)
		return run, err
	}
	run.startedAt = started.StartedAt
	return run, nil
}

func (s *Server) expressIdentity(id workflow.ExecutionID) local.Identity {
	run := s.expresses.get(id)
	return local.Identity{ARN: run.arn, Name: run.name, RoleARN: run.role}
}

// expressEnded hears of each express execution that has ended.
func (s *Server) expressEnded(x workflow.Execution) {
	s.tasks.forget(x.ExecutionID)
	if run := s.expresses.take(x.ExecutionID); run != nil {
		run.ended <- x
	}
	s.passing.Forget(x.ExecutionID)
}

type startSyncExecutionOutput struct {
	ExecutionARN    string         `json:"executionArn"`
	StateMachineARN string         `json:"stateMachineArn"`
	Name            string         `json:"name"`
	StartDate       epoch          `json:"startDate"`
	StopDate        epoch          `json:"stopDate"`
	Status          string         `json:"status"`
	Error           string         `json:"error,omitempty"`
	Cause           string         `json:"cause,omitempty"`
	Input           *string        `json:"input,omitempty"`
	InputDetails    included       `json:"inputDetails"`
	Output          *string        `json:"output,omitempty"`
	OutputDetails   *included      `json:"outputDetails,omitempty"`
	TraceHeader     string         `json:"traceHeader,omitempty"`
	BillingDetails  billingDetails `json:"billingDetails"`
}

type billingDetails struct {
	Memory   int64 `json:"billedMemoryUsedInMB"`
	Duration int64 `json:"billedDurationInMilliseconds"`
}

// startSyncExecution runs an express execution and answers how it ended.
func (s *Server) startSyncExecution(ctx context.Context, in startExecutionInput) (startSyncExecutionOutput, error) {
	x, err := s.checkStart(in)
	if err != nil {
		return startSyncExecutionOutput{}, err
	}
	if x.machine.Type != expressType {
		return startSyncExecutionOutput{}, refuse(stateMachineTypeNotSupported, "This operation is not supported by this type of state machine")
	}
	run, err := s.startExpress(ctx, x)
	if err != nil {
		return startSyncExecutionOutput{}, err
	}
	select {
	case ended := <-run.ended:
		return s.syncAnswer(x, run, ended), nil
	case <-ctx.Done(): // whoever asked has gone; the execution goes on
		return startSyncExecutionOutput{}, fmt.Errorf("waiting for the end of %q: %w", run.name, ctx.Err())
	}
}

func (s *Server) syncAnswer(x start, run *expressRun, ended workflow.Execution) startSyncExecutionOutput {
	took := ended.StoppedAt.Sub(run.startedAt).Milliseconds()
	out := startSyncExecutionOutput{
		ExecutionARN: run.arn, StateMachineARN: s.stateMachineARN(x.machine.Name), Name: run.name,
		StartDate: epoch(run.startedAt), StopDate: epoch(ended.StoppedAt),
		Status: string(ended.Status), Error: ended.Error, Cause: ended.Cause,
		Input: textOf(x.input), InputDetails: included{true}, TraceHeader: x.traits.TraceHeader,
		BillingDetails: billingDetails{Memory: 64, Duration: max(1, (took+99)/100) * 100},
	}
	if ended.Status == workflow.Succeeded {
		out.Output, out.OutputDetails = textOf(ended.Output), &included{true}
	}
	return out
}

// boundExpress gives the definition of an express machine the time-out that it has
// anyhow, unless its own is shorter.
func boundExpress(definition []byte) ([]byte, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(definition, &fields); err != nil {
		return nil, fmt.Errorf("read the definition: %w", err)
	}
	seconds := float64(maxExpressSeconds + 1)
	_ = json.Unmarshal(fields["TimeoutSeconds"], &seconds) // what is no number was refused before
	if seconds <= maxExpressSeconds {
		return definition, nil
	}
	fields["TimeoutSeconds"] = json.RawMessage(fmt.Sprint(maxExpressSeconds))
	return json.Marshal(fields)
}
