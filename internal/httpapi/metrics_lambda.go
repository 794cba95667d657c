//go:build lambda.norpc

package httpapi

import (
	"net/http"
	"time"
)

// Collector is nothing in a Lambda function: nobody can ask one instance of many for its
// counts. API Gateway has no route to /metrics, CloudWatch counts requests, and what the
// library adds to the binary and to each start is saved.
type Collector = any

type metrics struct{}

func newMetrics([]Collector) *metrics { return &metrics{} }

func (*metrics) observe(string, int, time.Duration) {}

func (*metrics) handler() http.Handler { return http.NotFoundHandler() }
