package asl

import (
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/vacancy/vacancy/internal/asl/intrinsic"
	"github.com/vacancy/vacancy/internal/asl/jsonpath"
)

// template is a compiled payload template (states-language.net/spec.html,
// "Payload Template"): Parameters, ResultSelector, ItemSelector, Assign.
type template interface {
	eval(*scope) (any, error)
}

// literal is a part of a template without anything to evaluate.
type literal struct{ value any }

func (l literal) eval(*scope) (any, error) { return l.value, nil }

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

type objectTemplate struct {
	names  []string
	values []template
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
		return p.Get(s.data.get())
	}
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
			o.names, o.values = append(o.names, name), append(o.values, v)
		}
		if fixed {
			return literal{n.plain()}, true
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
			return literal{n.plain()}, true
		}
		return a, false
	}
	return literal{n.value}, true
}

// compileExpression compiles the value of a "name.$" field: a path or an intrinsic function.
func (c *compiler) compileExpression(n *node, field string) template {
	text, ok := n.value.(string)
	if !ok || n.kind != scalarNode {
		c.problem(n, "the value of a field whose name ends in .$ must be a path or an intrinsic function, as a string")
		return literal{}
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
		return literal{}
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
