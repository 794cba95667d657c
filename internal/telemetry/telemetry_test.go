package telemetry_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/telemetry"
)

func decode(t *testing.T, line []byte) map[string]any {
	t.Helper()
	var got map[string]any
	if err := json.Unmarshal(line, &got); err != nil {
		t.Fatalf("%v: %s", err, line)
	}
	return got
}

func TestLogRecords(t *testing.T) {
	var out bytes.Buffer
	log := telemetry.NewLog(&out, telemetry.LogConfig{
		Level: slog.LevelInfo, Resource: []slog.Attr{slog.String("service.name", "vacancy-dev")},
		Span: func(context.Context) telemetry.Span {
			return telemetry.Span{TraceID: "5759e988bd862e3fe1be46a994272793", SpanID: "53995c3f42cd8ad8", Invocation: "i-1"}
		},
	})
	base := log.With("machine", "reservation")
	base.With("other", 1) // what one logger is given, another does not have
	base.WithGroup("hold").With("epoch", 2).Warn("not released", "error", "late")
	log.Debug("is below the level")

	got := decode(t, out.Bytes())
	if at, err := time.Parse(time.RFC3339Nano, got["Timestamp"].(string)); err != nil || at.IsZero() {
		t.Errorf("Timestamp %v: %v", got["Timestamp"], err)
	}
	delete(got, "Timestamp")
	want := map[string]any{
		"SeverityText": "WARN", "SeverityNumber": 13.0, "Body": "not released",
		"TraceId": "5759e988bd862e3fe1be46a994272793", "SpanId": "53995c3f42cd8ad8",
		"Resource":   map[string]any{"service.name": "vacancy-dev"},
		"Attributes": map[string]any{"machine": "reservation", "hold": map[string]any{"epoch": 2.0, "error": "late"}, "faas.invocation_id": "i-1"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

// The numbers stand in OpenTelemetry's log data model: DEBUG 5, INFO 9, WARN 13, ERROR 17.
func TestSeverities(t *testing.T) {
	for level, want := range map[slog.Level]float64{slog.LevelDebug: 5, slog.LevelInfo: 9, slog.LevelWarn: 13, slog.LevelError: 17, 100: 24, -100: 1} {
		var out bytes.Buffer
		log := telemetry.NewLog(&out, telemetry.LogConfig{Level: slog.Level(-200), Span: func(context.Context) telemetry.Span { return telemetry.Span{} }})
		log.Log(t.Context(), level, "x")
		got := decode(t, out.Bytes())
		if got["SeverityNumber"] != want {
			t.Errorf("%v has the number %v, want %v", level, got["SeverityNumber"], want)
		}
		if _, there := got["TraceId"]; there {
			t.Error("a record of no trace has a trace id")
		}
	}
}

func TestXRaySpan(t *testing.T) {
	for header, want := range map[string]telemetry.Span{
		"Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1": {TraceID: "5759e988bd862e3fe1be46a994272793", SpanID: "53995c3f42cd8ad8"},
		"Root=2-5759e988-bd862e3fe1be46a994272793":                                   {},
		"":         {},
		"nonsense": {},
	} {
		if got := telemetry.XRaySpan(header); got != want {
			t.Errorf("%q: %+v, want %+v", header, got, want)
		}
	}
}

// The format is that of the Embedded Metric Format Specification of CloudWatch.
func TestMetrics(t *testing.T) {
	var out bytes.Buffer
	at := time.Date(2026, 2, 3, 4, 5, 6, 7e6, time.UTC)
	metrics := telemetry.NewMetrics(&out, "vacancy-dev", func() time.Time { return at })
	metrics.Put([2]string{"Step", "ReservationReleaseHold"}, telemetry.Metric{Name: "Steps", Unit: telemetry.Count, Value: 1}, telemetry.Metric{Name: "StepTime", Unit: telemetry.Milliseconds, Value: 12.5})
	want := decode(t, []byte(`{"_aws": {"Timestamp": 1770091506007, "CloudWatchMetrics": [{"Namespace": "Vacancy",
		"Dimensions": [["Service"], ["Service", "Step"]],
		"Metrics": [{"Name": "Steps", "Unit": "Count"}, {"Name": "StepTime", "Unit": "Milliseconds"}]}]},
		"Service": "vacancy-dev", "Step": "ReservationReleaseHold", "Steps": 1, "StepTime": 12.5}`))
	if got := decode(t, out.Bytes()); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}

	out.Reset()
	metrics.Put([2]string{}, telemetry.Metric{Name: "HoldsOverdue", Unit: telemetry.Count, Value: 3})
	if got := decode(t, out.Bytes()); got["HoldsOverdue"] != 3.0 || len(got) != 3 {
		t.Errorf("%v", got)
	}
	out.Reset()
	metrics.Put([2]string{}, telemetry.Metric{Name: "HoldsOverdue", Value: math.NaN()})
	if out.Len() != 0 {
		t.Errorf("wrote %s", out.Bytes())
	}
}
