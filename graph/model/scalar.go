package model

import (
	"encoding/json"
	"errors"
	"io"
	"time"

	"github.com/99designs/gqlgen/graphql"
)

// dateTimeLayout is RFC 3339 with milliseconds. Format it in UTC only.
const dateTimeLayout = `"2006-01-02T15:04:05.000Z"`

// MarshalDateTime writes a moment in UTC with milliseconds, cut off, not rounded: a
// deadline is never shown later than it is. The zero time is null.
func MarshalDateTime(t time.Time) graphql.Marshaler {
	if t.IsZero() {
		return graphql.Null
	}
	return graphql.WriterFunc(func(w io.Writer) {
		var buffer [len(dateTimeLayout)]byte
		_, _ = w.Write(AppendDateTime(buffer[:0], t))
	})
}

// AppendDateTime appends what MarshalDateTime writes.
func AppendDateTime(out []byte, t time.Time) []byte {
	if t.IsZero() {
		return append(out, "null"...)
	}
	return t.UTC().AppendFormat(out, dateTimeLayout)
}

// UnmarshalDateTime reads an RFC 3339 date and time with any offset.
func UnmarshalDateTime(v any) (time.Time, error) {
	text, ok := v.(string)
	if !ok {
		return time.Time{}, errors.New("a DateTime must be a string as in RFC 3339")
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return time.Time{}, errors.New("a DateTime must be as in RFC 3339, such as 2026-02-03T04:05:06.789Z")
	}
	return t.UTC(), nil
}

// MarshalJSON writes a JSON value as it is; none is null.
func MarshalJSON(v json.RawMessage) graphql.Marshaler {
	if len(v) == 0 {
		return graphql.Null
	}
	return graphql.WriterFunc(func(w io.Writer) { _, _ = w.Write(v) })
}

// UnmarshalJSON reads any value, from a variable or written in the document.
func UnmarshalJSON(v any) (json.RawMessage, error) { return json.Marshal(v) }
