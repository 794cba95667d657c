package local_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/local"
	"github.com/vacancy/vacancy/internal/workflow/local/memory"
)

func TestShutdownLetsRunningTasksFinishAndStartsNoMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		journal := memory.New()
		running := make(chan struct{})
		r, stop := run(t, local.Config{
			Journal: journal, ShutdownGrace: time.Minute,
			Definitions: definitions(map[string]string{"machine": `{"StartAt":"A","States":{
				"A":` + invoke("Slow", `"Next":"B"`) + `,"B":` + invoke("Never", `"End":true`) + `}}`}),
			Steps: map[string]workflow.Handler{
				"Slow": func(_ context.Context, in json.RawMessage) (json.RawMessage, error) {
					close(running)
					<-time.After(10 * time.Second)
					return json.RawMessage(`"done"`), nil
				},
				"Never": func(context.Context, json.RawMessage) (json.RawMessage, error) {
					t.Error("a task was started during the shutdown")
					return nil, nil
				},
			},
		})
		start(t, r, "a", `{}`)
		<-running
		before := time.Now()
		if err := stop(); err != nil {
			t.Fatalf("Run = %v", err)
		}
		if took := time.Since(before); took != 10*time.Second {
			t.Errorf("the shutdown took %s, want as long as the task", took)
		}
		rec, err := journal.Load(t.Context(), id("a"))
		if err != nil || rec.Status != workflow.Running || !strings.Contains(string(rec.State), "done") {
			t.Errorf("the task's result is not in the journal: %s, %q, %v", rec.Status, rec.State, err)
		}
		due, err := journal.Due(t.Context(), local.InFlight, time.Now(), 10)
		if err != nil || len(due) != 1 {
			t.Errorf("the next process finds %v, %v in flight, want the execution", due, err)
		}
	})
}

func TestShutdownDoesNotWaitForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		running, release := make(chan struct{}), make(chan struct{})
		r, stop := run(t, local.Config{
			Journal: memory.New(), ShutdownGrace: 3 * time.Second,
			Definitions: definitions(map[string]string{"machine": single(invoke("Deaf", `"End":true`))}),
			Steps: map[string]workflow.Handler{"Deaf": func(context.Context, json.RawMessage) (json.RawMessage, error) {
				close(running)
				<-release
				return nil, nil
			}},
		})
		start(t, r, "a", `{}`)
		<-running
		before := time.Now()
		if err := stop(); err == nil || !strings.Contains(err.Error(), "still running") {
			t.Errorf("Run = %v, want an error about the handler", err)
		}
		if took := time.Since(before); took > 5*time.Second {
			t.Errorf("the shutdown took %s, the grace is 3s", took)
		}
		close(release)
	})
}

func TestAfterTheShutdown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		journal := memory.New()
		r, stop := run(t, local.Config{Journal: journal, Definitions: definitions(map[string]string{"machine": single(`{"Type":"Pass","End":true}`)})})
		if err := r.Healthy(); err != nil && !errors.Is(err, context.Canceled) {
			eventually(t, "it is healthy", func() bool { return r.Healthy() == nil })
		}
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		if err := r.Healthy(); err == nil {
			t.Error("it is healthy after its shutdown")
		}
		start(t, r, "a", `{}`) // is journaled for the next process
		if rec, err := journal.Load(t.Context(), id("a")); err != nil || rec.Status != workflow.Running {
			t.Errorf("the record is %s, %v", rec.Status, err)
		}
		if err := r.Stop(t.Context(), id("a"), "", ""); !errors.Is(err, local.ErrStopped) {
			t.Errorf("Stop = %v, want ErrStopped", err)
		}
		if err := r.Run(t.Context()); err == nil {
			t.Error("it ran twice")
		}
	})
}
