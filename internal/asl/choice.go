package asl

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/vacancy/vacancy/internal/asl/jsonpath"
)

// rule is a compiled condition of a Choice state.
type rule interface {
	holds(*scope) (bool, error)
}

// choice is a rule of the top level and where it leads.
type choice struct {
	rule   rule
	next   string
	assign template
	output template
}

// condition is the Condition of a rule in JSONata.
type condition struct{ value template }

func (c condition) holds(s *scope) (bool, error) {
	v, err := c.value.eval(s)
	if err != nil {
		return false, err
	}
	is, ok := v.(bool)
	if !ok {
		return false, asQuery(c.value).unexpected("boolean", v)
	}
	return is, nil
}

type allOf []rule

func (rs allOf) holds(s *scope) (bool, error) {
	for _, r := range rs {
		if ok, err := r.holds(s); err != nil || !ok {
			return false, err
		}
	}
	return true, nil
}

type anyOf []rule

func (rs anyOf) holds(s *scope) (bool, error) {
	for _, r := range rs {
		if ok, err := r.holds(s); err != nil || ok {
			return ok, err
		}
	}
	return false, nil
}

type noneOf struct{ rule rule }

func (n noneOf) holds(s *scope) (bool, error) {
	ok, err := n.rule.holds(s)
	return !ok, err
}

// comparison compares what is at a path with a constant or with what is at another.
type comparison struct {
	variable *jsonpath.Path
	operator string // without its suffix "Path"
	constant any
	other    *jsonpath.Path
}

func (c *comparison) holds(s *scope) (bool, error) {
	left, err := s.Resolve(c.variable)
	present := err == nil
	var missing *jsonpath.NotFoundError
	if err != nil && !errors.As(err, &missing) {
		return false, err
	}
	if c.operator == "IsPresent" {
		return present == c.constant.(bool), nil
	}
	if !present {
		return false, failure{name: errRuntime, evaluation: true,
			cause: fmt.Sprintf("Invalid path '%s': The choice state's condition path references an invalid value.", c.variable)}
	}
	right := c.constant
	if c.other != nil {
		if right, err = s.Resolve(c.other); err != nil {
			if errors.As(err, &missing) {
				return false, failure{name: errRuntime, evaluation: true,
					cause: fmt.Sprintf("Invalid path '%s': The choice state's condition path references an invalid value.", c.other)}
			}
			return false, err
		}
	}
	return compare(c.operator, left, right), nil
}

// compare answers whether left and right, which for the Is… operators says what left
// should be, compare as the operator says. Values of another type than the operator's
// never do.
func compare(operator string, left, right any) bool {
	switch operator {
	case "IsNull":
		return (left == nil) == right.(bool)
	case "IsString":
		_, ok := left.(string)
		return ok == right.(bool)
	case "IsNumeric":
		_, ok := left.(json.Number)
		return ok == right.(bool)
	case "IsBoolean":
		_, ok := left.(bool)
		return ok == right.(bool)
	case "IsTimestamp":
		_, ok := timestamp(left)
		return ok == right.(bool)
	case "StringMatches":
		l, okL := left.(string)
		r, okR := right.(string)
		return okL && okR && matches(r, l)
	case "BooleanEquals":
		l, okL := left.(bool)
		r, okR := right.(bool)
		return okL && okR && l == r
	}
	kind, relation := split(operator)
	sign, ok := 0, false
	switch kind {
	case "String":
		l, okL := left.(string)
		r, okR := right.(string)
		sign, ok = strings.Compare(l, r), okL && okR
	case "Numeric":
		sign, ok = compareNumbers(left, right)
	case "Timestamp":
		l, okL := timestamp(left)
		r, okR := timestamp(right)
		sign, ok = l.Compare(r), okL && okR
	}
	if !ok {
		return false
	}
	switch relation {
	case "Equals":
		return sign == 0
	case "LessThan":
		return sign < 0
	case "GreaterThan":
		return sign > 0
	case "LessThanEquals":
		return sign <= 0
	default: // GreaterThanEquals
		return sign >= 0
	}
}

func compareNumbers(left, right any) (sign int, ok bool) {
	l, okL := left.(json.Number)
	r, okR := right.(json.Number)
	if !okL || !okR {
		return 0, false
	}
	if li, err := l.Int64(); err == nil {
		if ri, err := r.Int64(); err == nil {
			switch {
			case li < ri:
				return -1, true
			case li > ri:
				return 1, true
			}
			return 0, true
		}
	}
	lf, _, err := big.ParseFloat(string(l), 10, 256, big.ToNearestEven)
	if err != nil {
		return 0, false
	}
	rf, _, err := big.ParseFloat(string(r), 10, 256, big.ToNearestEven)
	if err != nil {
		return 0, false
	}
	return lf.Cmp(rf), true
}

// timestamp reads an RFC 3339 time with capital T and, where there is no offset,
// capital Z, as the specification asks.
func timestamp(v any) (time.Time, bool) {
	text, ok := v.(string)
	if !ok || strings.ContainsAny(text, "tz ") {
		return time.Time{}, false
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	return t, err == nil
}

// matches matches text against a pattern in which * stands for any characters and \
// takes the meaning from * and itself. It takes time proportional to the product of
// the lengths.
func matches(pattern, text string) bool {
	type token struct {
		char byte
		any  bool
	}
	var tokens []token
	for i := 0; i < len(pattern); i++ {
		switch {
		case pattern[i] == '\\' && i+1 < len(pattern):
			i++
			tokens = append(tokens, token{char: pattern[i]})
		case pattern[i] == '*':
			tokens = append(tokens, token{any: true})
		default:
			tokens = append(tokens, token{char: pattern[i]})
		}
	}
	t, p, star, mark := 0, 0, -1, 0
	for t < len(text) {
		switch {
		case p < len(tokens) && tokens[p].any:
			star, mark = p, t
			p++
		case p < len(tokens) && tokens[p].char == text[t]:
			p++
			t++
		case star >= 0:
			p = star + 1
			mark++
			t = mark
		default:
			return false
		}
	}
	for p < len(tokens) && tokens[p].any {
		p++
	}
	return p == len(tokens)
}

// split divides StringLessThanEquals into String and LessThanEquals.
func split(operator string) (kind, relation string) {
	for _, kind := range []string{"String", "Numeric", "Timestamp", "Boolean"} {
		if relation, ok := strings.CutPrefix(operator, kind); ok {
			return kind, relation
		}
	}
	return "", operator
}
