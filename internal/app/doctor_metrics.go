//go:build !lambda.norpc

package app

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/vacancy/vacancy/internal/booking"
)

var (
	disagreements = prometheus.NewDesc("vacancy_doctor_disagreements", "Disagreements that the latest examination has found and not mended.", []string{"kind"}, nil)
	unknown       = prometheus.NewDesc("vacancy_doctor_unknown", "Payments about which the gateway did not answer the latest examination.", nil, nil)
	examinedAt    = prometheus.NewDesc("vacancy_doctor_examined_timestamp_seconds", "When the latest examination began; 0 before the first.", nil, nil)
)

// Doctor shows the latest examination as metrics.
func (a *App) Doctor() prometheus.Collector { return doctorCollector{&a.examined} }

type doctorCollector struct{ *examined }

func (doctorCollector) Describe(descriptions chan<- *prometheus.Desc) {
	descriptions <- disagreements
	descriptions <- unknown
	descriptions <- examinedAt
}

func (c doctorCollector) Collect(metrics chan<- prometheus.Metric) {
	found := c.read()
	counts := map[booking.DisagreementKind]int{}
	for _, d := range found.Disagreements {
		if !d.Repaired {
			counts[d.Kind]++
		}
	}
	for _, kind := range booking.DisagreementKinds() {
		metrics <- prometheus.MustNewConstMetric(disagreements, prometheus.GaugeValue, float64(counts[kind]), string(kind))
	}
	metrics <- prometheus.MustNewConstMetric(unknown, prometheus.GaugeValue, float64(found.Unknown))
	at := 0.0
	if !found.At.IsZero() {
		at = float64(found.At.Unix())
	}
	metrics <- prometheus.MustNewConstMetric(examinedAt, prometheus.GaugeValue, at)
}
