package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"
)

// checkTime is how long all checks of /readyz together may take.
const checkTime = 2 * time.Second

// healthz answers that the process runs. It asks nothing, so that no orchestrator kills
// a process for what ails another.
func healthz(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte("ok\n"))
}

// readiness answers /readyz: 200 when every check passes, otherwise 503. It names the
// checks; what is wrong stands in the log.
type readiness struct {
	checks []Check
	log    *slog.Logger
}

func (h readiness) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), checkTime)
	defer cancel()
	failures := make([]error, len(h.checks))
	var running sync.WaitGroup
	for i, check := range h.checks {
		running.Go(func() { failures[i] = within(ctx, check.Check) })
	}
	running.Wait()

	answer := struct {
		Status string            `json:"status"`
		Checks map[string]string `json:"checks"`
	}{"ready", make(map[string]string, len(h.checks))}
	status := http.StatusOK
	for i, check := range h.checks {
		answer.Checks[check.Name] = "ok"
		if failures[i] != nil {
			h.log.WarnContext(r.Context(), "not ready", "check", check.Name, "error", failures[i])
			answer.Checks[check.Name], answer.Status = "failed", "not ready"
			status = http.StatusServiceUnavailable
		}
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(answer)
}

// within runs a check and does not wait longer for it than its context lasts.
func within(ctx context.Context, check func(context.Context) error) error {
	done := make(chan error, 1)
	go func() {
		defer func() {
			if recover() != nil {
				done <- errors.New("the check panicked")
			}
		}()
		done <- check(ctx)
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}
