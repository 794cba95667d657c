package asl

import (
	"encoding/json"
	"time"

	"github.com/vacancy/vacancy/internal/asl/jsonpath"
)

// scope is what expressions of a state see. It implements intrinsic.Env.
type scope struct {
	data        *value // what "$" is
	state       *State
	frame       *frame // whose variables are seen
	rand        func() uint64
	now         time.Time
	result      *value         // $states.result
	errorOutput map[string]any // $states.errorOutput
}

// context is what "$$" is.
func (s *scope) context() any { return s.state.contextOf(s.frame) }

// Rand implements intrinsic.Env.
func (s *scope) Rand() uint64 { return s.rand() }

// Resolve implements intrinsic.Env.
func (s *scope) Resolve(p *jsonpath.Path) (any, error) {
	switch root := p.Root(); root.Kind {
	case jsonpath.Context:
		return p.Get(s.context())
	case jsonpath.Variable:
		v, ok := s.frame.variable(root.Name)
		if !ok {
			return nil, runtimeFailure("The JSONPath '" + p.String() + "' refers to the variable '" + root.Name + "', which has not been assigned")
		}
		return p.Get(v)
	default:
		if raw, ok := s.raw(p); ok && !s.data.has {
			return decode(raw), nil
		}
		return p.Get(s.data.get())
	}
}

// written evaluates a template as a whole.
func (s *scope) written(t template) (value, error) {
	b, err := t.write(make([]byte, 0, 256), s)
	return rawValue(b), err
}

// value answers what a path leads to, as text where it can be had so.
func (s *scope) value(p *jsonpath.Path) (value, error) {
	if raw, ok := s.raw(p); ok {
		return rawValue(raw), nil
	}
	v, err := s.Resolve(p)
	return goValue(v), err
}

// inputText is what a cause names as the input in which a path found nothing.
func (s *scope) inputText(p *jsonpath.Path) json.RawMessage {
	if p.Root().Kind == jsonpath.Context {
		return encodeJSON(s.context())
	}
	return s.data.text()
}

// raw answers what a path leads to as text, where the data is text and the path is
// nothing but names. Not ok says nothing: the path is then to be resolved.
func (s *scope) raw(p *jsonpath.Path) (json.RawMessage, bool) {
	names, ok := p.Names()
	if !ok || p.Root().Kind != jsonpath.Input || s.data.raw == nil {
		return nil, false
	}
	raw := []byte(s.data.raw)
	for _, name := range names {
		if raw, ok = member(raw, name); !ok {
			return nil, false
		}
	}
	return raw, true
}

// contextText answers what is asked for most of the context object without making all of it.
func (s *scope) contextText(path string) (string, bool) {
	if s.state.contextObject != nil {
		return "", false
	}
	x := &s.state.context
	switch path {
	case "$$.Task.Token":
		if s.frame.state != nil && s.frame.state.pattern != "" && s.frame.task.id != 0 {
			return s.frame.token(x), true
		}
	case "$$.Execution.Id":
		return x.ExecutionARN, true
	case "$$.Execution.Name":
		return x.ExecutionName, true
	}
	return "", false
}
