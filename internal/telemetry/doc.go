// Package telemetry writes what a function on AWS tells about itself: log records in the
// shape of OpenTelemetry's log data model, one JSON object a line, and metrics in
// CloudWatch's embedded metric format. It keeps nothing and waits for nobody: both are
// lines that the platform collects.
package telemetry
