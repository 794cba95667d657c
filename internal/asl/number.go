package asl

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

func formatFloat(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

func itoa(i int) string { return strconv.Itoa(i) }

// isConstant reports a field that is there and no expression.
func (f *secondsField) isConstant() bool { return f.set && f.path == nil && f.query == nil }

// whole answers the field's value as a whole number that is not negative.
func (f *secondsField) whole(s *scope) (int64, error) {
	n, err := f.value(s, "integer")
	if err == nil && n < 0 {
		if f.query != nil {
			return 0, f.query.unexpected("non-negative integer", json.Number(formatFloat(n)))
		}
		return 0, runtimeFailure(f.negative(n))
	}
	return int64(n), err
}

// negative is the cause where the value is less than 0.
func (f *secondsField) negative(n float64) string {
	if f.name == "MaxConcurrency" {
		return fmt.Sprintf("Expected non-negative integer for %s, got '%d' instead.", f.name, int64(n))
	}
	return f.name + " cannot be negative."
}

// value answers the field's value. kind is "integer" or "float", as causes name it.
func (f *secondsField) value(s *scope, kind string) (float64, error) {
	switch {
	case f.query != nil:
		v, err := f.query.eval(s)
		if err != nil {
			return 0, err
		}
		n, ok := number(v, kind)
		if !ok {
			return 0, f.query.unexpected("number", v)
		}
		return n, nil
	case f.path != nil:
		v, err := s.Resolve(f.path)
		if err != nil {
			return 0, err
		}
		n, ok := number(v, kind)
		if text, isText := v.(string); isText {
			n, ok = number(json.Number(text), kind)
		}
		if !ok {
			return 0, runtimeFailure(fmt.Sprintf(`The %sPath field refers to value "%s" which is not a valid %s: %s`, f.name, plainText(v), kind, f.path))
		}
		return n, nil
	}
	return f.constant, nil
}

// number answers a JSON number that a field of this kind takes.
func number(v any, kind string) (float64, bool) {
	if kind == "integer" {
		i, ok := wholeNumber(v)
		return float64(i), ok
	}
	n, ok := v.(json.Number)
	if !ok {
		return 0, false
	}
	f, err := n.Float64()
	return f, err == nil && !math.IsInf(f, 0)
}

// plainText writes a value for a cause: a string without quotes, else JSON.
func plainText(v any) string {
	if text, ok := v.(string); ok {
		return text
	}
	return string(encodeJSON(v))
}

// maxWait is the longest Wait, timeout and backoff of Step Functions, in seconds.
const maxWait = 99999999

// waitSeconds answers how long a Wait by Seconds or SecondsPath takes. Its causes are
// those of a Wait, which differ from those of other fields.
func (f *secondsField) waitSeconds(s *scope) (time.Duration, error) {
	seconds := int64(f.constant)
	switch {
	case f.query != nil:
		v, err := f.query.eval(s)
		if err != nil {
			return 0, err
		}
		whole, ok := wholeNumber(v)
		if !ok || whole < 0 {
			return 0, f.query.unexpected("number", v)
		}
		seconds = whole
	case f.path != nil:
		v, err := s.Resolve(f.path)
		switch {
		case notFound(err) != nil:
			return 0, runtimeFailure("The SecondsPath parameter does not reference an input value: " + f.path.String())
		case err != nil:
			return 0, err
		}
		whole, ok := int64(0), false
		if n, isNumber := v.(json.Number); isNumber && !strings.ContainsAny(string(n), ".eE") {
			whole, ok = wholeNumber(v)
		}
		if !ok {
			return 0, runtimeFailure("The SecondsPath parameter cannot be parsed as a long value: " + f.path.String() + " == " + plainText(v))
		}
		if whole < 0 {
			return 0, runtimeFailure("The SecondsPath parameter references a negative value: " + f.path.String() + " == " + plainText(v))
		}
		seconds = whole
	}
	return time.Duration(min(seconds, maxWait)) * time.Second, nil
}
