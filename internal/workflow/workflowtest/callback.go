package workflowtest

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync/atomic"
	"time"

	"github.com/vacancy/vacancy/internal/workflow"
)

// tokens is a handler that hands out the tokens it is given.
type tokens struct {
	handed chan string
	n      atomic.Int64
}

func newTokens() *tokens { return &tokens{handed: make(chan string, 10_000)} }

func (k *tokens) handlers() map[string]workflow.Handler {
	return map[string]workflow.Handler{"Ask": k.ask, "Echo": echo}
}

func (k *tokens) ask(_ context.Context, in json.RawMessage) (json.RawMessage, error) {
	var ask struct{ Token string }
	if err := json.Unmarshal(in, &ask); err != nil {
		return nil, err
	}
	k.n.Add(1)
	k.handed <- ask.Token
	return json.RawMessage(`{"asked":true}`), nil
}

func (k *tokens) next(h *harness) string {
	h.Helper()
	select {
	case token := <-k.handed:
		return token
	case <-time.After(patience):
		h.Fatal("no task token was handed out")
		return ""
	}
}

func (k *tokens) asked() int64 { return k.n.Load() }

func (h *harness) success(token, output string) {
	h.Helper()
	if err := h.runner.SendTaskSuccess(h.Context(), token, json.RawMessage(output)); err != nil {
		h.Fatalf("SendTaskSuccess = %v", err)
	}
}

// waiting starts an execution and answers the token it waits on.
func (h *harness) waiting(k *tokens, name string) string {
	h.Helper()
	h.start(name, `{}`)
	return k.next(h)
}

const long = `"TimeoutSeconds":3600,` + end

