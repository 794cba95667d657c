package asl

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"unicode/utf8"
)

// skip answers where the value that begins at i ends, in compact JSON.
func skip(b []byte, i int) int {
	switch b[i] {
	case '"':
		return skipText(b, i)
	case '{', '[':
		depth := 0
		for ; i < len(b); i++ {
			switch b[i] {
			case '"':
				i = skipText(b, i) - 1
			case '{', '[':
				depth++
			case '}', ']':
				if depth--; depth == 0 {
					return i + 1
				}
			}
		}
		return len(b)
	}
	for i++; i < len(b); i++ {
		switch b[i] {
		case ',', '}', ']':
			return i
		}
	}
	return len(b)
}

func skipText(b []byte, i int) int {
	for i++; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(b)
}

// member answers a member of an object in compact JSON. ok is false where there is none
// or a name has escapes, which it does not read.
func member(b []byte, name string) (found []byte, ok bool) {
	if len(b) < 2 || b[0] != '{' {
		return nil, false
	}
	for i := 1; i < len(b) && b[i] == '"'; {
		end := skipText(b, i)
		key := b[i+1 : end-1]
		from := end + 1
		to := skip(b, from)
		if slices.Contains(key, '\\') {
			return nil, false
		}
		if string(key) == name {
			found, ok = b[from:to:to], true // the last one counts, as for encoding/json
		}
		if i = to + 1; to >= len(b) || b[to] != ',' {
			break
		}
	}
	return found, ok
}

// splitArray answers the elements of an array in compact JSON; ok is false if raw is none.
func splitArray(raw json.RawMessage) (items []json.RawMessage, ok bool) {
	if len(raw) == 0 || raw[0] != '[' {
		return nil, false
	}
	for i := 1; i < len(raw)-1; {
		end := skip(raw, i)
		items = append(items, raw[i:end:end])
		i = end + 1
	}
	return items, true
}

// decode answers compact JSON as Go values, numbers as json.Number.
func decode(b []byte) any {
	d := decoder{b: b}
	return d.value()
}

type decoder struct {
	b []byte
	i int
}

func (d *decoder) value() any {
	switch d.b[d.i] {
	case '"':
		return d.text()
	case '{':
		object := map[string]any{}
		for d.i++; d.b[d.i] != '}'; {
			name := d.text()
			d.i++
			object[name] = d.value()
			if d.b[d.i] == ',' {
				d.i++
			}
		}
		d.i++
		return object
	case '[':
		array := []any{}
		for d.i++; d.b[d.i] != ']'; {
			array = append(array, d.value())
			if d.b[d.i] == ',' {
				d.i++
			}
		}
		d.i++
		return array
	}
	start := d.i
	d.i = skip(d.b, d.i)
	switch d.b[start] {
	case 't':
		return true
	case 'f':
		return false
	case 'n':
		return nil
	}
	return json.Number(d.b[start:d.i])
}

func (d *decoder) text() string {
	start := d.i
	d.i = skipText(d.b, d.i)
	inner := d.b[start+1 : d.i-1]
	for _, c := range inner {
		if c == '\\' || c >= utf8.RuneSelf {
			var s string
			if json.Unmarshal(d.b[start:d.i], &s) != nil {
				return string(inner) // it was checked before it came here
			}
			return s
		}
	}
	return string(inner)
}

// appendJSON writes a decoded value, the members of objects in the order of their names.
func appendJSON(b []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...)
	case string:
		return appendString(b, v)
	case json.Number:
		return append(b, v...)
	case bool:
		return strconv.AppendBool(b, v)
	case []any:
		b = append(b, '[')
		for i, item := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendJSON(b, item)
		}
		return append(b, ']')
	case map[string]any:
		b = append(b, '{')
		for i, name := range slices.Sorted(maps.Keys(v)) {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(appendString(b, name), ':')
			b = appendJSON(b, v[name])
		}
		return append(b, '}')
	}
	text, err := json.Marshal(v) // no other type comes from the packages that make values
	if err != nil {
		return append(b, "null"...)
	}
	return append(b, text...)
}
