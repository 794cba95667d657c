package workflowtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/vacancy/vacancy/internal/workflow"
)

// caught is a machine whose first state is task, caught by a state that answers
// what it was given as the error.
func caught(task func(catch string) string, errorEquals string) string {
	return `{"StartAt":"Try","States":{
		"Try":` + task(`"Catch":[{"ErrorEquals":["`+errorEquals+`"],"ResultPath":"$.error","Next":"Caught"}],`+end) + `,
		"Caught":{"Type":"Pass","End":true}}}`
}

// attempts records when a handler was called.
type attempts struct {
	mu sync.Mutex
	at []time.Time
}

func (a *attempts) add() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.at = append(a.at, time.Now())
	return len(a.at)
}

func (a *attempts) times() []time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.at
}

var taskTests = []test{
	{"Task/AnswersItsOutput", func(h *harness) {
		var got json.RawMessage
		h.given(single(invoke("Double", end)), map[string]workflow.Handler{
			"Double": func(_ context.Context, in json.RawMessage) (json.RawMessage, error) {
				got = in
				return json.RawMessage(`{"amount": 14}`), nil
			},
		})
		h.succeeds("a", `{"amount":7}`, `{"amount":14}`)
		h.sameJSON("the handler's input", got, `{"amount":7}`)
	}},
	{"Task/TheAnswerOfLambdaInvoke", func(h *harness) {
		h.given(single(`{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke",
			"Parameters":{"FunctionName":"Echo","Payload":{"n":1}},
			"ResultSelector":{"payload.$":"$.Payload","status.$":"$.StatusCode"},"End":true}`),
			map[string]workflow.Handler{"Echo": echo})
		h.succeeds("a", `{}`, `{"payload":{"n":1},"status":200}`)
	}},
	{"Task/EachStateRunsInTurn", func(h *harness) {
		step := func(field string) workflow.Handler {
			return func(_ context.Context, in json.RawMessage) (json.RawMessage, error) {
				return fmt.Appendf(nil, `{%q:%s}`, field, in), nil
			}
		}
		h.given(`{"StartAt":"A","States":{
			"A":`+invoke("A", `"Next":"B"`)+`,
			"B":`+invoke("B", `"Next":"C"`)+`,
			"C":`+invoke("C", end)+`}}`,
			map[string]workflow.Handler{"A": step("a"), "B": step("b"), "C": step("c")})
		h.succeeds("a", `0`, `{"c":{"b":{"a":0}}}`)
	}},
	{"Task/ATypedErrorFailsTheExecution", func(h *harness) {
		h.given(single(invoke("Pay", end)), map[string]workflow.Handler{"Pay": failing("PaymentDeclined", "no funds")})
		h.start("a", `{}`)
		if x := h.fails("a", workflow.Failed, "PaymentDeclined"); !strings.Contains(x.Cause, "no funds") {
			h.Errorf("the cause is %q", x.Cause)
		}
	}},
	{"Task/AWrappedTypedErrorKeepsItsName", func(h *harness) {
		h.given(single(invoke("Pay", end)), map[string]workflow.Handler{
			"Pay": func(context.Context, json.RawMessage) (json.RawMessage, error) {
				return nil, fmt.Errorf("pay: %w", workflow.Error{Name: "PaymentDeclined", Cause: "no funds"})
			},
		})
		h.start("a", `{}`)
		h.fails("a", workflow.Failed, "PaymentDeclined")
	}},
	{"Task/AnErrorWithoutAName", func(h *harness) {
		h.given(single(invoke("Pay", end)), map[string]workflow.Handler{
			"Pay": func(context.Context, json.RawMessage) (json.RawMessage, error) {
				return nil, errors.New("the line is dead")
			},
		})
		h.start("a", `{}`)
		if x := h.fails("a", workflow.Failed, workflow.TaskFailed); !strings.Contains(x.Cause, "the line is dead") {
			h.Errorf("the cause is %q", x.Cause)
		}
	}},
	{"Task/ATypedErrorReachesItsCatch", func(h *harness) {
		h.given(caught(func(catch string) string {
			return `{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"Pay"},` + catch + `}`
		}, "PaymentDeclined"), map[string]workflow.Handler{"Pay": failing("PaymentDeclined", "no funds")})
		h.start("a", `{"id":7}`)
		x := h.end("a")
		var out struct {
			ID    int
			Error struct{ Error, Cause string }
		}
		if err := json.Unmarshal(x.Output, &out); err != nil || out.ID != 7 || out.Error.Error != "PaymentDeclined" || !strings.Contains(out.Error.Cause, "no funds") {
			h.Errorf("ended %s with %s, %v; want the input with the error in it", x.Status, x.Output, err)
		}
	}},
	{"Task/AnotherErrorPassesTheCatch", func(h *harness) {
		h.given(caught(func(catch string) string { return invoke("Pay", catch) }, "PaymentDeclined"),
			map[string]workflow.Handler{"Pay": failing("ApartmentNotVacant", "")})
		h.start("a", `{}`)
		h.fails("a", workflow.Failed, "ApartmentNotVacant")
	}},
	{"Task/RetryBacksOffAndCounts", func(h *harness) {
		var calls attempts
		h.given(single(invoke("Pay", `"Retry":[{"ErrorEquals":["Transient"],"IntervalSeconds":1,"BackoffRate":2,"MaxAttempts":3}],`+end)),
			map[string]workflow.Handler{
				"Pay": func(context.Context, json.RawMessage) (json.RawMessage, error) {
					if n := calls.add(); n < 3 {
						return nil, workflow.Error{Name: "Transient"}
					}
					return json.RawMessage(`"paid"`), nil
				},
			})
		h.succeeds("a", `{}`, `"paid"`)
		at := calls.times()
		if len(at) != 3 {
			h.Fatalf("the task ran %d times, want 3", len(at))
		}
		for i, want := range []time.Duration{time.Second, 2 * time.Second} {
			if got := at[i+1].Sub(at[i]); got < want-100*time.Millisecond || got > want+5*time.Second {
				h.Errorf("attempt %d came %s after the one before, want %s", i+2, got, want)
			}
		}
	}},
	{"Task/RetriesRunOut", func(h *harness) {
		var calls attempts
		h.given(single(invoke("Pay", `"Retry":[{"ErrorEquals":["Transient"],"IntervalSeconds":1,"MaxAttempts":2,"BackoffRate":1}],`+end)),
			map[string]workflow.Handler{
				"Pay": func(context.Context, json.RawMessage) (json.RawMessage, error) {
					calls.add()
					return nil, workflow.Error{Name: "Transient"}
				},
			})
		h.start("a", `{}`)
		h.fails("a", workflow.Failed, "Transient")
		if n := len(calls.times()); n != 3 {
			h.Errorf("the task ran %d times, want once and 2 retries", n)
		}
	}},
	{"Task/OnlyWhatRetryListsIsRetried", func(h *harness) {
		var calls attempts
		h.given(single(invoke("Pay", `"Retry":[{"ErrorEquals":["Transient"],"MaxAttempts":5}],`+end)),
			map[string]workflow.Handler{
				"Pay": func(context.Context, json.RawMessage) (json.RawMessage, error) {
					calls.add()
					return nil, workflow.Error{Name: "PaymentDeclined"}
				},
			})
		h.start("a", `{}`)
		h.fails("a", workflow.Failed, "PaymentDeclined")
		if n := len(calls.times()); n != 1 {
			h.Errorf("the task ran %d times, want 1", n)
		}
	}},
	{"Task/TimeoutEndsIt", func(h *harness) {
		release := make(chan struct{})
		h.given(caught(func(catch string) string { return invoke("Slow", `"TimeoutSeconds":1,`+catch) }, "States.Timeout"),
			map[string]workflow.Handler{
				"Slow": func(ctx context.Context, _ json.RawMessage) (json.RawMessage, error) {
					select { // a handler that does not heed its context
					case <-release:
					case <-time.After(patience):
					}
					return json.RawMessage(`"too late"`), nil
				},
			})
		h.Cleanup(func() { close(release) })
		h.start("a", `{}`)
		x := h.end("a")
		if x.Status != workflow.Succeeded || !strings.Contains(string(x.Output), "States.Timeout") {
			h.Errorf("ended %s with %s (%s); want the timeout caught", x.Status, x.Output, x.Error)
		}
	}},
}
