package asl

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

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
	x := &s.state.context
	switch path {
	case "$$.Task.Token":
		if s.frame.state != nil && s.frame.state.pattern != "" && s.frame.task.id != 0 {
			return taskToken(x, s.frame.task.id, s.frame.task.nonce), true
		}
	case "$$.Execution.Id":
		return x.ExecutionARN, true
	case "$$.Execution.Name":
		return x.ExecutionName, true
	}
	return "", false
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

// compileTemplate compiles a payload template.
func (c *compiler) compileTemplate(n *node) template {
	t, _ := c.templateOf(n)
	return t
}

// templateOf answers the template and whether it is a literal through and through.
func (c *compiler) templateOf(n *node) (t template, fixed bool) {
	switch n.kind {
	case objectNode:
		o := &objectTemplate{}
		fixed = true
		for _, key := range n.keys {
			child := n.member[key]
			name, dynamic := strings.CutSuffix(key, ".$")
			var v template
			if dynamic {
				v, fixed = c.compileExpression(child, key), false
			} else {
				var f bool
				v, f = c.templateOf(child)
				fixed = fixed && f
			}
			if slices.Contains(o.names, name) {
				c.problem(child, "the field %q stands here twice, once with .$ and once without", name)
			}
			o.add(name, v)
		}
		if fixed {
			return literalOf(n.plain()), true
		}
		return o, false
	case arrayNode:
		a := make(arrayTemplate, len(n.items))
		fixed = true
		for i, item := range n.items {
			var f bool
			a[i], f = c.templateOf(item)
			fixed = fixed && f
		}
		if fixed {
			return literalOf(n.plain()), true
		}
		return a, false
	}
	return literalOf(n.value), true
}

// compileExpression compiles the value of a "name.$" field: a path or an intrinsic function.
func (c *compiler) compileExpression(n *node, field string) template {
	text, ok := n.value.(string)
	if !ok || n.kind != scalarNode {
		c.problem(n, "the value of a field whose name ends in .$ must be a path or an intrinsic function, as a string")
		return literalOf(nil)
	}
	x := &expression{field: field, text: text}
	var err error
	if strings.HasPrefix(text, "$") {
		x.path, err = jsonpath.Compile(text)
	} else {
		x.call, err = intrinsic.Compile(text)
	}
	if err != nil {
		c.problem(n, "%s", err.Error())
		return literalOf(nil)
	}
	c.noteContext(x)
	return x
}

// noteContext notes whether a definition reads the execution's input from the context
// object, so that it is kept only for those that do.
func (c *compiler) noteContext(x *expression) {
	paths := []*jsonpath.Path{x.path}
	if x.call != nil {
		paths = x.call.Paths()
	}
	for _, p := range paths {
		c.notePath(p)
	}
}

func (c *compiler) notePath(p *jsonpath.Path) {
	if p == nil || p.Root().Kind != jsonpath.Context {
		return
	}
	for _, without := range []string{"$$.Task", "$$.StateMachine", "$$.State", "$$.Map", "$$.Execution.Id", "$$.Execution.Name", "$$.Execution.StartTime", "$$.Execution.RoleArn"} {
		if strings.HasPrefix(p.String(), without) {
			return
		}
	}
	c.readsExecutionInput = true
}
