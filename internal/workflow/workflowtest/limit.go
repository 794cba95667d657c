package workflowtest

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/vacancy/vacancy/internal/workflow"
)

// jsonString is a JSON string of n bytes, quotes included.
func jsonString(n int) string { return `"` + strings.Repeat("x", n-2) + `"` }

var limitTests = []test{
	{"Limit/Input", func(h *harness) {
		h.given(single(`{"Type":"Pass","Result":1,"End":true}`), nil)
		_, err := h.runner.Start(h.Context(), id("a"), json.RawMessage(jsonString(workflow.MaxPayload+1)))
		h.is("Start with 256 KiB and a byte", err, workflow.ErrInvalidInput)
		h.succeeds("b", jsonString(workflow.MaxPayload), `1`)
	}},
	{"Limit/TaskOutput", func(h *harness) {
		h.given(single(`{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"Big","Payload.$":"$"},
			"ResultSelector":{"small":true},"End":true}`),
			map[string]workflow.Handler{"Big": func(_ context.Context, in json.RawMessage) (json.RawMessage, error) {
				var n int
				if err := json.Unmarshal(in, &n); err != nil {
					return nil, err
				}
				return json.RawMessage(jsonString(n)), nil
			}})
		h.start("a", `300000`)
		h.fails("a", workflow.Failed, workflow.DataLimitExceeded)
		h.succeeds("b", `200000`, `{"small":true}`)
	}},
	{"Limit/History", func(h *harness) {
		h.given(`{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"},
			"B":{"Type":"Choice","Choices":[{"Variable":"$.over","IsPresent":true,"Next":"C"}],"Default":"A"},
			"C":{"Type":"Succeed"}}}`, nil)
		h.start("a", `{}`)
		x := h.end("a")
		if x.Status != workflow.Failed || !strings.Contains(x.Cause, "25000") {
			h.Errorf("an endless loop ended %s, %s: %s", x.Status, x.Error, x.Cause)
		}
		history := h.history("a")
		if n := len(history); n != workflow.MaxHistory {
			h.Fatalf("its history has %d events, want %d", n, workflow.MaxHistory)
		}
		if last := history[len(history)-1]; last.Type != "ExecutionFailed" || last.ID != int64(len(history)) {
			h.Errorf("the last event is %d, %s", last.ID, last.Type)
		}
	}},
}
