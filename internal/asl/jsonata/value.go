package jsonata

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
)

// The values of an evaluation are those of encoding/json with UseNumber, as they
// come in, and beside them:
//
//	undefined   nothing, as opposed to null
//	float64     a computed number
//	*list       an array with the marks that decide how it behaves in a path
//	*object     an object that keeps the order of its members
//	function    what can be called

// undefinedValue is the type of undefined.
type undefinedValue struct{}

// undefined is the value of an expression that finds nothing.
var undefined any = undefinedValue{}

// list is an array. A sequence is the answer of a path: one of no element is
// undefined, and one of a single element is that element.
type list struct {
	items         []any
	sequence      bool
	keepSingleton bool // a sequence of one that stays an array
	cons          bool // made by an array constructor in a path: it is not flattened
	tuples        bool // the items are *tuple
}

// tuple is an element of a path that carries variable bindings along.
type tuple struct {
	at       any
	bindings map[string]any
}

func sequenceOf(items ...any) *list { return &list{items: items, sequence: true} }

// elements are those of an array of either kind.
func elements(v any) ([]any, bool) {
	switch v := v.(type) {
	case []any:
		return v, true
	case *list:
		return v.items, true
	}
	return nil, false
}

// elementsOf are the elements of an array, or the value alone.
func elementsOf(v any) []any {
	if items, ok := elements(v); ok {
		return items
	}
	return []any{v}
}

// object is an object made by the expression.
type object struct {
	names  []string
	values map[string]any
}

func newObject() *object { return &object{values: make(map[string]any)} }

func (o *object) set(name string, v any) {
	if _, ok := o.values[name]; !ok {
		o.names = append(o.names, name)
	}
	o.values[name] = v
}

func (o *object) remove(name string) {
	if _, ok := o.values[name]; ok {
		delete(o.values, name)
		o.names = slices.DeleteFunc(o.names, func(n string) bool { return n == name })
	}
}

func isObject(v any) bool {
	switch v.(type) {
	case map[string]any, *object:
		return true
	}
	return false
}

// membersOf is the object as a map.
func membersOf(v any) map[string]any {
	switch v := v.(type) {
	case map[string]any:
		return v
	case *object:
		return v.values
	}
	return nil
}

// namesOf are the names of an object's members in the order in which they are
// visited: those that are array indices first and by value, then the others as
// they were written. What came from outside has lost its order and is visited by
// name.
func namesOf(v any) []string {
	var names []string
	switch v := v.(type) {
	case map[string]any:
		names = slices.Sorted(maps.Keys(v))
	case *object:
		names = v.names
	}
	if !slices.ContainsFunc(names, isIndex) {
		return names
	}
	var indices, others []string
	for _, name := range names {
		if isIndex(name) {
			indices = append(indices, name)
		} else {
			others = append(others, name)
		}
	}
	slices.SortFunc(indices, func(a, b string) int {
		x, _ := strconv.ParseUint(a, 10, 32)
		y, _ := strconv.ParseUint(b, 10, 32)
		return int(int64(x) - int64(y))
	})
	return append(indices, others...)
}

// isIndex reports whether a name is an array index in JavaScript's sense.
func isIndex(name string) bool {
	if name == "" || len(name) > 10 || !isDigit(name[0]) || name[0] == '0' && len(name) > 1 {
		return false
	}
	n, err := strconv.ParseUint(name, 10, 32)
	return err == nil && n < 1<<32-1
}

// number answers the value of a number.
func number(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case json.Number:
		f, err := strconv.ParseFloat(string(v), 64)
		return f, err == nil
	case int:
		return float64(v), true
	case int64:
		return float64(v), true
	}
	return 0, false
}

func isNumber(v any) bool {
	switch v.(type) {
	case float64, json.Number, int, int64:
		return true
	}
	return false
}

// spent counts a step of work that answers no error of its own. Once the steps
// are used up it reports so, and whoever asked can stop: the evaluation fails at
// its next step.
func (ev *evaluator) spent() bool {
	ev.steps++
	return ev.steps > maxSteps
}

// same reports deep equality: of numbers by value, of objects whatever the order
// of their members.
func (ev *evaluator) same(a, b any) bool {
	if ev.spent() {
		return false
	}
	if x, ok := number(a); ok {
		y, ok := number(b)
		return ok && x == y
	}
	if x, ok := elements(a); ok {
		y, ok := elements(b)
		return ok && slices.EqualFunc(x, y, ev.same)
	}
	if isObject(a) {
		return isObject(b) && maps.EqualFunc(membersOf(a), membersOf(b), ev.same)
	}
	return identical(a, b)
}

// identical compares what is not compared by its parts.
func identical(a, b any) bool {
	switch a := a.(type) {
	case nil:
		return b == nil
	case string:
		b, ok := b.(string)
		return ok && a == b
	case bool:
		b, ok := b.(bool)
		return ok && a == b
	case undefinedValue:
		return b == undefined
	case function:
		b, ok := b.(function)
		return ok && a == b
	}
	return false
}

// truth is the effective boolean of a value; ok is false for undefined.
func (ev *evaluator) truth(v any) (is, ok bool) {
	switch v := v.(type) {
	case undefinedValue:
		return false, false
	case bool:
		return v, true
	case string:
		return v != "", true
	case []any:
		return ev.anyTrue(v), true
	case *list:
		return ev.anyTrue(v.items), true
	case function:
		return true, true
	}
	if f, ok := number(v); ok {
		return f != 0, true
	}
	return len(membersOf(v)) > 0, true
}

func (ev *evaluator) isTrue(v any) bool {
	is, _ := ev.truth(v)
	return is
}

func (ev *evaluator) anyTrue(items []any) bool {
	for _, item := range items {
		if ev.spent() || ev.isTrue(item) {
			return true
		}
	}
	return false
}

// typeName is the type as $type and the causes of Step Functions name it.
func typeName(v any) string {
	switch v.(type) {
	case undefinedValue:
		return "undefined"
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case float64, json.Number, int, int64:
		return "number"
	case []any, *list:
		return "array"
	case function:
		return "function"
	}
	return "object"
}
