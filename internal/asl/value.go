package asl

import (
	"encoding/json"
)

// value is a JSON value that is kept as text, as Go values or both: text until a
// path needs to look inside, Go values until somebody needs the text.
type value struct {
	raw     json.RawMessage // compact
	decoded any
	has     bool // decoded is set
}

func rawValue(raw json.RawMessage) value { return value{raw: raw} }

func goValue(v any) value { return value{decoded: v, has: true} }

// get answers the value decoded.
func (v *value) get() any {
	if !v.has {
		v.decoded, v.has = decode(v.raw), true
	}
	return v.decoded
}

// text answers the value as compact JSON.
func (v *value) text() json.RawMessage {
	if v.raw == nil {
		v.raw = encodeJSON(v.decoded)
	}
	return v.raw
}

// encodeJSON writes a decoded value as compact JSON.
func encodeJSON(v any) json.RawMessage {
	return json.RawMessage(appendJSON(make([]byte, 0, 64), v))
}

// decodeJSON decodes one JSON value from outside, numbers as json.Number.
func decodeJSON(raw []byte) (any, error) {
	text, err := compact(nil, raw)
	if err != nil {
		return nil, err
	}
	return decode(text), nil
}

// compactJSON checks raw and removes its white space; nothing counts as an object without members.
func compactJSON(raw json.RawMessage) (json.RawMessage, error) {
	text, err := compact(make([]byte, 0, len(raw)), raw)
	if err == errNoJSON && len(text) == 0 && isBlank(raw) {
		return json.RawMessage("{}"), nil
	}
	return text, err
}

func isBlank(raw []byte) bool {
	for _, c := range raw {
		if c != ' ' && c != '\n' && c != '\t' && c != '\r' {
			return false
		}
	}
	return true
}
