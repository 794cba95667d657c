package jsonpath

import (
	"encoding/json"
	"math/big"
	"reflect"
	"regexp"
	"strconv"
	"strings"
)

// condition is a compiled filter.
type condition interface {
	// holds reports whether the filter keeps item, which "@" means.
	holds(ev *evaluation, item any) bool
}

type (
	allOf  []condition // a && b
	anyOf  []condition // a || b
	negate struct{ of condition }
	exists struct{ path operand }
)

func (c allOf) holds(ev *evaluation, item any) bool {
	for _, part := range c {
		if !part.holds(ev, item) {
			return false
		}
	}
	return true
}

func (c anyOf) holds(ev *evaluation, item any) bool {
	for _, part := range c {
		if part.holds(ev, item) {
			return true
		}
	}
	return false
}

func (c negate) holds(ev *evaluation, item any) bool { return !c.of.holds(ev, item) }

// exists holds where the path leads somewhere, be it to null or false. An
// indefinite path leads somewhere when what precedes its first indefinite step
// does.
func (c exists) holds(ev *evaluation, item any) bool {
	_, ok := c.path.value(ev, item)
	return ok
}

// operand is one side of a comparison.
type operand struct {
	literal  any
	path     *Path // nil for a literal
	fromRoot bool  // the path begins with "$"
}

// value is the operand's value; ok is false where its path leads nowhere.
func (o operand) value(ev *evaluation, item any) (v any, ok bool) {
	if o.path == nil {
		return o.literal, true
	}
	if o.fromRoot {
		item = ev.root
	}
	if o.path.simple {
		v, err := o.path.getSimple(item)
		return v, err == nil
	}
	inner := &evaluation{path: o.path, root: ev.root, visits: ev.visits}
	v, err := inner.get(o.path.segments, item)
	ev.visits = inner.visits
	return v, err == nil
}

// comparison is left operator right.
type comparison struct {
	left, right operand
	operator    string
	pattern     *regexp.Regexp // of =~
}

func (c comparison) holds(ev *evaluation, item any) bool {
	left, ok := c.left.value(ev, item)
	if !ok {
		// What is not there differs from everything and has no other relation.
		return c.operator == "!="
	}
	if c.operator == "=~" {
		return c.pattern.MatchString(regexpInput(left))
	}
	right, ok := c.right.value(ev, item)
	if !ok {
		return c.operator == "!="
	}
	switch c.operator {
	case "==":
		return equal(left, right)
	case "!=":
		return !equal(left, right)
	case "<", "<=", ">", ">=":
		return ordered(left, right, c.operator)
	case "in":
		return contains(right, left)
	case "nin":
		return !contains(right, left)
	case "contains":
		if text, ok := left.(string); ok {
			part, ok := right.(string)
			return ok && strings.Contains(text, part)
		}
		return contains(left, right)
	case "size":
		return sizeIs(left, right)
	case "empty":
		want, _ := right.(bool)
		size, ok := sizeOf(left)
		return ok && (size == 0) == want
	default:
		return setRelation(left, right, c.operator)
	}
}

// regexpInput is the text that =~ looks at.
func regexpInput(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}

// equal compares as Jayway does: a number equals a string that reads as the same
// number, or that is written like it when the string is on the left.
func equal(left, right any) bool {
	switch l := left.(type) {
	case json.Number:
		r, ok := numberOf(right)
		return ok && compareNumbers(l, r) == 0
	case string:
		switch r := right.(type) {
		case string:
			return l == r
		case json.Number:
			return l == r.String()
		}
		return false
	}
	return sameJSON(left, right)
}

func numberOf(v any) (json.Number, bool) {
	switch v := v.(type) {
	case json.Number:
		return v, true
	case string:
		if _, err := strconv.ParseFloat(v, 64); err == nil {
			return json.Number(v), true
		}
	}
	return "", false
}

// sameJSON reports deep equality in which 1 and 1.0 are the same number.
func sameJSON(a, b any) bool {
	switch a := a.(type) {
	case json.Number:
		b, ok := b.(json.Number)
		return ok && compareNumbers(a, b) == 0
	case []any:
		b, ok := b.([]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for i := range a {
			if !sameJSON(a[i], b[i]) {
				return false
			}
		}
		return true
	case map[string]any:
		b, ok := b.(map[string]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for name, member := range a {
			other, ok := b[name]
			if !ok || !sameJSON(member, other) {
				return false
			}
		}
		return true
	}
	return reflect.DeepEqual(a, b)
}

// ordered compares two numbers or two strings; nothing else has an order.
func ordered(left, right any, operator string) bool {
	var order int
	switch l := left.(type) {
	case json.Number:
		r, ok := right.(json.Number)
		if !ok {
			return false
		}
		order = compareNumbers(l, r)
	case string:
		r, ok := right.(string)
		if !ok {
			return false
		}
		order = strings.Compare(l, r)
	default:
		return false
	}
	switch operator {
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	default:
		return order >= 0
	}
}

// maxExactDigits bounds the numbers that are compared exactly: beyond it lies
// what only an attacker writes, and an exact 1e999999999 fills the memory.
const maxExactDigits = 64

// compareNumbers compares by value, exactly where both are of ordinary size.
func compareNumbers(a, b json.Number) int {
	if x, err := strconv.ParseInt(string(a), 10, 64); err == nil {
		if y, err := strconv.ParseInt(string(b), 10, 64); err == nil {
			switch {
			case x < y:
				return -1
			case x > y:
				return 1
			}
			return 0
		}
	}
	x, okX := exact(a)
	y, okY := exact(b)
	if okX && okY {
		return x.Cmp(y)
	}
	fa, _ := strconv.ParseFloat(string(a), 64)
	fb, _ := strconv.ParseFloat(string(b), 64)
	switch {
	case fa < fb:
		return -1
	case fa > fb:
		return 1
	}
	return 0
}

func exact(n json.Number) (*big.Rat, bool) {
	text := string(n)
	if len(text) > maxExactDigits {
		return nil, false
	}
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		if exponent, err := strconv.Atoi(text[i+1:]); err != nil || exponent < -400 || exponent > 400 {
			return nil, false
		}
	}
	return new(big.Rat).SetString(text)
}

func contains(list, v any) bool {
	arr, ok := list.([]any)
	if !ok {
		return false
	}
	for _, element := range arr {
		if equal(element, v) {
			return true
		}
	}
	return false
}

func sizeOf(v any) (int, bool) {
	switch v := v.(type) {
	case string:
		return len([]rune(v)), true
	case []any:
		return len(v), true
	case map[string]any:
		return len(v), true
	}
	return 0, false
}

func sizeIs(v, want any) bool {
	number, ok := want.(json.Number)
	if !ok {
		return false
	}
	size, ok := sizeOf(v)
	return ok && compareNumbers(json.Number(strconv.Itoa(size)), number) == 0
}

// setRelation compares two arrays as sets.
func setRelation(left, right any, operator string) bool {
	l, ok := left.([]any)
	if !ok {
		return false
	}
	r, ok := right.([]any)
	if !ok {
		return false
	}
	if operator == "all" {
		l, r = r, l // every element of the right is in the left
		operator = "subsetof"
	}
	for _, element := range l {
		switch found := contains(r, element); operator {
		case "subsetof":
			if !found {
				return false
			}
		case "anyof":
			if found {
				return true
			}
		case "noneof":
			if found {
				return false
			}
		}
	}
	return operator != "anyof"
}
