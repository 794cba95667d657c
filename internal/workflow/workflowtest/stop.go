package workflowtest

import (
	"encoding/json"

	"github.com/vacancy/vacancy/internal/workflow"
)

var stopTests = []test{
	{"Stop/AbortsARunningExecution", func(h *harness) {
		k := newTokens()
		h.given(single(await("Ask", long)), k.handlers())
		token := h.waiting(k, "a")
		if err := h.runner.Stop(h.Context(), id("a"), "Operator", "by hand"); err != nil {
			h.Fatalf("Stop = %v", err)
		}
		x := h.fails("a", workflow.Aborted, "Operator")
		if x.Cause != "by hand" || x.StoppedAt.IsZero() {
			h.Errorf("it stopped as %+v", x)
		}
		h.is("a callback after it", h.runner.SendTaskSuccess(h.Context(), token, json.RawMessage(`1`)), workflow.ErrTaskTimedOut)
		types := h.historyTypes("a")
		if last := types[len(types)-1]; last != "ExecutionAborted" {
			h.Errorf("the last event is %s", last)
		}
	}},
	{"Stop/AWaitingOne", func(h *harness) {
		h.given(single(`{"Type":"Wait","Seconds":3600,"End":true}`), nil)
		h.start("a", `{}`)
		if err := h.runner.Stop(h.Context(), id("a"), "", ""); err != nil {
			h.Fatalf("Stop = %v", err)
		}
		h.fails("a", workflow.Aborted, "")
	}},
	{"Stop/AnEndedOneStaysAsItIs", func(h *harness) {
		h.given(single(passThrough), nil)
		h.succeeds("a", `1`, `1`)
		if err := h.runner.Stop(h.Context(), id("a"), "Operator", ""); err != nil {
			h.Errorf("Stop of an ended execution = %v", err)
		}
		h.endsWith("a", `1`)
	}},
	{"Stop/Unknown", func(h *harness) {
		h.given(single(passThrough), nil)
		h.is("Stop of nothing", h.runner.Stop(h.Context(), id("a"), "", ""), workflow.ErrExecutionDoesNotExist)
	}},
}
