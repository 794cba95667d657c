package telemetry

import (
	"encoding/json"
	"io"
	"sync"
	"time"
)

// Namespace of the metrics in CloudWatch.
const Namespace = "Vacancy"

// Units of CloudWatch.
const (
	Count        = "Count"
	Milliseconds = "Milliseconds"
)

// Metric is a value of one metric.
type Metric struct {
	Name  string
	Unit  string
	Value float64
}

// Metrics writes metrics in CloudWatch's embedded metric format, one line for those that
// are put together. It is safe for concurrent use.
type Metrics struct {
	mu      sync.Mutex
	w       io.Writer
	service string
	now     func() time.Time
}

// NewMetrics makes metrics of a service, which is their first dimension.
func NewMetrics(w io.Writer, service string, now func() time.Time) *Metrics {
	return &Metrics{w: w, service: service, now: now}
}

// Put writes metrics of the service and, with a detail such as {"Step", "ReleaseHold"},
// of that too. A metric that cannot be written is lost: it is never a reason to fail.
func (m *Metrics) Put(detail [2]string, metrics ...Metric) {
	type definition struct{ Name, Unit string }
	type directive struct {
		Namespace  string
		Dimensions [][]string
		Metrics    []definition
	}
	d := directive{Namespace: Namespace, Dimensions: [][]string{{"Service"}}}
	line := map[string]any{"Service": m.service}
	if detail[0] != "" {
		d.Dimensions = append(d.Dimensions, []string{"Service", detail[0]})
		line[detail[0]] = detail[1]
	}
	for _, metric := range metrics {
		d.Metrics = append(d.Metrics, definition{metric.Name, metric.Unit})
		line[metric.Name] = metric.Value
	}
	line["_aws"] = map[string]any{"Timestamp": m.now().UnixMilli(), "CloudWatchMetrics": []directive{d}}
	text, err := json.Marshal(line)
	if err != nil {
		return // a value that is no number
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	_, _ = m.w.Write(append(text, '\n'))
}
