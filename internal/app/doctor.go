package app

import (
	"context"
	"sync"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/workflow"
)

const (
	// examineEvery is how often a deployment examines itself.
	examineEvery = 10 * time.Minute
	// askedOfLate is how far back the gateway is then asked about payments that seem settled:
	// it is somebody else's machine. 'vacancy doctor' asks about all.
	askedOfLate = 24 * time.Hour
)

// ExamineEvery examines, every ten minutes, whether reservations, apartments, executions and
// the gateway agree, for the metrics; until ctx ends. It mends nothing.
func (a *App) ExamineEvery(ctx context.Context) {
	ticker := time.NewTicker(examineEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		_, _ = a.ExamineOfLate(ctx) // which logs what is wrong
	}
}

// ExamineOfLate examines what a deployment examines by itself, and logs when something does
// not agree. It asks the gateway about the payments of the last day, and mends nothing. With
// an error it answers what was found until then.
func (a *App) ExamineOfLate(ctx context.Context) (booking.Findings, error) {
	found, err := a.Examine(ctx, booking.Examination{GatewaySince: a.Reservations.Now().Add(-askedOfLate)})
	if err != nil && ctx.Err() == nil {
		a.Config.Log.ErrorContext(ctx, "examination failed", "error", err)
	}
	if len(found.Disagreements) > 0 || err == nil && !found.Healthy() {
		a.Config.Log.ErrorContext(ctx, "reservations, apartments, executions and the gateway do not agree; 'vacancy doctor' explains",
			"disagreements", len(found.Disagreements), "unknown", found.Unknown)
	}
	return found, err
}

// Examine examines now, and notes what was found for the metrics.
func (a *App) Examine(ctx context.Context, x booking.Examination) (booking.Findings, error) {
	found, err := a.Reservations.Examine(ctx, x)
	if err == nil {
		a.examined.note(found)
	}
	return found, err
}

// examined is what the latest examination has found.
type examined struct {
	mu     sync.Mutex
	latest booking.Findings
}

func (e *examined) note(found booking.Findings) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.latest = found
}

func (e *examined) read() booking.Findings {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.latest
}

// RunningExecutions and Stop make executions booking.Supervised.

func (x executions) RunningExecutions(ctx context.Context, after string) (names []string, next string, err error) {
	page, err := x.app.Runner.List(ctx, workflow.ListFilter{Machine: x.machine, Status: workflow.Running, After: after, Limit: 1000})
	for _, e := range page.Executions {
		names = append(names, e.Name)
	}
	return names, page.Next, err
}

func (x executions) Stop(ctx context.Context, name, cause string) error {
	return x.app.Runner.Stop(ctx, workflow.ExecutionID{Machine: x.machine, Name: name}, "Stopped", cause)
}

var _ booking.Supervised = executions{}
