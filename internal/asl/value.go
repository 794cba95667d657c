package asl

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

// value is a JSON value that is kept as text, as Go values or both: text until a
// path needs to look inside, Go values until somebody needs the text.
type value struct {
	raw     json.RawMessage
	decoded any
	has     bool // decoded is set
}

func rawValue(raw json.RawMessage) value { return value{raw: raw} }

func goValue(v any) value { return value{decoded: v, has: true} }

// get answers the value decoded. The text was valid when it came in.
func (v *value) get() any {
	if !v.has {
		v.decoded, _ = decodeJSON(v.raw)
		v.has = true
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

// decodeJSON decodes one JSON value, numbers as json.Number.
func decodeJSON(raw []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is something after the JSON value")
	}
	return v, nil
}

// encodeJSON encodes a decoded value, without the escapes that are for HTML.
func encodeJSON(v any) json.RawMessage {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return json.RawMessage("null") // decoded JSON always encodes
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// compactJSON checks raw and removes its white space; nothing counts as an object without members.
func compactJSON(raw json.RawMessage) (json.RawMessage, error) {
	if len(bytes.TrimSpace(raw)) == 0 {
		return json.RawMessage("{}"), nil
	}
	var b bytes.Buffer
	b.Grow(len(raw))
	if err := json.Compact(&b, raw); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
