package local_test

import (
	"context"
	"encoding/json"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/local"
	"github.com/vacancy/vacancy/internal/workflow/local/memory"
)

// TestATaskThatStopsItsExecutionHearsOfItAtOnce: the goroutine that drives the execution
// is in the task's handler, and another takes over without waiting for it.
func TestATaskThatStopsItsExecutionHearsOfItAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r *local.Runner
		calls := 0
		r = open(t, local.Config{
			Journal: memory.New(), Definitions: definitions(map[string]string{"machine": single(invoke("Stops", `"End":true`))}),
			Steps: map[string]workflow.Handler{"Stops": func(ctx context.Context, in json.RawMessage) (json.RawMessage, error) {
				calls++
				began := time.Now()
				if err := r.Stop(ctx, id("a"), "Enough", "it was asked for"); err != nil {
					t.Errorf("Stop = %v", err)
				}
				if took := time.Since(began); took > 0 {
					t.Errorf("it took %s", took)
				}
				return in, nil
			}},
		})
		start(t, r, "a", `{}`)
		if x := ended(t, r, "a"); x.Status != workflow.Aborted || x.Error != "Enough" {
			t.Errorf("ended %s with %q", x.Status, x.Error)
		}
		synctest.Wait() // what the task answers changes nothing
		if s := r.Stats(); calls != 1 || s.Tasks != 1 || s.Aborted != 1 || s.Succeeded != 0 || s.Active != 0 {
			t.Errorf("%d calls; Stats = %+v", calls, s)
		}
	})
}

// TestATimeoutJustAfterTheCallIsServedInTime: of a task's second the journal has taken most.
func TestATimeoutJustAfterTheCallIsServedInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := open(t, local.Config{
			Journal:     slowJournal{memory.New(), 950 * time.Millisecond},
			Definitions: definitions(map[string]string{"machine": single(await("Deaf", `"TimeoutSeconds":1,"End":true`))}),
			Steps: map[string]workflow.Handler{"Deaf": func(_ context.Context, in json.RawMessage) (json.RawMessage, error) {
				<-time.After(5 * time.Second)
				return in, nil
			}},
		})
		start(t, r, "a", `{}`)
		if x := ended(t, r, "a"); x.Error != workflow.Timeout {
			t.Errorf("ended %s with %q", x.Status, x.Error)
		}
		if s := r.Stats(); s.LatenessTotal != 0 {
			t.Errorf("the timeout was served %s late", s.LatenessTotal)
		}
	})
}
