package intrinsic

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// function is one intrinsic function. apply is given as many arguments as arity
// allows; the message of its error becomes part of the cause.
type function struct {
	name   string
	min    int
	max    int // -1 for any number
	apply  func(env Env, args []any) (any, error)
	format bool // the first argument is a template
}

var functions = func() map[string]*function {
	table := make(map[string]*function)
	for _, f := range []*function{
		{name: "States.Format", min: 1, max: -1, apply: format, format: true},
		{name: "States.StringToJson", min: 1, max: 1, apply: stringToJSON},
		{name: "States.JsonToString", min: 1, max: 1, apply: jsonToString},
		{name: "States.Array", min: 0, max: -1, apply: array},
		{name: "States.ArrayPartition", min: 2, max: 2, apply: arrayPartition},
		{name: "States.ArrayContains", min: 2, max: 2, apply: arrayContains},
		{name: "States.ArrayRange", min: 3, max: 3, apply: arrayRange},
		{name: "States.ArrayGetItem", min: 2, max: 2, apply: arrayGetItem},
		{name: "States.ArrayLength", min: 1, max: 1, apply: arrayLength},
		{name: "States.ArrayUnique", min: 1, max: 1, apply: arrayUnique},
		{name: "States.Base64Encode", min: 1, max: 1, apply: base64Encode},
		{name: "States.Base64Decode", min: 1, max: 1, apply: base64Decode},
		{name: "States.Hash", min: 2, max: 2, apply: hash},
		{name: "States.JsonMerge", min: 3, max: 3, apply: jsonMerge},
		{name: "States.MathRandom", min: 2, max: 3, apply: mathRandom},
		{name: "States.MathAdd", min: 2, max: 2, apply: mathAdd},
		{name: "States.StringSplit", min: 2, max: 2, apply: stringSplit},
		{name: "States.UUID", min: 0, max: 0, apply: uuid},
	} {
		table[f.name] = f
	}
	return table
}()

func functionNames() string {
	return strings.Join(slices.Sorted(maps.Keys(functions)), ", ")
}

// arity says whether a function can be called with n arguments.
func (f *function) arity(n int) error {
	switch {
	case n >= f.min && (f.max < 0 || n <= f.max):
		return nil
	case f.max < 0:
		return fmt.Errorf("%s takes at least %d arguments, not %d", f.name, f.min, n)
	case f.min == f.max:
		return fmt.Errorf("%s takes %d arguments, not %d", f.name, f.min, n)
	default:
		return fmt.Errorf("%s takes %d to %d arguments, not %d", f.name, f.min, f.max, n)
	}
}

// The following read one argument of a function; position counts from 1.

func stringArgument(args []any, position int) (string, error) {
	s, ok := args[position-1].(string)
	if !ok {
		return "", wrongType(args, position, "a string")
	}
	return s, nil
}

func arrayArgument(args []any, position int) ([]any, error) {
	a, ok := args[position-1].([]any)
	if !ok {
		return nil, wrongType(args, position, "an array")
	}
	return a, nil
}

func objectArgument(args []any, position int) (map[string]any, error) {
	o, ok := args[position-1].(map[string]any)
	if !ok {
		return nil, wrongType(args, position, "an object")
	}
	return o, nil
}

// integerArgument rounds to the nearest integer, halves up.
func integerArgument(args []any, position int) (int64, error) {
	n, ok := roundedInteger(args[position-1])
	if !ok {
		return 0, wrongType(args, position, "a number of 64 bits")
	}
	return n, nil
}

func wrongType(args []any, position int, want string) error {
	return fmt.Errorf("argument %d must be %s, not %s", position, want, abbreviated(args[position-1]))
}

// abbreviated writes a value for a cause, which is to stay readable.
func abbreviated(v any) string {
	const limit = 64
	text := []rune(string(appendJSON(nil, v)))
	if len(text) > limit {
		return string(text[:limit]) + "…"
	}
	return string(text)
}
