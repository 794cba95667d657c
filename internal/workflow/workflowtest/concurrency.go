package workflowtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/vacancy/vacancy/internal/workflow"
)

var concurrencyTests = []test{
	{"Many/AtOnce", func(h *harness) {
		const n = 200
		var calls atomic.Int64
		h.given(`{"StartAt":"A","States":{"A":`+invoke("Echo", `"Next":"W"`)+`,
			"W":{"Type":"Wait","Seconds":1,"Next":"B"},"B":`+invoke("Echo", end)+`}}`,
			map[string]workflow.Handler{"Echo": func(_ context.Context, in json.RawMessage) (json.RawMessage, error) {
				calls.Add(1)
				return in, nil
			}})
		var wg sync.WaitGroup
		for i := range n {
			wg.Go(func() {
				if _, err := h.runner.Start(h.Context(), id(fmt.Sprint(i)), fmt.Appendf(nil, "%d", i)); err != nil {
					h.Errorf("Start = %v", err)
				}
			})
		}
		wg.Wait()
		for i := range n {
			h.endsWith(fmt.Sprint(i), fmt.Sprint(i))
		}
		if got := calls.Load(); got != 2*n {
			h.Errorf("the tasks ran %d times, want %d", got, 2*n)
		}
	}},
	{"Many/StartersOfOneName", func(h *harness) {
		k := newTokens()
		h.given(single(await("Ask", long)), k.handlers())
		var wg sync.WaitGroup
		for range 32 {
			wg.Go(func() {
				if _, err := h.runner.Start(h.Context(), id("a"), json.RawMessage(`{}`)); err != nil {
					h.Errorf("Start = %v", err)
				}
			})
		}
		wg.Wait()
		h.success(k.next(h), `1`)
		h.endsWith("a", `1`)
		if n := k.asked(); n != 1 {
			h.Errorf("the task ran %d times", n)
		}
	}},
	{"Many/CallbacksOfOneToken", func(h *harness) {
		k := newTokens()
		h.given(single(await("Ask", long)), k.handlers())
		token := h.waiting(k, "a")
		var won atomic.Int64
		var winner atomic.Value
		var wg sync.WaitGroup
		for i := range 32 {
			wg.Go(func() {
				output := fmt.Sprint(i)
				err := h.runner.SendTaskSuccess(h.Context(), token, json.RawMessage(output))
				switch {
				case err == nil:
					won.Add(1)
					winner.Store(output)
				case !errors.Is(err, workflow.ErrTaskTimedOut):
					h.Errorf("SendTaskSuccess = %v", err)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 {
			h.Fatalf("%d of 32 callbacks of one token were taken", won.Load())
		}
		h.endsWith("a", winner.Load().(string))
	}},
}
