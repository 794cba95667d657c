package local_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/local"
	"github.com/vacancy/vacancy/internal/workflow/local/memory"
)

// TestThousandExecutionsRacedByCallbacksAndTimers runs in real time, so that the
// race detector sees real interleavings: each execution is woken by three
// callers and by its timeout, all at about the same time, and stopped by nobody.
func TestThousandExecutionsRacedByCallbacksAndTimers(t *testing.T) {
	const n = 1000
	var r *local.Runner
	var taken, asked atomic.Int64
	var callers sync.WaitGroup
	ask := func(_ context.Context, in json.RawMessage) (json.RawMessage, error) {
		var a struct{ Token, Name string }
		if err := json.Unmarshal(in, &a); err != nil {
			return nil, err
		}
		k := asked.Add(1)
		for c := range int64(3) {
			callers.Go(func() {
				<-time.After(970*time.Millisecond + time.Duration((7*k+11*c)%60)*time.Millisecond)
				err := r.SendTaskSuccess(context.Background(), a.Token, json.RawMessage(`"paid"`))
				if err == nil {
					taken.Add(1)
				} else if !errors.Is(err, workflow.ErrTaskTimedOut) {
					t.Errorf("SendTaskSuccess = %v", err)
				}
			})
		}
		return json.RawMessage(`{}`), nil
	}
	r = open(t, local.Config{
		Journal: memory.New(), Workers: 32,
		Definitions: definitions(map[string]string{"machine": `{"StartAt":"Before","States":{
			"Before":` + invoke("Echo", `"Next":"Await"`) + `,
			"Await":` + await("Ask", `"TimeoutSeconds":1,"Catch":[{"ErrorEquals":["States.Timeout"],"Next":"Late"}],"Next":"Paid"`) + `,
			"Paid":{"Type":"Pass","Result":"paid","Next":"After"},
			"Late":{"Type":"Pass","Result":"late","Next":"After"},
			"After":` + invoke("Echo", `"End":true`) + `}}`}),
		Steps: map[string]workflow.Handler{"Ask": ask, "Echo": echo},
	})
	var starters sync.WaitGroup
	for c := range 10 {
		starters.Go(func() {
			for i := range n / 10 {
				if _, err := r.Start(context.Background(), id(fmt.Sprintf("%d-%d", c, i)), nil); err != nil {
					t.Errorf("Start = %v", err)
				}
			}
		})
	}
	starters.Wait()
	paid := int64(0)
	for c := range 10 {
		for i := range n / 10 {
			x := ended(t, r, fmt.Sprintf("%d-%d", c, i))
			switch {
			case x.Status != workflow.Succeeded:
				t.Errorf("%s ended %s: %s %s", x.Name, x.Status, x.Error, x.Cause)
			case string(x.Output) == `"paid"`:
				paid++
			case string(x.Output) != `"late"`:
				t.Errorf("%s ended with %s", x.Name, x.Output)
			}
		}
	}
	callers.Wait()
	if taken.Load() != paid {
		t.Errorf("%d callbacks were acknowledged, %d executions went on with one", taken.Load(), paid)
	}
	if asked.Load() != n {
		t.Errorf("%d tasks were asked, want %d", asked.Load(), n)
	}
	t.Logf("%d paid, %d timed out", paid, n-paid)
}
