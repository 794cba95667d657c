package intrinsic

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/vacancy/vacancy/internal/asl/jsontext"
	"github.com/vacancy/vacancy/internal/asl/number"
)

// stringToJSON answers null for a text of nothing but blanks.
func stringToJSON(_ Env, args []any) (any, error) {
	text, err := stringArgument(args, 1)
	if err != nil {
		return nil, err
	}
	if strings.TrimLeft(text, " \t\r\n") == "" {
		return nil, nil
	}
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, errors.New("the text is not JSON: " + abbreviated(text))
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, errors.New("the text is more than one JSON value: " + abbreviated(text))
	}
	return canonical(v), nil
}

// canonical writes the numbers of a value that was just decoded as Step Functions
// does. It changes v in place.
func canonical(v any) any {
	switch v := v.(type) {
	case json.Number:
		return json.Number(number.Canonical(v))
	case []any:
		for i, element := range v {
			v[i] = canonical(element)
		}
	case map[string]any:
		for name, member := range v {
			v[name] = canonical(member)
		}
	}
	return v
}

func jsonToString(_ Env, args []any) (any, error) {
	text := appendJSON(nil, args[0])
	if len(text) > maxText {
		return nil, errTextTooLong
	}
	return string(text), nil
}

// jsonMerge merges two objects, the second's members over the first's. Step
// Functions has no deep merge, so the third argument has to be false.
func jsonMerge(_ Env, args []any) (any, error) {
	first, err := objectArgument(args, 1)
	if err != nil {
		return nil, err
	}
	second, err := objectArgument(args, 2)
	if err != nil {
		return nil, err
	}
	deep, ok := args[2].(bool)
	if !ok {
		return nil, wrongType(args, 3, "a boolean")
	}
	if deep {
		return nil, errors.New("argument 3 must be false: only a shallow merge is supported")
	}
	merged := make(map[string]any, len(first)+len(second))
	maps.Copy(merged, first)
	maps.Copy(merged, second)
	return merged, nil
}

// equal is equality of JSON: 1 and 1.0 are different, 1.0 and 1.00 the same.
func equal(a, b any) bool {
	switch a := a.(type) {
	case nil:
		return b == nil
	case json.Number:
		b, ok := b.(json.Number)
		return ok && number.Canonical(a) == number.Canonical(b)
	case []any:
		b, ok := b.([]any)
		return ok && slices.EqualFunc(a, b, equal)
	case map[string]any:
		b, ok := b.(map[string]any)
		return ok && maps.EqualFunc(a, b, equal)
	default:
		switch b.(type) {
		case []any, map[string]any:
			return false
		}
		return a == b
	}
}

// appendJSON writes a value compactly, with the escapes of Step Functions' JSON
// library: only what JSON requires.
func appendJSON(out []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(out, "null"...)
	case bool:
		return strconv.AppendBool(out, v)
	case json.Number:
		return append(out, number.Canonical(v)...)
	case string:
		return jsontext.AppendString(out, v, jsontext.Upper)
	case []any:
		out = append(out, '[')
		for i, element := range v {
			if i > 0 {
				out = append(out, ',')
			}
			out = appendJSON(out, element)
		}
		return append(out, ']')
	case map[string]any:
		out = append(out, '{')
		for i, name := range slices.Sorted(maps.Keys(v)) {
			if i > 0 {
				out = append(out, ',')
			}
			out = jsontext.AppendString(out, name, jsontext.Upper)
			out = append(out, ':')
			out = appendJSON(out, v[name])
		}
		return append(out, '}')
	default: // no value of encoding/json with UseNumber
		text, err := json.Marshal(v)
		if err != nil {
			return append(out, "null"...)
		}
		return append(out, text...)
	}
}
