package lambdas_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/app"
	"github.com/vacancy/vacancy/internal/app/cloud"
	"github.com/vacancy/vacancy/internal/app/cloud/function"
	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/telemetry"
)

// TestTheExamination calls the function Sweep with the event that the template schedules: it
// tells CloudWatch how much does not agree, and asks AWS for what its policy grants only.
func TestTheExamination(t *testing.T) {
	tpl := load(t)
	sweep := tpl.must(t, samFunction, "Sweep")
	input, _ := at(sweep.properties, "Events", "Examination", "Properties", "Input").(string)
	u := &uses{steps: map[string]map[string]bool{}}
	h := byHand(t, u, cloud.Config{})
	r := h.reserve(booking.Listing{})
	h.step("ReservationRequestPayment", r)
	h.runner.running[r.ID] = true

	for _, c := range []struct {
		what    string
		running string        // an execution of nobody's
		left    time.Duration // of the function's time
		metrics map[string]float64
	}{
		{"all is well", "", time.Minute, map[string]float64{"Disagreements": 0, "PaymentsUnknown": 0, "ExaminationsUnfinished": 0}},
		{"an execution of nobody's", "res_nobody", time.Minute, map[string]float64{"Disagreements": 1, "EXECUTION_WITHOUT_HOLD": 1, "ExaminationsUnfinished": 0}},
		{"there is no time", "", time.Millisecond, map[string]float64{"ExaminationsUnfinished": 1}},
	} {
		var lines bytes.Buffer
		f := &function.Function{App: &cloud.App{App: h.app}, Log: slog.New(slog.DiscardHandler), Metrics: telemetry.NewMetrics(&lines, "stack", app.Now)}
		delete(h.runner.running, "res_nobody")
		if c.running != "" {
			h.runner.running[c.running] = true
		}
		ctx, cancel := context.WithTimeout(context.WithValue(t.Context(), stepKey{}, "Sweep"), c.left)
		if _, err := f.Sweep(ctx, json.RawMessage(input)); err != nil {
			t.Errorf("%s: %v", c.what, err)
		}
		cancel()
		got := map[string]float64{}
		for line := range strings.Lines(lines.String()) {
			var metric map[string]any
			if err := json.Unmarshal([]byte(line), &metric); err != nil {
				t.Fatal(err)
			}
			for name, value := range metric {
				if n, ok := value.(float64); ok {
					got[name] += n
				}
			}
			if kind, ok := metric["Kind"].(string); ok {
				got[kind], _ = metric["Disagreements"].(float64)
			}
		}
		for name, want := range c.metrics {
			if n, there := got[name]; !there || n != want {
				t.Errorf("%s: %s is %v, want %v", c.what, name, n, want)
			}
		}
	}
	granted := grants(t, sweep)
	for _, use := range slices.Sorted(maps.Keys(u.steps["Sweep"])) {
		if !slices.Contains(granted, use) {
			t.Errorf("the examination uses %s, which the function's policy does not grant", use)
		}
	}
	if !u.steps["Sweep"]["states:ListExecutions on states:stateMachine:${AWS::StackName}-reservation"] {
		t.Error("the examination has not looked for executions that run without a hold")
	}
}
