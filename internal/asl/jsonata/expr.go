// Package jsonata evaluates JSONata (https://docs.jsonata.org) as AWS Step
// Functions does: version 2.0.6 of the language without $eval, with $parse,
// $partition, $range, $hash, $random(seed) and $uuid, with the limits that AWS
// sets to an evaluation, and with its causes for what fails.
//
// Values are those of encoding/json with UseNumber. The members of an object that
// comes from outside are visited in the order of their names, since a Go map
// keeps no other; those of an object that the expression makes, in their own.
package jsonata

import (
	"encoding/json"
	"errors"
	"math"
	"strconv"
	"strings"
	"time"

	numbers "github.com/vacancy/vacancy/internal/asl/number"
)

// maxLength bounds an expression; a whole definition has at most 1 MiB.
const maxLength = 100_000

// Expr is a compiled expression. It is immutable and safe for concurrent use.
type Expr struct {
	src  string
	root *node
}

// Compile compiles an expression: the text between {% and %}. Its error is a
// *SyntaxError.
func Compile(expr string) (*Expr, error) {
	lead := len(expr) - len(strings.TrimLeft(expr, blanks))
	src := strings.Trim(expr, blanks)
	root, err := compile(src)
	if err != nil {
		err.Expr = expr
		err.Offset += lead
		return nil, err
	}
	return &Expr{src: src, root: root}, nil
}

func compile(src string) (*node, *SyntaxError) {
	if len(src) > maxLength {
		return nil, &SyntaxError{Code: "S0500", Offset: maxLength, detail: "the expression is longer than " + strconv.Itoa(maxLength) + " bytes"}
	}
	tree, err := parse(src)
	var root *node
	if err == nil {
		root, err = new(resolver).resolve(tree)
	}
	var syntax *SyntaxError
	if errors.As(err, &syntax) {
		return nil, syntax
	}
	if root.kind == parentNode || root.seeking != nil {
		return nil, syntaxError("S0217", root.pos)
	}
	return root, nil
}

// String returns the expression as it was compiled, without the blanks around it.
func (e *Expr) String() string { return e.src }

// Eval evaluates the expression. vars are the variables by their names without
// "$", such as "states"; they are not changed, and the answer may share parts
// with them. rand gives the bits of $random, $shuffle and $uuid, now is what
// $now() and $millis() answer.
//
// The error is always an *Error. To return nothing is one, see [Error.Undefined].
func (e *Expr) Eval(vars map[string]any, rand func() uint64, now time.Time) (any, error) {
	run := &struct {
		ev  evaluator
		env scope
	}{ev: evaluator{rand: rand, now: now}}
	ev, env := &run.ev, &run.env
	env.vars = env.room[:0]
	for name, v := range vars {
		env.vars = append(env.vars, binding{name, v})
	}
	v, err := ev.eval(e.root, undefined, env)
	if err == nil {
		err = ev.step(0)
	}
	if err != nil {
		return nil, e.failed(err)
	}
	switch v.(type) {
	case undefinedValue, function, *thunk:
		return nil, &Error{expr: e.src, kind: nothing, Detail: "returned nothing (undefined)."}
	}
	if err := ev.exportable(v, 0); err != nil {
		return nil, e.failed(err)
	}
	return export(v), nil
}

// exportable accounts for a value that leaves the evaluation: what stands in it
// more than once is there more than once when it is written.
func (ev *evaluator) exportable(v any, depth int) error {
	if depth > 10_000 {
		return errTooDeep
	}
	if err := ev.step(1); err != nil {
		return err
	}
	switch v := v.(type) {
	case []any:
		return nil // came from outside, and is written as it came
	case *list:
		for _, item := range v.items {
			if err := ev.exportable(item, depth+1); err != nil {
				return err
			}
		}
	case *object:
		for _, member := range v.values {
			if err := ev.exportable(member, depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

// export makes a value of encoding/json of one of the evaluation's.
func export(v any) any {
	switch v := v.(type) {
	case *list:
		out := make([]any, len(v.items))
		for i, item := range v.items {
			out[i] = export(item)
		}
		return out
	case *object:
		out := make(map[string]any, len(v.values))
		for name, member := range v.values {
			if member != undefined {
				out[name] = export(member)
			}
		}
		return out
	case []any:
		return exportArray(v)
	case map[string]any:
		return exportObject(v)
	case float64:
		return exportNumber(v)
	case int:
		return json.Number(strconv.Itoa(v))
	case int64:
		return json.Number(strconv.FormatInt(v, 10))
	case json.Number:
		return canonical(v)
	case undefinedValue:
		return nil
	case function:
		return ""
	}
	return v
}

// exportArray answers the array itself where nothing in it is to be changed.
func exportArray(items []any) any {
	out := items
	for i, item := range items {
		if changed := export(item); !identicalExport(item, changed) {
			if &out[0] == &items[0] {
				out = append([]any(nil), items...)
			}
			out[i] = changed
		}
	}
	return out
}

func exportObject(members map[string]any) any {
	out := members
	copied := false
	for name, member := range members {
		if changed := export(member); !identicalExport(member, changed) {
			if !copied {
				out = make(map[string]any, len(members))
				for n, m := range members {
					out[n] = m
				}
				copied = true
			}
			out[name] = changed
		}
	}
	return out
}

// identicalExport reports whether export answered the very value it was given.
func identicalExport(before, after any) bool {
	switch b := before.(type) {
	case json.Number:
		a, ok := after.(json.Number)
		return ok && a == b
	case []any:
		a, ok := after.([]any)
		return ok && len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
	case map[string]any:
		a, ok := after.(map[string]any)
		return ok && sameMap(a, b)
	case *list, *object, float64, int, int64, undefinedValue, function:
		return false
	}
	return true
}

// exportNumber writes a computed number as Step Functions does: a whole one in
// full while it fits in 64 bits, and what JSON has no number for by its name.
func exportNumber(f float64) any {
	switch {
	case math.IsNaN(f) || math.IsInf(f, 0):
		return numberText(f)
	case f == math.Trunc(f) && math.Abs(f) < 1<<63:
		return json.Number(strconv.FormatInt(int64(f), 10))
	}
	return json.Number(numbers.Double(f))
}

// canonical writes a number that only passed through. An integer of 64 bits stays
// exact.
func canonical(n json.Number) any {
	text := string(n)
	if plainInteger(text) {
		return n
	}
	if i, err := strconv.ParseInt(text, 10, 64); err == nil {
		if text == "-0" {
			return json.Number(strconv.FormatInt(i, 10))
		}
		return n
	}
	f, ok := number(n)
	if !ok {
		return n
	}
	return exportNumber(f)
}
