package asl

import (
	"encoding/json"
	"errors"

	"github.com/vacancy/vacancy/internal/asl/intrinsic"
	"github.com/vacancy/vacancy/internal/asl/jsonpath"
)

// template is a compiled payload template (states-language.net/spec.html,
// "Payload Template"): Parameters, ResultSelector, ItemSelector, Assign.
type template interface {
	// eval answers the value.
	eval(*scope) (any, error)
	// write appends the value as compact JSON, without decoding what is only passed on.
	write([]byte, *scope) ([]byte, error)
}

// literal is a part of a template without anything to evaluate.
type literal struct {
	value any
	text  json.RawMessage
}

func literalOf(v any) literal { return literal{value: v, text: encodeJSON(v)} }

func (l literal) eval(*scope) (any, error) { return l.value, nil }

func (l literal) write(b []byte, _ *scope) ([]byte, error) { return append(b, l.text...), nil }

// expression is a path or an intrinsic function, the value of a "name.$" field.
type expression struct {
	field string // "name.$"; "" where it stands for a whole field of the state
	text  string
	path  *jsonpath.Path
	call  *intrinsic.Call
}

func (x *expression) eval(s *scope) (any, error) {
	if x.call != nil {
		v, err := x.call.Eval(s)
		var failed *intrinsic.Error
		if errors.As(err, &failed) {
			return nil, failure{name: failed.Name, cause: failed.Cause, evaluation: true}
		}
		return v, err
	}
	v, err := s.Resolve(x.path)
	var missing *jsonpath.NotFoundError
	if errors.As(err, &missing) && x.field != "" {
		if missing.PastEnd() {
			return nil, nil // an index past the end reads null in a template
		}
		return nil, runtimeFailure(missing.FieldCause(x.field, string(s.inputText(x.path))))
	}
	return v, err
}

func (x *expression) write(b []byte, s *scope) ([]byte, error) {
	if x.path != nil {
		if raw, ok := s.raw(x.path); ok {
			return append(b, raw...), nil
		}
		if text, ok := s.contextText(x.text); ok {
			return appendString(b, text), nil
		}
	}
	return writeValue(b, x, s)
}

// writeValue writes what a template evaluates to.
func writeValue(b []byte, t template, s *scope) ([]byte, error) {
	v, err := t.eval(s)
	if err != nil {
		return b, err
	}
	return appendJSON(b, v), nil
}

type objectTemplate struct {
	names  []string
	values []template
	heads  []json.RawMessage // what is written before each value: {"name": or ,"name":
}

// add adds a member.
func (o *objectTemplate) add(name string, v template) {
	head := append(appendString(json.RawMessage{','}, name), ':')
	if len(o.names) == 0 {
		head[0] = '{'
	}
	o.names, o.values, o.heads = append(o.names, name), append(o.values, v), append(o.heads, head)
}

func (o *objectTemplate) write(b []byte, s *scope) ([]byte, error) {
	if len(o.values) == 0 {
		return append(b, "{}"...), nil
	}
	var err error
	for i, v := range o.values {
		if b, err = v.write(append(b, o.heads[i]...), s); err != nil {
			return b, err
		}
	}
	return append(b, '}'), nil
}

func (o *objectTemplate) eval(s *scope) (any, error) {
	object := make(map[string]any, len(o.names))
	for i, name := range o.names {
		v, err := o.values[i].eval(s)
		if err != nil {
			return nil, err
		}
		object[name] = v
	}
	return object, nil
}

type arrayTemplate []template

func (a arrayTemplate) eval(s *scope) (any, error) {
	array := make([]any, len(a))
	for i, t := range a {
		v, err := t.eval(s)
		if err != nil {
			return nil, err
		}
		array[i] = v
	}
	return array, nil
}

func (a arrayTemplate) write(b []byte, s *scope) ([]byte, error) {
	var err error
	for i, t := range a {
		sign := byte(',')
		if i == 0 {
			sign = '['
		}
		if b, err = t.write(append(b, sign), s); err != nil {
			return b, err
		}
	}
	return append(b, ']'), nil
}
