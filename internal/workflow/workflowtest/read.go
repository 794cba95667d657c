package workflowtest

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/vacancy/vacancy/internal/workflow"
)

var readTests = []test{
	{"Describe/Unknown", func(h *harness) {
		h.given(single(passThrough), nil)
		_, err := h.runner.Describe(h.Context(), id("a"))
		h.is("Describe of nothing", err, workflow.ErrExecutionDoesNotExist)
		_, err = h.runner.History(h.Context(), id("a"), "", 0)
		h.is("History of nothing", err, workflow.ErrExecutionDoesNotExist)
	}},
	{"Describe/WhileItRuns", func(h *harness) {
		k := newTokens()
		h.given(single(await("Ask", long)), k.handlers())
		token := h.waiting(k, "a")
		x := h.describe("a")
		if x.Status != workflow.Running || !x.StoppedAt.IsZero() || len(x.Output) > 0 || x.Error != "" {
			h.Errorf("Describe = %+v", x)
		}
		h.success(token, `1`)
		h.endsWith("a", `1`)
	}},
	{"History/TypesAndOrder", func(h *harness) {
		h.given(`{"StartAt":"A","States":{
			"A":`+invoke("Echo", `"Next":"B"`)+`,
			"B":{"Type":"Pass","Next":"C"},
			"C":{"Type":"Wait","Seconds":1,"Next":"D"},
			"D":{"Type":"Choice","Choices":[{"Variable":"$.n","NumericEquals":1,"Next":"E"}]},
			"E":{"Type":"Succeed"}}}`, map[string]workflow.Handler{"Echo": echo})
		h.succeeds("a", `{"n":1}`, `{"n":1}`)
		want := []string{"ExecutionStarted",
			"TaskStateEntered", "TaskScheduled", "TaskStarted", "TaskSucceeded", "TaskStateExited",
			"PassStateEntered", "PassStateExited", "WaitStateEntered", "WaitStateExited",
			"ChoiceStateEntered", "ChoiceStateExited", "SucceedStateEntered", "SucceedStateExited",
			"ExecutionSucceeded"}
		if got := h.historyTypes("a"); !slices.Equal(got, want) {
			h.Errorf("history\n got %v\nwant %v", got, want)
		}
		h.checkHistory("a")
	}},
	{"History/OfACallback", func(h *harness) {
		k := newTokens()
		h.given(single(await("Ask", long)), k.handlers())
		token := h.waiting(k, "a")
		waiting := []string{"ExecutionStarted", "TaskStateEntered", "TaskScheduled", "TaskStarted", "TaskSubmitted"}
		h.eventually("it has submitted its task", func() bool { return slices.Equal(h.historyTypes("a"), waiting) })
		h.success(token, `1`)
		h.endsWith("a", `1`)
		if got, want := h.historyTypes("a"), append(waiting, "TaskSucceeded", "TaskStateExited", "ExecutionSucceeded"); !slices.Equal(got, want) {
			h.Errorf("history\n got %v\nwant %v", got, want)
		}
		h.checkHistory("a")
	}},
	{"History/OfAFailure", func(h *harness) {
		h.given(single(invoke("Pay", end)), map[string]workflow.Handler{"Pay": failing("PaymentDeclined", "no funds")})
		h.start("a", `{}`)
		h.fails("a", workflow.Failed, "PaymentDeclined")
		want := []string{"ExecutionStarted", "TaskStateEntered", "TaskScheduled", "TaskStarted", "TaskFailed", "ExecutionFailed"}
		if got := h.historyTypes("a"); !slices.Equal(got, want) {
			h.Errorf("history\n got %v\nwant %v", got, want)
		}
	}},
	{"History/Details", func(h *harness) {
		h.given(single(`{"Type":"Pass","End":true}`), nil)
		h.succeeds("a", `{"n":1}`, `{"n":1}`)
		for _, e := range h.history("a") {
			var d struct{ Name, Input, Output string }
			if err := json.Unmarshal(e.Details, &d); err != nil {
				h.Errorf("details of %s: %s: %v", e.Type, e.Details, err)
			}
			switch e.Type {
			case "PassStateEntered":
				if d.Name != "Only" {
					h.Errorf("PassStateEntered names %q", d.Name)
				}
				h.sameJSON("its input", json.RawMessage(d.Input), `{"n":1}`)
			case "PassStateExited", "ExecutionSucceeded":
				h.sameJSON(e.Type+"'s output", json.RawMessage(d.Output), `{"n":1}`)
			}
		}
	}},
	{"History/Pages", func(h *harness) {
		h.given(single(`{"Type":"Map","End":true,"ItemProcessor":{"ProcessorConfig":{"Mode":"INLINE"},
			"StartAt":"Each","States":{"Each":{"Type":"Pass","End":true}}}}`), nil)
		h.succeeds("a", `[1,2,3,4,5,6,7,8]`, `[1,2,3,4,5,6,7,8]`)
		whole := h.history("a")
		for _, limit := range []int{1, 3, len(whole), len(whole) + 1} {
			var got []workflow.HistoryEvent
			for after := ""; ; {
				page, err := h.runner.History(h.Context(), id("a"), after, limit)
				if err != nil || len(page.Events) > limit {
					h.Fatalf("History(limit %d) = %d events, %v", limit, len(page.Events), err)
				}
				got = append(got, page.Events...)
				if page.Next == "" {
					break
				}
				after = page.Next
			}
			if !slices.EqualFunc(got, whole, func(a, b workflow.HistoryEvent) bool { return a.ID == b.ID && a.Type == b.Type }) {
				h.Errorf("in pages of %d there are %d events, in one %d", limit, len(got), len(whole))
			}
		}
		_, err := h.runner.History(h.Context(), id("a"), "no cursor", 0)
		h.is("History after a foreign cursor", err, workflow.ErrInvalidCursor)
	}},
	{"List/FiltersAndPages", func(h *harness) {
		h.runner = h.open(h.T, Scenario{Machines: map[string]string{
			machine: single(passThrough),
			"other": single(`{"Type":"Wait","Seconds":3600,"End":true}`),
		}})
		var want []string
		for i := range 7 {
			name := fmt.Sprint("x", i)
			started := h.start(name, `{}`).StartedAt
			h.eventually("the clock has moved on", func() bool { return time.Now().After(started.Add(time.Millisecond)) })
			want = append([]string{name}, want...)
			h.end(name)
		}
		other := workflow.ExecutionID{Machine: "other", Name: "waits"}
		if _, err := h.runner.Start(h.Context(), other, nil); err != nil {
			h.Fatalf("Start = %v", err)
		}
		list := func(f workflow.ListFilter) []string {
			var got []string
			for {
				page, err := h.runner.List(h.Context(), f)
				if err != nil {
					h.Fatalf("List(%+v) = %v", f, err)
				}
				for _, x := range page.Executions {
					if x.ARN == "" || x.StartedAt.IsZero() {
						h.Errorf("List answered %+v", x)
					}
					got = append(got, x.Name)
				}
				if page.Next == "" {
					return got
				}
				f.After = page.Next
			}
		}
		for _, limit := range []int{0, 2, 7} {
			h.eventually("the list of a machine is its executions, newest first", func() bool {
				return slices.Equal(list(workflow.ListFilter{Machine: machine, Limit: limit}), want)
			})
			h.eventually("only one is running", func() bool {
				return slices.Equal(list(workflow.ListFilter{Machine: "other", Status: workflow.Running, Limit: limit}), []string{"waits"})
			})
			h.eventually("none of the machine is running", func() bool {
				return len(list(workflow.ListFilter{Machine: machine, Status: workflow.Running, Limit: limit})) == 0
			})
		}
		_, err := h.runner.List(h.Context(), workflow.ListFilter{After: "no cursor"})
		h.is("List after a foreign cursor", err, workflow.ErrInvalidCursor)
	}},
	{"List/OfAllMachines", func(h *harness) {
		h.runner = h.open(h.T, Scenario{Machines: map[string]string{machine: single(passThrough), "other": single(passThrough), "unused": single(passThrough)}})
		var want []workflow.ExecutionID
		for i := range 9 {
			x := workflow.ExecutionID{Machine: []string{machine, "other", "other"}[i%3], Name: fmt.Sprint("x", i)}
			started, err := h.runner.Start(h.Context(), x, nil)
			if err != nil {
				h.Fatalf("Start = %v", err)
			}
			h.eventually("the clock has moved on", func() bool { return time.Now().After(started.StartedAt.Add(time.Millisecond)) })
			want = slices.Insert(want, 0, x)
		}
		for _, limit := range []int{0, 1, 2, 4, 9} {
			h.eventually(fmt.Sprintf("in pages of %d the list is all executions once, newest first", limit), func() bool {
				var got []workflow.ExecutionID
				for f := (workflow.ListFilter{Limit: limit}); ; {
					page, err := h.runner.List(h.Context(), f)
					if err != nil || limit > 0 && len(page.Executions) > limit {
						h.Fatalf("List(%+v) = %d executions, %v", f, len(page.Executions), err)
					}
					for _, x := range page.Executions {
						got = append(got, x.ExecutionID)
					}
					if len(got) > len(want) {
						h.Fatalf("in pages of %d it lists %v, want %v", limit, got, want)
					}
					if f.After = page.Next; f.After == "" {
						return slices.Equal(got, want)
					}
				}
			})
		}
	}},
}

// checkHistory checks what holds for every history: ids from 1 without gaps, each
// event after the one that led to it, times that do not run backwards.
func (h *harness) checkHistory(name string) {
	h.Helper()
	var last workflow.HistoryEvent
	for i, e := range h.history(name) {
		if e.ID != int64(i+1) {
			h.Errorf("event %d has the id %d", i+1, e.ID)
		}
		if e.PreviousID >= e.ID || e.PreviousID < 1 && i > 1 { // the first state's entry follows nothing, as on AWS
			h.Errorf("event %d (%s) follows %d", e.ID, e.Type, e.PreviousID)
		}
		if e.Timestamp.Before(last.Timestamp) || e.Timestamp.IsZero() {
			h.Errorf("event %d (%s) is of %v, the one before of %v", e.ID, e.Type, e.Timestamp, last.Timestamp)
		}
		last = e
	}
}
