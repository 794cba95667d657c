package jsonata

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"

	"github.com/vacancy/vacancy/internal/asl/jsontext"
)

// writer writes values as JavaScript's JSON.stringify does.
type writer struct {
	out     []byte
	indent  string
	round   bool // numbers to 15 digits, functions as "", as $string does
	limit   int  // of the text, in bytes
	limited bool // the text grew past the limit and is incomplete

	infinite bool // there was a number that JSON has not
}

func (w *writer) value(v any, margin string) {
	if len(w.out) > w.limit {
		w.limited = true
		return
	}
	switch v := v.(type) {
	case nil:
		w.out = append(w.out, "null"...)
	case bool:
		w.out = strconv.AppendBool(w.out, v)
	case string:
		w.out = jsontext.AppendString(w.out, v, jsontext.Lower)
	case float64:
		w.number(v)
	case json.Number:
		if plainInteger(string(v)) {
			w.out = append(w.out, v...)
			return
		}
		f, _ := number(v)
		w.number(f)
	case int, int64:
		f, _ := number(v)
		w.number(f)
	case []any:
		w.array(v, margin)
	case *list:
		w.array(v.items, margin)
	case map[string]any, *object:
		w.object(v, margin)
	case function:
		w.out = append(w.out, `""`...)
	default:
		w.out = append(w.out, "null"...)
	}
}

func (w *writer) number(f float64) {
	switch {
	case math.IsNaN(f) || math.IsInf(f, 0):
		w.infinite = w.infinite || math.IsInf(f, 0)
		w.out = append(w.out, "null"...)
	case w.round:
		rounded, _ := strconv.ParseFloat(strconv.FormatFloat(f, 'g', 15, 64), 64)
		w.out = append(w.out, numberText(rounded)...)
	default:
		w.out = append(w.out, numberText(f)...)
	}
}

func (w *writer) array(items []any, margin string) {
	inner := margin + w.indent
	w.out = append(w.out, '[')
	for i, item := range items {
		if i > 0 {
			w.out = append(w.out, ',')
		}
		w.newline(inner)
		w.value(item, inner)
	}
	if len(items) > 0 {
		w.newline(margin)
	}
	w.out = append(w.out, ']')
}

func (w *writer) object(v any, margin string) {
	inner := margin + w.indent
	members := membersOf(v)
	w.out = append(w.out, '{')
	first := true
	for _, name := range namesOf(v) {
		if members[name] == undefined {
			continue
		}
		if !first {
			w.out = append(w.out, ',')
		}
		first = false
		w.newline(inner)
		w.out = jsontext.AppendString(w.out, name, jsontext.Lower)
		w.out = append(w.out, ':')
		if w.indent != "" {
			w.out = append(w.out, ' ')
		}
		w.value(members[name], inner)
	}
	if !first {
		w.newline(margin)
	}
	w.out = append(w.out, '}')
}

func (w *writer) newline(margin string) {
	if w.indent != "" {
		w.out = append(w.out, '\n')
		w.out = append(w.out, margin...)
	}
}

// maxShown bounds a value in an error message. Step Functions' causes end at 32
// KiB.
const maxShown = 32 << 10

// jsonText is a value as an error message shows it.
func jsonText(v any) string {
	if v == undefined {
		return "undefined"
	}
	w := writer{limit: maxShown}
	w.value(v, "")
	return string(w.out)
}

// plainInteger reports an integer that JavaScript holds and writes unchanged.
func plainInteger(text string) bool {
	digits := strings.TrimPrefix(text, "-")
	if digits == "" || len(digits) > 15 || digits[0] == '0' && text != "0" {
		return false
	}
	for i := range len(digits) {
		if !isDigit(digits[i]) {
			return false
		}
	}
	return true
}

// numberText writes a number as JavaScript does.
func numberText(f float64) string {
	switch {
	case f == 0:
		return "0"
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	}
	if abs := math.Abs(f); abs >= 1e-6 && abs < 1e21 {
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(f, 'e', -1, 64), "e")
	return mantissa + "e" + exponent[:1] + strings.TrimLeft(exponent[1:], "0")
}
