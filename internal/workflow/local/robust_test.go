package local_test

import (
	"context"
	"encoding/json"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/local"
	"github.com/vacancy/vacancy/internal/workflow/local/memory"
)

func TestAnUnreadableExecutionIsLeftAsItIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		journal := memory.New()
		cfg := local.Config{Journal: journal, Definitions: definitions(map[string]string{"machine": single(`{"Type":"Wait","Seconds":5,"End":true}`)})}
		r, err := local.New(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		rec, err := r.NewRecord(id("from-a-later-release"), nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := journal.Create(t.Context(), rec); err != nil {
			t.Fatal(err)
		}
		entry := local.Entry{ExecutionID: rec.ExecutionID, Status: workflow.Running, State: []byte("\xffwritten by a from-a-later-release"),
			Lane: local.Deadlines, Due: time.Now(), At: time.Now()}
		if err := journal.Append(t.Context(), entry); err != nil {
			t.Fatal(err)
		}
		r = open(t, cfg)
		start(t, r, "b", `{}`)
		if x := ended(t, r, "b"); x.Status != workflow.Succeeded {
			t.Errorf("another execution ended %s", x.Status)
		}
		if err := r.Stop(t.Context(), rec.ExecutionID, "", ""); err == nil {
			t.Error("Stop was acknowledged")
		}
		if s := r.Stats(); s.Stuck != 1 || s.Active != 0 {
			t.Errorf("Stats = %+v, want one stuck", s)
		}
		after, err := journal.Load(t.Context(), rec.ExecutionID)
		if err != nil || after.Seq != 1 || after.Status != workflow.Running {
			t.Errorf("it was changed: %+v, %v", after, err)
		}
	})
}

func TestAnExecutionThatSomebodyElseMovedIsTakenUpAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		journal := memory.New()
		var calls atomic.Int64
		r := open(t, local.Config{
			Journal: journal, Definitions: definitions(map[string]string{"machine": single(invoke("Slow", `"End":true`))}),
			Steps: map[string]workflow.Handler{"Slow": func(_ context.Context, in json.RawMessage) (json.RawMessage, error) {
				calls.Add(1)
				<-time.After(time.Second)
				return in, nil
			}},
		})
		start(t, r, "a", `"in"`)
		var rec local.Record
		eventually(t, "the task runs and is journaled", func() bool {
			var err error
			rec, err = journal.Load(t.Context(), id("a"))
			return err == nil && rec.Seq == 1 && calls.Load() == 1
		})
		foreign := local.Entry{ExecutionID: rec.ExecutionID, Seq: rec.Seq, Status: rec.Status, State: rec.State,
			Lane: local.InFlight, Due: time.Now(), At: time.Now()}
		if err := journal.Append(t.Context(), foreign); err != nil {
			t.Fatal(err)
		}
		if x := ended(t, r, "a"); x.Status != workflow.Succeeded || string(x.Output) != `"in"` {
			t.Errorf("ended %s with %s", x.Status, x.Output)
		}
		if n := calls.Load(); n != 2 {
			t.Errorf("the task ran %d times, want once more after the conflict", n)
		}
	})
}

func TestAPanicFailsItsTaskAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := open(t, local.Config{
			Journal: memory.New(),
			Definitions: definitions(map[string]string{"machine": `{"StartAt":"Bad","States":{
				"Bad":` + invoke("Bad", `"Catch":[{"ErrorEquals":["string"],"Next":"Fine"}],"End":true`) + `,"Fine":{"Type":"Pass","Result":"caught","End":true}}}`}),
			Steps: map[string]workflow.Handler{"Bad": func(context.Context, json.RawMessage) (json.RawMessage, error) { panic("boom") }},
		})
		start(t, r, "a", `{}`)
		if x := ended(t, r, "a"); string(x.Output) != `"caught"` {
			t.Errorf("ended %s with %s (%s)", x.Status, x.Output, x.Error)
		}
	})
}

func TestAHandlerKnowsItsDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got []time.Duration
		r := open(t, local.Config{
			Journal: memory.New(), MaxTaskDuration: 5 * time.Minute,
			Definitions: definitions(map[string]string{"machine": `{"StartAt":"A","States":{
				"A":` + invoke("See", `"TimeoutSeconds":20,"Next":"B"`) + `,
				"B":` + invoke("See", `"TimeoutSeconds":2000,"Next":"C"`) + `,
				"C":` + invoke("See", `"End":true`) + `}}`}),
			Steps: map[string]workflow.Handler{"See": func(ctx context.Context, in json.RawMessage) (json.RawMessage, error) {
				deadline, _ := ctx.Deadline()
				got = append(got, time.Until(deadline))
				return in, nil
			}},
		})
		start(t, r, "a", `{}`)
		ended(t, r, "a")
		if len(got) != 3 || got[0] != 20*time.Second || got[1] != 5*time.Minute || got[2] != 5*time.Minute {
			t.Errorf("the handlers had %v, want 20s, 5m, 5m", got)
		}
	})
}

func TestAHandlerThatNeverReturnsIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		r := open(t, local.Config{
			Journal: memory.New(), MaxTaskDuration: time.Minute,
			Definitions: definitions(map[string]string{"machine": single(invoke("Deaf", `"End":true`))}),
			Steps: map[string]workflow.Handler{"Deaf": func(context.Context, json.RawMessage) (json.RawMessage, error) {
				<-release
				return json.RawMessage(`1`), nil
			}},
		})
		t.Cleanup(func() { close(release) })
		start(t, r, "a", `{}`)
		x := ended(t, r, "a")
		if x.Status != workflow.Failed || x.Error != "Sandbox.Timedout" || !strings.Contains(x.Cause, "60.00 seconds") || x.StoppedAt.Sub(x.StartedAt) > 61*time.Second {
			t.Errorf("ended %s, %s: %s after %s", x.Status, x.Error, x.Cause, x.StoppedAt.Sub(x.StartedAt))
		}
	})
}

func TestAStepThatARemovedDefinitionCallsIsNotFound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := local.Config{
			Journal: memory.New(), Steps: map[string]workflow.Handler{"Old": echo, "New": echo},
			Definitions: definitions(map[string]string{"machine": `{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":9,"Next":"T"},"T":` + invoke("Old", `"End":true`) + `}}`}),
		}
		r, stop := run(t, cfg)
		start(t, r, "a", `{}`)
		eventually(t, "it waits", func() bool { return r.Stats().Transitions == 1 })
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		delete(cfg.Steps, "Old")
		cfg.Definitions = definitions(map[string]string{"machine": single(invoke("New", `"End":true`))})
		r = open(t, cfg)
		if x := ended(t, r, "a"); x.Error != "Lambda.ResourceNotFoundException" {
			t.Errorf("ended %s, %s: %s", x.Status, x.Error, x.Cause)
		}
	})
}
