package workflowtest

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/vacancy/vacancy/internal/workflow"
)

const passThrough = `{"Type":"Pass","End":true}` // #nosec G101 -- a definition, no password

var startTests = []test{
	{"Start/RunsToTheEnd", func(h *harness) {
		h.given(single(passThrough), nil)
		before := time.Now()
		x := h.start("a", `{"apartmentId": 7}`)
		if x.ExecutionID != id("a") || x.ARN == "" || x.StartedAt.Before(before.Add(-5*time.Minute)) {
			h.Errorf("Start answered %+v", x)
		}
		h.endsWith("a", `{"apartmentId":7}`)
		x = h.describe("a")
		h.sameJSON("the input", x.Input, `{"apartmentId":7}`)
		if x.StoppedAt.Before(x.StartedAt) || x.StartedAt.Location() != time.UTC || x.StoppedAt.Location() != time.UTC {
			h.Errorf("started %v, stopped %v", x.StartedAt, x.StoppedAt)
		}
		if !strings.HasSuffix(x.ARN, ":"+machine+":a") {
			h.Errorf("the ARN is %q", x.ARN)
		}
	}},
	{"Start/EmptyInputIsAnEmptyObject", func(h *harness) {
		h.given(single(passThrough), nil)
		h.succeeds("a", ``, `{}`)
	}},
	{"Start/AgainWhileItRuns", func(h *harness) {
		tokens := newTokens()
		h.given(single(await("Ask", `"TimeoutSeconds":600,`+end)), tokens.handlers())
		first := h.start("a", `{"n":1}`)
		token := tokens.next(h)
		again, err := h.runner.Start(h.Context(), id("a"), json.RawMessage(`{"n":1}`))
		if err != nil || again.ARN != first.ARN || !again.StartedAt.Equal(first.StartedAt) {
			h.Errorf("Start of the running execution again = %+v, %v; want %+v", again, err, first)
		}
		_, err = h.runner.Start(h.Context(), id("a"), json.RawMessage(`{"n":2}`))
		h.is("Start under a taken name with another input", err, workflow.ErrExecutionAlreadyExists)
		h.success(token, `"done"`)
		h.endsWith("a", `"done"`)
		if n := tokens.asked(); n != 1 {
			h.Errorf("the task ran %d times for one execution", n)
		}
	}},
	{"Start/AgainAfterTheEnd", func(h *harness) {
		h.given(single(passThrough), nil)
		h.succeeds("a", `{}`, `{}`)
		_, err := h.runner.Start(h.Context(), id("a"), json.RawMessage(`{}`))
		h.is("Start under the name of an ended execution", err, workflow.ErrExecutionAlreadyExists)
	}},
	{"Start/NamesAreOfTheirMachine", func(h *harness) {
		h.runner = h.open(h.T, Scenario{Machines: map[string]string{
			machine: single(passThrough),
			"other": single(`{"Type":"Pass","Result":"other","End":true}`),
		}})
		h.succeeds("a", `"mine"`, `"mine"`)
		other := workflow.ExecutionID{Machine: "other", Name: "a"}
		if _, err := h.runner.Start(h.Context(), other, nil); err != nil {
			h.Fatalf("Start = %v", err)
		}
		h.eventually("the other machine's execution has ended", func() bool {
			x, err := h.runner.Describe(h.Context(), other)
			return err == nil && x.Status == workflow.Succeeded && string(x.Output) == `"other"`
		})
	}},
	{"Start/UnknownMachine", func(h *harness) {
		h.given(single(passThrough), nil)
		_, err := h.runner.Start(h.Context(), workflow.ExecutionID{Machine: "nobody", Name: "a"}, nil)
		h.is("Start of an unknown machine", err, workflow.ErrStateMachineDoesNotExist)
	}},
	{"Start/BadNames", func(h *harness) {
		h.given(single(passThrough), nil)
		for _, name := range []string{"", " ", "a b", "a/b", "a:b", "a*", "a\n", "<a>", strings.Repeat("x", 81)} {
			_, err := h.runner.Start(h.Context(), id(name), nil)
			h.is("Start as "+name, err, workflow.ErrInvalidName)
		}
		h.succeeds(strings.Repeat("x", 80), `1`, `1`)
		h.succeeds("aA0-_.+=@é", `1`, `1`)
	}},
	{"Start/BadInput", func(h *harness) {
		h.given(single(passThrough), nil)
		for _, input := range []string{`{`, `{"a":1}}`, `nul`, `{'a':1}`} {
			_, err := h.runner.Start(h.Context(), id("a"), json.RawMessage(input))
			h.is("Start with "+input, err, workflow.ErrInvalidInput)
		}
		_, err := h.runner.Describe(h.Context(), id("a"))
		h.is("Describe of what was refused", err, workflow.ErrExecutionDoesNotExist)
	}},
}
