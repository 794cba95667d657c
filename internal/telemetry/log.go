package telemetry

import (
	"context"
	"io"
	"log/slog"
	"slices"
	"strings"

	"github.com/vacancy/vacancy/internal/redaction"
)

// Span says which trace and invocation a context belongs to. Fields may be empty.
type Span struct {
	TraceID    string // 32 hexadecimal digits (W3C Trace Context)
	SpanID     string // 16
	Invocation string // of a function
}

// LogConfig is what a log is made of.
type LogConfig struct {
	Level slog.Leveler
	// Resource describes who logs, by the names of OpenTelemetry's semantic conventions.
	Resource []slog.Attr
	// Span finds the span of a record's context.
	Span func(context.Context) Span
}

// NewLog makes a log that writes records of OpenTelemetry's log data model: Timestamp,
// SeverityText, SeverityNumber, Body, TraceId, SpanId, Resource and Attributes. Secrets in
// them are marked (package redaction).
func NewLog(w io.Writer, c LogConfig) *slog.Logger {
	return slog.New(redaction.NewHandler(
		&logHandler{config: c, open: []scope{{}}, out: slog.NewJSONHandler(w, &slog.HandlerOptions{Level: c.Level, ReplaceAttr: otelNames})}))
}

// scope is a group of attributes that further ones go into.
type scope struct {
	name  string // "" for the outermost
	attrs []slog.Attr
}

type logHandler struct {
	config LogConfig
	open   []scope
	out    slog.Handler
}

func (h *logHandler) Enabled(ctx context.Context, level slog.Level) bool {
	return h.out.Enabled(ctx, level)
}

func (h *logHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	next := *h
	next.open = slices.Clone(h.open)
	last := &next.open[len(next.open)-1]
	last.attrs = append(slices.Clip(last.attrs), attrs...)
	return &next
}

func (h *logHandler) WithGroup(name string) slog.Handler {
	if name == "" {
		return h
	}
	next := *h
	next.open = append(slices.Clip(h.open), scope{name: name})
	return &next
}

func (h *logHandler) Handle(ctx context.Context, r slog.Record) error {
	span := h.config.Span(ctx)
	record := slog.NewRecord(r.Time, r.Level, r.Message, 0)
	record.AddAttrs(slog.Int("SeverityNumber", severity(r.Level)))
	if span.TraceID != "" {
		record.AddAttrs(slog.String("TraceId", span.TraceID))
	}
	if span.SpanID != "" {
		record.AddAttrs(slog.String("SpanId", span.SpanID))
	}
	record.AddAttrs(slog.GroupAttrs("Resource", h.config.Resource...))
	attributes := h.attributes(r)
	if span.Invocation != "" {
		attributes = append(attributes, slog.String("faas.invocation_id", span.Invocation))
	}
	record.AddAttrs(slog.GroupAttrs("Attributes", attributes...))
	return h.out.Handle(ctx, record)
}

// attributes are those of the record in those of the scopes that are open around it.
func (h *logHandler) attributes(r slog.Record) []slog.Attr {
	var inner []slog.Attr
	r.Attrs(func(a slog.Attr) bool { inner = append(inner, a); return true })
	for _, around := range slices.Backward(h.open) {
		inner = append(slices.Clip(around.attrs), inner...)
		if around.name != "" {
			inner = []slog.Attr{slog.GroupAttrs(around.name, inner...)}
		}
	}
	return inner
}

// severity is a level's SeverityNumber (OpenTelemetry, Logs Data Model).
func severity(level slog.Level) int {
	const info = 9
	return min(max(info+int(level), 1), 24)
}

// otelNames renames what every record of slog has.
func otelNames(groups []string, a slog.Attr) slog.Attr {
	if len(groups) > 0 {
		return a
	}
	switch a.Key {
	case slog.TimeKey:
		a.Key = "Timestamp"
	case slog.LevelKey:
		a.Key = "SeverityText"
	case slog.MessageKey:
		a.Key = "Body"
	}
	return a
}

// XRaySpan reads the trace header of AWS X-Ray, "Root=1-…;Parent=…;Sampled=1". Its ids
// are those of W3C Trace Context, written differently.
func XRaySpan(header string) (s Span) {
	for part := range strings.SplitSeq(header, ";") {
		name, value, _ := strings.Cut(part, "=")
		switch name {
		case "Root":
			if version, id, ok := strings.Cut(value, "-"); ok && version == "1" {
				s.TraceID = strings.ReplaceAll(id, "-", "")
			}
		case "Parent":
			s.SpanID = value
		}
	}
	return s
}
