package local_test

import (
	"context"
	"encoding/json"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/local"
	"github.com/vacancy/vacancy/internal/workflow/local/memory"
)

func TestWaitingExecutionsGoOnAfterARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 3000 // more than a batch, more than there are workers
		cfg := local.Config{
			Journal: memory.New(), Workers: 16, Steps: map[string]workflow.Handler{"Echo": echo},
			Definitions: definitions(map[string]string{"machine": `{"StartAt":"W","States":{
				"W":{"Type":"Wait","SecondsPath":"$.seconds","Next":"T"},"T":` + invoke("Echo", `"End":true`) + `}}`}),
		}
		r, stop := run(t, cfg)
		for i := range n {
			start(t, r, fmt.Sprint(i), fmt.Sprintf(`{"seconds":%d}`, 60+i%60))
		}
		eventually(t, "all of them wait", func() bool {
			backlog, err := r.Backlog(t.Context())
			return err == nil && backlog == 0 && r.Stats().Active == 0
		})
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		<-time.After(30 * time.Second) // some come due while nobody runs

		r = open(t, cfg)
		for i := range n {
			x := ended(t, r, fmt.Sprint(i))
			if x.Status != workflow.Succeeded {
				t.Fatalf("%d ended %s: %s", i, x.Status, x.Cause)
			}
			due := x.StartedAt.Add(time.Duration(60+i%60) * time.Second)
			if late := x.StoppedAt.Sub(due); late < 0 || late > 100*time.Millisecond {
				t.Fatalf("%d ended %s after its time", i, late)
			}
		}
	})
}

func TestBacklogIsTakenUpAfterARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		journal := memory.New()
		cfg := local.Config{Journal: journal, Definitions: definitions(map[string]string{"machine": single(`{"Type":"Pass","End":true}`)})}
		r, err := local.New(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		const n = 2500
		for i := range n { // journaled, and nobody runs
			start(t, r, fmt.Sprint(i), `{}`)
		}
		<-journal.Started() // a new process has had no signal
		r = open(t, cfg)
		for i := range n {
			if x := ended(t, r, fmt.Sprint(i)); x.Status != workflow.Succeeded {
				t.Fatalf("%d ended %s", i, x.Status)
			}
		}
	})
}

func TestAnExecutionCreatedBySomebodyElseIsStarted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		journal := memory.New()
		r := open(t, local.Config{Journal: journal, Definitions: definitions(map[string]string{"machine": single(`{"Type":"Pass","End":true}`)})})
		rec, err := r.NewRecord(id("a"), json.RawMessage(`7`))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := journal.Create(t.Context(), rec); err != nil {
			t.Fatal(err)
		}
		if x := ended(t, r, "a"); x.Status != workflow.Succeeded || string(x.Output) != "7" {
			t.Errorf("ended %s with %s", x.Status, x.Output)
		}
	})
}

func TestExecutionsKeepTheDefinitionTheyWereStartedWith(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := local.Config{Journal: memory.New()}
		version := func(result string) map[string]local.Definition {
			return definitions(map[string]string{"machine": `{"StartAt":"W","States":{
				"W":{"Type":"Wait","Seconds":60,"Next":"R"},"R":{"Type":"Pass","Result":"` + result + `","End":true}}}`})
		}
		cfg.Definitions = version("old")
		r, stop := run(t, cfg)
		start(t, r, "before", `{}`)
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		cfg.Definitions = version("new")
		r = open(t, cfg)
		start(t, r, "after", `{}`)
		for name, want := range map[string]string{"before": `"old"`, "after": `"new"`} {
			if x := ended(t, r, name); string(x.Output) != want {
				t.Errorf("%s ended with %s, want %s", name, x.Output, want)
			}
		}
	})
}

func TestATaskCutOffByAShutdownRunsAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int64
		cfg := local.Config{
			Journal: memory.New(), ShutdownGrace: time.Second,
			Definitions: definitions(map[string]string{"machine": single(invoke("Slow", `"End":true`))}),
			Steps: map[string]workflow.Handler{"Slow": func(ctx context.Context, in json.RawMessage) (json.RawMessage, error) {
				if calls.Add(1) == 1 {
					<-ctx.Done()
					return nil, ctx.Err()
				}
				return in, nil
			}},
		}
		r, stop := run(t, cfg)
		start(t, r, "a", `"in"`)
		eventually(t, "the task runs", func() bool { return calls.Load() == 1 })
		if err := stop(); err != nil {
			t.Errorf("a handler that heeds its context was reported: %v", err)
		}
		r = open(t, cfg)
		if x := ended(t, r, "a"); x.Status != workflow.Succeeded || calls.Load() != 2 {
			t.Errorf("ended %s (%s) after %d calls, want SUCCEEDED after 2", x.Status, x.Error, calls.Load())
		}
	})
}
