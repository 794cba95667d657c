package local_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/local"
	"github.com/vacancy/vacancy/internal/workflow/local/memory"
)

// TestTheTasksOfOneExecutionAreBounded runs a Map without a MaxConcurrency of its
// own that is wider than what one execution may run at once.
func TestTheTasksOfOneExecutionAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const items, bound = 500, 16
		var running, most, calls atomic.Int64
		r := open(t, local.Config{
			Journal: memory.New(), TasksPerExecution: bound,
			Definitions: definitions(map[string]string{"machine": single(`{"Type":"Map","End":true,"ItemProcessor":{
				"ProcessorConfig":{"Mode":"INLINE"},"StartAt":"Each","States":{"Each":` + invoke("Each", `"End":true`) + `}}}`)}),
			Steps: map[string]workflow.Handler{"Each": func(ctx context.Context, in json.RawMessage) (json.RawMessage, error) {
				n := running.Add(1)
				defer running.Add(-1)
				for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
				}
				calls.Add(1)
				if task, _ := workflow.TaskFromContext(ctx); task.Iteration == "" {
					t.Error("a task of a Map does not know its iteration")
				}
				<-time.After(10 * time.Millisecond)
				return in, nil
			}},
		})
		input := strings.TrimSuffix(strings.Repeat("7,", items), ",")
		start(t, r, "a", "["+input+"]")
		x := ended(t, r, "a")
		if x.Status != workflow.Succeeded || string(x.Output) != "["+input+"]" {
			t.Fatalf("ended %s (%s: %s) with %.80s", x.Status, x.Error, x.Cause, x.Output)
		}
		if most.Load() != bound || calls.Load() != items {
			t.Errorf("%d tasks ran at once and %d in all, want %d and %d", most.Load(), calls.Load(), bound, items)
		}
		if n := r.Stats().Transitions; n > items {
			t.Errorf("%d results took %d entries: what comes together is journaled together", items, n)
		}
	})
}

// BenchmarkMap is one execution with a Map of 3,000 tasks, about what the limit of
// 25,000 events lets an inline Map have.
func BenchmarkMap(b *testing.B) {
	r := benchRunner(b, single(`{"Type":"Map","End":true,"ItemProcessor":{
		"ProcessorConfig":{"Mode":"INLINE"},"StartAt":"Each","States":{"Each":`+invoke("Echo", `"End":true`)+`}}}`))
	input := json.RawMessage("[" + strings.TrimSuffix(strings.Repeat(`{"id":"0123456789"},`, 3000), ",") + "]")
	b.ReportAllocs()
	for i := range b.N {
		if _, err := r.Start(context.Background(), id(fmt.Sprint(i)), input); err != nil {
			b.Fatal(err)
		}
		waitFor(func() bool { s := r.Stats(); return s.Succeeded+s.Failed > int64(i) })
	}
	if s := r.Stats(); s.Failed > 0 {
		b.Errorf("%d failed", s.Failed)
	}
	b.ReportMetric(float64(r.Stats().Transitions)/float64(b.N), "entries")
}
