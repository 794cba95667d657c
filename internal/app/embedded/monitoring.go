package embedded

import (
	"context"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/vacancy/vacancy/internal/app"
	"github.com/vacancy/vacancy/internal/app/gatewayroutes"
	"github.com/vacancy/vacancy/internal/httpapi"
	"github.com/vacancy/vacancy/internal/ratelimit"
)

// listed bounds what is shown of notifications.
const listed = 100

// Routes show managers the notifications and the ledger of the simulated gateway, and take
// the events of Stripe.
func (a *App) Routes() []httpapi.Route {
	log := a.Config.Log
	routes := []httpapi.Route{
		{Pattern: "GET /notifications", Roles: httpapi.Managing, Handler: httpapi.JSON(log, func(r *http.Request) (any, error) {
			return a.Outbox.List(r.Context(), listed)
		})},
	}
	return append(routes, gatewayroutes.New(a.App, a.Gateway, a.webhook)...)
}

// Checks are what must work for the program to.
func (a *App) Checks() []httpapi.Check {
	return []httpapi.Check{
		{Name: "store", Check: a.Store.Ping},
		{Name: "runner", Check: func(context.Context) error { return a.Runner.Healthy() }},
	}
}

// Limiter counts in this process, the only one there is.
func (a *App) Limiter(_ string, r ratelimit.Rate) ratelimit.Limiter {
	return ratelimit.NewMemory(r, app.Now)
}

// Collectors are the program's metrics.
func (a *App) Collectors() []prometheus.Collector {
	counter := func(name, help string, value func() int64) prometheus.Collector {
		return prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help}, func() float64 { return float64(value()) })
	}
	gauge := func(name, help string, value func() int) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 { return float64(value()) })
	}
	return []prometheus.Collector{
		counter("vacancy_store_commits_total", "Commits, each one sync of the disk.", func() int64 { return a.Store.Stats().Commits }),
		counter("vacancy_store_writes_total", "Transactions that those commits carried.", func() int64 { return a.Store.Stats().Writes }),
		counter("vacancy_workflow_transitions_total", "Transitions of executions journaled.", func() int64 { return a.Runner.Stats().Transitions }),
		counter("vacancy_workflow_tasks_total", "Calls of workflow steps.", func() int64 { return a.Runner.Stats().Tasks }),
		counter("vacancy_workflow_succeeded_total", "Executions that succeeded.", func() int64 { return a.Runner.Stats().Succeeded }),
		counter("vacancy_workflow_failed_total", "Executions that failed, timed out or were aborted.", func() int64 {
			s := a.Runner.Stats()
			return s.Failed + s.TimedOut + s.Aborted
		}),
		gauge("vacancy_workflow_active", "Executions being driven.", func() int { return a.Runner.Stats().Active }),
		gauge("vacancy_workflow_stuck", "Executions that this release cannot read.", func() int { return a.Runner.Stats().Stuck }),
		counter("vacancy_sweep_repaired_total", "Repair executions started, since none spoke for a live reservation.", func() int64 { return int64(a.Swept().Repaired) }),
		counter("vacancy_sweep_overdue_total", "Holds that the sweeper found past their deadline.", func() int64 { return int64(a.Swept().Overdue) }),
		counter("vacancy_sweep_returned_total", "Payments of ended reservations that the sweeper gave back.", func() int64 { return int64(a.Swept().Returned) }),
		counter("vacancy_sweep_failed_total", "What the sweeper could not do and left to its next pass.", func() int64 { return int64(a.Swept().Failed) }),
	}
}
