package local_test

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/local"
	"github.com/vacancy/vacancy/internal/workflow/local/memory"
)

// toTheWait is what a hold does first: a task, then a task token with a timeout.
var toTheWait = `{"StartAt":"RequestPayment","States":{
	"RequestPayment":` + invoke("Echo", `"Next":"AwaitPayment"`) + `,
	"AwaitPayment":` + await("Echo", `"TimeoutSeconds":900,"Next":"Done"`) + `,
	"Done":{"Type":"Succeed"}}}`

func benchRunner(b *testing.B, machine string) *local.Runner {
	b.Helper()
	r, err := local.New(b.Context(), local.Config{
		Journal: memory.New(), Definitions: definitions(map[string]string{"machine": machine}),
		Steps: map[string]workflow.Handler{"Echo": echo},
	})
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ran := make(chan error, 1)
	go func() { ran <- r.Run(ctx) }()
	b.Cleanup(func() {
		cancel()
		if err := <-ran; err != nil {
			b.Error(err)
		}
	})
	return r
}

// waitFor yields until ok; benchmarks run in real time.
func waitFor(ok func() bool) {
	for !ok() {
		<-time.After(100 * time.Microsecond)
	}
}

// BenchmarkStartToWait is one execution from Start to its wait for a callback,
// 64 callers at once, with the journal in memory.
func BenchmarkStartToWait(b *testing.B) {
	r := benchRunner(b, toTheWait)
	input := json.RawMessage(`{"reservationId":"r-1","apartmentId":"a-1","price":{"amount":120000,"currency":"USD"},"timeoutSeconds":900}`)
	var next atomic.Int64
	b.ReportAllocs()
	b.ResetTimer()
	var callers sync.WaitGroup
	for range 64 {
		callers.Go(func() {
			for i := next.Add(1); i <= int64(b.N); i = next.Add(1) {
				if _, err := r.Start(context.Background(), id(fmt.Sprint(i)), input); err != nil {
					b.Error(err)
				}
			}
		})
	}
	callers.Wait()
	waitFor(func() bool { return r.Stats().Transitions >= int64(2*b.N) })
	b.ReportMetric(float64(r.Stats().Transitions)/b.Elapsed().Seconds(), "transitions/s")
}

// BenchmarkTaskLoop is one task after the other in few executions: the cost of a
// transition with its task.
func BenchmarkTaskLoop(b *testing.B) {
	r := benchRunner(b, `{"StartAt":"Task","States":{
		"Task":`+`{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"Echo","Payload.$":"$"},"ResultPath":null,"Next":"More?"}`+`,
		"More?":{"Type":"Pass","Parameters":{"n.$":"States.MathAdd($.n, -1)"},"Next":"Choose"},
		"Choose":{"Type":"Choice","Choices":[{"Variable":"$.n","NumericGreaterThan":0,"Next":"Task"}],"Default":"Done"},
		"Done":{"Type":"Succeed"}}}`)
	const executions, tasks = 16, 500
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		for k := range executions {
			if _, err := r.Start(context.Background(), id(fmt.Sprintf("%d-%d", i, k)), fmt.Appendf(nil, `{"n":%d}`, tasks)); err != nil {
				b.Fatal(err)
			}
		}
		waitFor(func() bool { return r.Stats().Succeeded >= int64(executions*(i+1)) })
	}
	b.ReportMetric(float64(r.Stats().Transitions)/b.Elapsed().Seconds(), "transitions/s")
}