var callbackTests = []test{
	{"Callback/Success", func(h *harness) {
		k := newTokens()
		h.given(single(await("Ask", long)), k.handlers())
		token := h.waiting(k, "a")
		if x := h.describe("a"); x.Status != workflow.Running {
			h.Fatalf("the execution is %s before the callback", x.Status)
		}
		h.success(token, `{"paid": true}`)
		h.endsWith("a", `{"paid":true}`)
	}},
	{"Callback/GoesOnToTheNextState", func(h *harness) {
		k := newTokens()
		h.given(`{"StartAt":"A","States":{"A":`+await("Ask", `"TimeoutSeconds":3600,"Next":"B"`)+`,"B":`+invoke("Echo", end)+`}}`, k.handlers())
		h.success(h.waiting(k, "a"), `{"n":1}`)
		h.endsWith("a", `{"n":1}`)
	}},
	{"Callback/Failure", func(h *harness) {
		k := newTokens()
		h.given(single(await("Ask", long)), k.handlers())
		token := h.waiting(k, "a")
		if err := h.runner.SendTaskFailure(h.Context(), token, "ShipmentCancelled", "lost"); err != nil {
			h.Fatalf("SendTaskFailure = %v", err)
		}
		if x := h.fails("a", workflow.Failed, "ShipmentCancelled"); x.Cause != "lost" {
			h.Errorf("the cause is %q", x.Cause)
		}
	}},
	{"Callback/FailureReachesItsCatch", func(h *harness) {
		k := newTokens()
		h.given(caught(func(catch string) string { return await("Ask", `"TimeoutSeconds":3600,`+catch) }, "ShipmentCancelled"), k.handlers())
		token := h.waiting(k, "a")
		if err := h.runner.SendTaskFailure(h.Context(), token, "ShipmentCancelled", "lost"); err != nil {
			h.Fatalf("SendTaskFailure = %v", err)
		}
		h.endsWith("a", `{"error":{"Error":"ShipmentCancelled","Cause":"lost"}}`)
	}},
	{"Callback/TimeoutWakesIt", func(h *harness) {
		k := newTokens()
		h.given(caught(func(catch string) string { return await("Ask", `"TimeoutSeconds":1,`+catch) }, "States.Timeout"), k.handlers())
		token := h.waiting(k, "a")
		x := h.end("a")
		if x.Status != workflow.Succeeded || !strings.Contains(string(x.Output), "States.Timeout") {
			h.Errorf("ended %s with %s; want the timeout caught", x.Status, x.Output)
		}
		h.is("a callback after the timeout", h.runner.SendTaskSuccess(h.Context(), token, json.RawMessage(`1`)), workflow.ErrTaskTimedOut)
	}},
	{"Callback/TokenUsedTwice", func(h *harness) {
		k := newTokens()
		h.given(`{"StartAt":"A","States":{"A":`+await("Ask", `"TimeoutSeconds":3600,"Next":"B"`)+`,"B":`+await("Ask", long)+`}}`, k.handlers())
		first := h.waiting(k, "a")
		h.success(first, `1`)
		second := k.next(h)
		if first == second {
			h.Fatal("two tasks have one token")
		}
		h.is("the first token again", h.runner.SendTaskSuccess(h.Context(), first, json.RawMessage(`2`)), workflow.ErrTaskTimedOut)
		h.is("failing with it", h.runner.SendTaskFailure(h.Context(), first, "E", ""), workflow.ErrTaskTimedOut)
		h.success(second, `3`)
		h.endsWith("a", `3`)
		h.is("a token of an ended execution", h.runner.SendTaskSuccess(h.Context(), second, json.RawMessage(`4`)), workflow.ErrTaskTimedOut)
		h.is("its heartbeat", h.runner.SendTaskHeartbeat(h.Context(), second), workflow.ErrTaskTimedOut)
		h.endsWith("a", `3`)
	}},
	{"Callback/ForgedTokens", func(h *harness) {
		k := newTokens()
		h.given(single(await("Ask", long)), k.handlers())
		token := h.waiting(k, "a")
		forged := []string{"", "nonsense", strings.Repeat("A", len(token)), token[:len(token)/2], token + "A"}
		for _, i := range []int{0, len(token) / 3, len(token) / 2, len(token) - 2} {
			other := byte('A')
			if token[i] == other {
				other = 'B'
			}
			forged = append(forged, token[:i]+string(other)+token[i+1:])
		}
		for _, f := range forged {
			for what, err := range map[string]error{
				"success":   h.runner.SendTaskSuccess(h.Context(), f, json.RawMessage(`"forged"`)),
				"failure":   h.runner.SendTaskFailure(h.Context(), f, "E", ""),
				"heartbeat": h.runner.SendTaskHeartbeat(h.Context(), f),
			} {
				if !errors.Is(err, workflow.ErrInvalidToken) && !errors.Is(err, workflow.ErrTaskTimedOut) {
					h.Errorf("%s with the forged token %q = %v", what, f, err)
				}
			}
		}
		if x := h.describe("a"); x.Status != workflow.Running {
			h.Fatalf("a forged token ended the execution: %s", x.Status)
		}
		h.success(token, `"paid"`)
		h.endsWith("a", `"paid"`)
	}},
	{"Callback/BadOutputIsRefused", func(h *harness) {
		k := newTokens()
		h.given(single(await("Ask", long)), k.handlers())
		token := h.waiting(k, "a")
		h.is("success with no JSON", h.runner.SendTaskSuccess(h.Context(), token, json.RawMessage(`{`)), workflow.ErrInvalidOutput)
		big := `"` + strings.Repeat("x", workflow.MaxPayload) + `"`
		h.is("success with too much", h.runner.SendTaskSuccess(h.Context(), token, json.RawMessage(big)), workflow.ErrInvalidOutput)
		h.success(token, `1`)
		h.endsWith("a", `1`)
	}},
	{"Callback/HeartbeatKeepsItAlive", func(h *harness) {
		k := newTokens()
		h.given(single(await("Ask", `"HeartbeatSeconds":2,`+long)), k.handlers())
		token := h.waiting(k, "a")
		started := time.Now()
		beats := time.NewTicker(500 * time.Millisecond)
		defer beats.Stop()
		for time.Since(started) < 4*time.Second { // twice what it would live without
			<-beats.C
			if err := h.runner.SendTaskHeartbeat(h.Context(), token); err != nil {
				h.Fatalf("SendTaskHeartbeat after %s = %v", time.Since(started), err)
			}
		}
		h.success(token, `"alive"`)
		h.endsWith("a", `"alive"`)
	}},
	{"Callback/MissedHeartbeatFailsIt", func(h *harness) {
		k := newTokens()
		h.given(caught(func(catch string) string { return await("Ask", `"HeartbeatSeconds":1,"TimeoutSeconds":3600,`+catch) }, "States.ALL"), k.handlers())
		token := h.waiting(k, "a")
		x := h.end("a")
		if took := x.StoppedAt.Sub(x.StartedAt); !strings.Contains(string(x.Output), "Timeout") || took > time.Minute {
			h.Errorf("ended %s with %s after %s; want the missed heartbeat caught after 1s", x.Status, x.Output, took)
		}
		h.is("a callback after it", h.runner.SendTaskSuccess(h.Context(), token, json.RawMessage(`1`)), workflow.ErrTaskTimedOut)
	}},
	{"Callback/TwoAtOnceInParallel", func(h *harness) {
		k := newTokens()
		h.given(single(`{"Type":"Parallel","End":true,"Branches":[
			{"StartAt":"A","States":{"A":`+await("Ask", long)+`}},
			{"StartAt":"B","States":{"B":`+await("Ask", long)+`}}]}`), k.handlers())
		h.start("a", `{}`)
		first, second := k.next(h), k.next(h)
		h.success(second, `2`)
		if x := h.describe("a"); x.Status != workflow.Running {
			h.Fatalf("one of two callbacks ended it: %s", x.Status)
		}
		h.success(first, `1`)
		var out []int
		x := h.end("a")
		if err := json.Unmarshal(x.Output, &out); err != nil || len(out) != 2 || out[0]+out[1] != 3 {
			h.Errorf("ended %s with %s", x.Status, x.Output)
		}
	}},
	{"Callback/AFailingCallFailsTheTask", func(h *harness) {
		h.given(single(await("Ask", long)), map[string]workflow.Handler{"Ask": failing("NoSuchApartment", "gone")})
		h.start("a", `{}`)
		h.fails("a", workflow.Failed, "NoSuchApartment")
	}},
	{"Callback/RetryHandsOutANewToken", func(h *harness) {
		k := newTokens()
		h.given(single(await("Ask", `"Retry":[{"ErrorEquals":["Transient"],"IntervalSeconds":1,"MaxAttempts":1}],`+long)), k.handlers())
		first := h.waiting(k, "a")
		if err := h.runner.SendTaskFailure(h.Context(), first, "Transient", ""); err != nil {
			h.Fatalf("SendTaskFailure = %v", err)
		}
		second := k.next(h)
		h.is("the first attempt's token", h.runner.SendTaskSuccess(h.Context(), first, json.RawMessage(`1`)), workflow.ErrTaskTimedOut)
		h.success(second, `2`)
		h.endsWith("a", `2`)
	}},
	{"Callback/FasterThanTheCall", func(h *harness) {
		sent := make(chan error, 1)
		h.given(single(await("Ask", long)), map[string]workflow.Handler{
			"Ask": func(ctx context.Context, in json.RawMessage) (json.RawMessage, error) {
				var ask struct{ Token string }
				if err := json.Unmarshal(in, &ask); err != nil {
					return nil, err
				}
				sent <- h.runner.SendTaskSuccess(ctx, ask.Token, json.RawMessage(`"at once"`))
				return json.RawMessage(`{}`), nil
			},
		})
		h.start("a", `{}`)
		if err := <-sent; err != nil {
			h.Fatalf("SendTaskSuccess before the call has returned = %v", err)
		}
		h.endsWith("a", `"at once"`)
	}},
}
