package redaction

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
)

// Handler marks secrets in everything that is logged through it: the message, attributes
// by their name, and whatever text is in them.
type Handler struct{ next slog.Handler }

// NewHandler makes a handler before another one, which writes.
func NewHandler(next slog.Handler) *Handler { return &Handler{next} }

// Enabled implements slog.Handler.
func (h *Handler) Enabled(ctx context.Context, level slog.Level) bool {
	return h.next.Enabled(ctx, level)
}

// Handle implements slog.Handler.
func (h *Handler) Handle(ctx context.Context, r slog.Record) error {
	if harmless(r) {
		return h.next.Handle(ctx, r)
	}
	clean := slog.NewRecord(r.Time, r.Level, Text(r.Message), r.PC)
	r.Attrs(func(a slog.Attr) bool {
		clean.AddAttrs(attribute(a))
		return true
	})
	return h.next.Handle(ctx, clean)
}

// harmless reports whether a record is written as it is. One with a group, or with a value
// that is made when it is looked at, is not: what was looked at is what has to be written.
func harmless(r slog.Record) bool {
	ok := Text(r.Message) == r.Message
	r.Attrs(func(a slog.Attr) bool {
		clean := attribute(a)
		switch kind := a.Value.Kind(); kind {
		case slog.KindString:
			ok = ok && clean.Value.String() == a.Value.String()
		case slog.KindGroup, slog.KindLogValuer:
			ok = false
		default:
			ok = ok && clean.Value.Kind() == kind
		}
		return ok
	})
	return ok
}

// WithAttrs implements slog.Handler.
func (h *Handler) WithAttrs(attributes []slog.Attr) slog.Handler {
	clean := make([]slog.Attr, len(attributes))
	for i, a := range attributes {
		clean[i] = attribute(a)
	}
	return &Handler{h.next.WithAttrs(clean)}
}

// WithGroup implements slog.Handler.
func (h *Handler) WithGroup(name string) slog.Handler { return &Handler{h.next.WithGroup(name)} }

func attribute(a slog.Attr) slog.Attr {
	a.Value = a.Value.Resolve()
	if a.Value.Kind() != slog.KindGroup && Named(a.Key) && !a.Value.Equal(slog.StringValue("")) {
		return slog.String(a.Key, Mark)
	}
	a.Value = value(a.Value)
	return a
}

func value(v slog.Value) slog.Value {
	switch v.Kind() {
	case slog.KindString:
		return slog.StringValue(Text(v.String()))
	case slog.KindGroup:
		clean := make([]slog.Attr, len(v.Group()))
		for i, a := range v.Group() {
			clean[i] = attribute(a)
		}
		return slog.GroupValue(clean...)
	case slog.KindAny:
		return anything(v)
	}
	return v // a number, a time, a truth
}

// anything looks at the text that a handler would write of the value, and leaves the value
// itself if nothing in it is a secret.
func anything(v slog.Value) slog.Value {
	var shown string
	switch of := v.Any().(type) {
	case nil:
		return v
	case error:
		shown = of.Error()
	case fmt.Stringer:
		shown = of.String()
	default:
		text, err := json.Marshal(of)
		if err != nil {
			text = fmt.Append(nil, of)
		}
		if clean := Text(string(text)); clean != string(text) {
			return slog.StringValue(clean)
		}
		shown = fmt.Sprintf("%+v", of) // as slog.TextHandler writes it
		if Text(shown) == shown {
			return v
		}
	}
	if clean := Text(shown); clean != shown {
		return slog.StringValue(clean)
	}
	return v
}
