package workflowtest

import (
	"context"
	"encoding/json"
	"sync/atomic"
	"time"

	"github.com/vacancy/vacancy/internal/workflow"
)

var flowTests = []test{
	{"Flow/Choice", func(h *harness) {
		h.given(`{"StartAt":"Paid?","States":{
			"Paid?":{"Type":"Choice","Choices":[
				{"Variable":"$.status","StringEquals":"AUTHORIZED","Next":"Capture"},
				{"Variable":"$.left","NumericGreaterThan":0,"Next":"Await"}],
				"Default":"Release"},
			"Capture":{"Type":"Pass","Result":"captured","End":true},
			"Await":{"Type":"Pass","Result":"waiting","End":true},
			"Release":{"Type":"Pass","Result":"released","End":true}}}`, nil)
		h.succeeds("a", `{"status":"AUTHORIZED","left":5}`, `"captured"`)
		h.succeeds("b", `{"status":"PENDING","left":5}`, `"waiting"`)
		h.succeeds("c", `{"status":"PENDING","left":0}`, `"released"`)
	}},
	{"Flow/Fail", func(h *harness) {
		h.given(single(`{"Type":"Fail","Error":"TripFailed","Cause":"undone"}`), nil)
		h.start("a", `{}`)
		if x := h.fails("a", workflow.Failed, "TripFailed"); x.Cause != "undone" {
			h.Errorf("the cause is %q", x.Cause)
		}
	}},
	{"Flow/Succeed", func(h *harness) {
		h.given(single(`{"Type":"Succeed","OutputPath":"$.inner"}`), nil)
		h.succeeds("a", `{"inner":[1,2]}`, `[1,2]`)
	}},
	{"Flow/Wait", func(h *harness) {
		h.given(single(`{"Type":"Wait","SecondsPath":"$.seconds","End":true}`), nil)
		h.start("a", `{"seconds":2}`)
		x := h.end("a")
		if took := x.StoppedAt.Sub(x.StartedAt); x.Status != workflow.Succeeded || took < 2*time.Second-50*time.Millisecond || took > 10*time.Second {
			h.Errorf("ended %s after %s, want SUCCEEDED after 2s", x.Status, took)
		}
	}},
	{"Flow/WaitsEndInTheirOrder", func(h *harness) {
		h.given(single(`{"Type":"Wait","SecondsPath":"$.seconds","End":true}`), nil)
		h.start("late", `{"seconds":3}`)
		h.start("early", `{"seconds":1}`)
		h.start("past", `{"seconds":0}`)
		late := h.end("late")
		for _, name := range []string{"past", "early"} {
			x := h.describe(name)
			if x.Status != workflow.Succeeded || !x.StoppedAt.Before(late.StoppedAt) {
				h.Errorf("%s is %s and stopped %v; the later one stopped %v", name, x.Status, x.StoppedAt, late.StoppedAt)
			}
		}
	}},
	{"Flow/Parallel", func(h *harness) {
		h.given(single(`{"Type":"Parallel","End":true,"Branches":[
			{"StartAt":"A","States":{"A":`+invoke("Echo", end)+`}},
			{"StartAt":"B","States":{"B":{"Type":"Wait","Seconds":1,"Next":"B2"},"B2":{"Type":"Pass","Result":"b","End":true}}},
			{"StartAt":"C","States":{"C":{"Type":"Pass","Result":"c","End":true}}}]}`),
			map[string]workflow.Handler{"Echo": echo})
		h.succeeds("a", `{"in":1}`, `[{"in":1},"b","c"]`)
	}},
	{"Flow/AFailingBranchFailsTheParallel", func(h *harness) {
		release := make(chan struct{})
		h.given(`{"StartAt":"Both","States":{
			"Both":{"Type":"Parallel","End":true,
				"Catch":[{"ErrorEquals":["PaymentDeclined"],"Next":"Wait"}],
				"Branches":[
					{"StartAt":"A","States":{"A":`+invoke("Pay", end)+`}},
					{"StartAt":"B","States":{"B":`+invoke("Slow", end)+`}}]},
			"Wait":{"Type":"Wait","Seconds":1,"Next":"Undone"},
			"Undone":{"Type":"Pass","Result":"undone","End":true}}}`,
			map[string]workflow.Handler{
				"Pay": failing("PaymentDeclined", ""),
				"Slow": func(ctx context.Context, in json.RawMessage) (json.RawMessage, error) {
					select {
					case <-release:
					case <-ctx.Done():
					}
					return in, nil
				},
			})
		h.Cleanup(func() { close(release) })
		h.succeeds("a", `{}`, `"undone"`)
	}},
	{"Flow/Map", func(h *harness) {
		var running, most atomic.Int64
		h.given(single(`{"Type":"Map","MaxConcurrency":3,"End":true,"ItemProcessor":{"ProcessorConfig":{"Mode":"INLINE"},
			"StartAt":"Each","States":{"Each":`+invoke("Square", end)+`}}}`),
			map[string]workflow.Handler{
				"Square": func(_ context.Context, in json.RawMessage) (json.RawMessage, error) {
					n := running.Add(1)
					defer running.Add(-1)
					for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
					}
					var x int
					if err := json.Unmarshal(in, &x); err != nil {
						return nil, err
					}
					return json.Marshal(x * x)
				},
			})
		h.succeeds("a", `[1,2,3,4,5,6,7,8,9,10]`, `[1,4,9,16,25,36,49,64,81,100]`)
		if n := most.Load(); n > 3 {
			h.Errorf("%d iterations ran at once, MaxConcurrency is 3", n)
		}
	}},
	{"Flow/WholeExecutionTimeout", func(h *harness) {
		h.given(`{"TimeoutSeconds":1,"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":60,"End":true}}}`, nil)
		h.start("a", `{}`)
		x := h.end("a")
		if x.Status != workflow.TimedOut || x.StoppedAt.Sub(x.StartedAt) > 20*time.Second {
			h.Errorf("ended %s after %s, want TIMED_OUT after 1s", x.Status, x.StoppedAt.Sub(x.StartedAt))
		}
	}},
}
