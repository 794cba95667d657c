package local_test

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/local"
	"github.com/vacancy/vacancy/internal/workflow/local/memory"
)

// slowJournal takes a while for each write, as a disk does.
type slowJournal struct {
	local.Journal
	takes time.Duration
}

func (s slowJournal) Append(ctx context.Context, e local.Entry) error {
	<-time.After(s.takes)
	return s.Journal.Append(ctx, e)
}

func TestDeadlinesThatEndTogetherAreServedInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 5000
		r := open(t, local.Config{
			Journal: slowJournal{memory.New(), 5 * time.Millisecond}, Workers: 64,
			Definitions: definitions(map[string]string{"machine": single(`{"Type":"Wait","TimestampPath":"$","End":true}`)}),
		})
		deadline := time.Now().Add(time.Minute)
		for i := range n {
			at := deadline.Add(time.Duration(i%100) * time.Millisecond).UTC()
			start(t, r, fmt.Sprint(i), `"`+at.Format("2006-01-02T15:04:05.000Z")+`"`)
		}
		var last time.Duration
		for i := range n {
			x := ended(t, r, fmt.Sprint(i))
			if late := x.StoppedAt.Sub(deadline.Add(time.Duration(i%100) * time.Millisecond)); late < 0 {
				t.Fatalf("%d ended %s early", i, -late)
			} else {
				last = max(last, late)
			}
		}
		// 5,000 writes of 5 ms by 64 workers take 390 ms; what is beyond is the runner's own.
		if last > 500*time.Millisecond {
			t.Errorf("the last was %s late", last)
		}
		s := r.Stats()
		served := int64(0)
		for _, count := range s.Deadlines {
			served += count
		}
		if served != n || s.Succeeded != n || s.Started != n {
			t.Errorf("the counters say %+v", s)
		}
	})
}

// TestDeadlinesGoBeforeBacklog fills every worker that backlog may have with
// tasks that last, and has a backlog behind them. A deadline is served on time.
func TestDeadlinesGoBeforeBacklog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var running, most atomic.Int64
		r := open(t, local.Config{
			Journal: memory.New(), Workers: 8,
			Definitions: definitions(map[string]string{
				"machine": single(`{"Type":"Wait","Seconds":10,"End":true}`),
				"slow":    single(invoke("Slow", `"End":true`)),
			}),
			Steps: map[string]workflow.Handler{"Slow": func(_ context.Context, in json.RawMessage) (json.RawMessage, error) {
				n := running.Add(1)
				defer running.Add(-1)
				for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
				}
				<-time.After(7 * time.Second)
				return in, nil
			}},
		})
		start(t, r, "deadline", `{}`)
		eventually(t, "it waits", func() bool { return r.Stats().Active == 0 && r.Stats().Transitions == 1 })
		for i := range 100 {
			if _, err := r.Start(t.Context(), workflow.ExecutionID{Machine: "slow", Name: fmt.Sprint(i)}, nil); err != nil {
				t.Fatal(err)
			}
		}
		x := ended(t, r, "deadline")
		if late := x.StoppedAt.Sub(x.StartedAt) - 10*time.Second; late > 50*time.Millisecond {
			t.Errorf("the deadline was served %s late behind the backlog", late)
		}
		if n := most.Load(); n != 6 {
			t.Errorf("backlog had %d of 8 workers, want 6", n)
		}
		if n, err := r.Backlog(t.Context()); err != nil || n == 0 {
			t.Errorf("Backlog = %d, %v: the test has no backlog to jump", n, err)
		}
		eventually(t, "the backlog is done", func() bool { return r.Stats().Succeeded == 101 })
	})
}

// TestCallbackAndTimeoutRace lets the callback of each of many
// executions come just before, at and just after its timeout.
func TestCallbackAndTimeoutRace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tokens := make(chan [2]string, 100)
		r := open(t, local.Config{
			Journal: slowJournal{memory.New(), time.Millisecond},
			Definitions: definitions(map[string]string{"machine": `{"StartAt":"Await","States":{
				"Await":` + await("Ask", `"TimeoutSeconds":10,"Catch":[{"ErrorEquals":["States.Timeout"],"Next":"Late"}],"End":true`) + `,
				"Late":{"Type":"Pass","Result":"late","End":true}}}`}),
			Steps: map[string]workflow.Handler{"Ask": func(_ context.Context, in json.RawMessage) (json.RawMessage, error) {
				var ask struct{ Token, Name string }
				err := json.Unmarshal(in, &ask)
				tokens <- [2]string{ask.Name, ask.Token}
				return json.RawMessage(`{}`), err
			}},
		})
		var wg sync.WaitGroup
		for i := -5; i <= 5; i++ {
			name := fmt.Sprint(i)
			before := time.Now()
			start(t, r, name, `{}`)
			ask := <-tokens
			entered := time.Since(before)
			wg.Go(func() {
				<-time.After(10*time.Second - entered + time.Duration(i)*time.Millisecond)
				err := r.SendTaskSuccess(t.Context(), ask[1], json.RawMessage(`"paid"`))
				want := `"late"`
				if err == nil {
					want = `"paid"`
				}
				if x := ended(t, r, ask[0]); string(x.Output) != want {
					t.Errorf("%+d ms: the callback was answered %v, but the execution ended %s with %s", i, err, x.Status, x.Output)
				}
				if i <= -3 && err != nil {
					t.Errorf("%+d ms: a callback in time was refused: %v", i, err)
				}
				if i >= 3 && err == nil {
					t.Errorf("%+d ms: a callback after the timeout was taken", i)
				}
			})
		}
		wg.Wait()
	})
}
