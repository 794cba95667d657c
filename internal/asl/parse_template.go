package asl

import (
	"slices"
	"strings"

	"github.com/vacancy/vacancy/internal/asl/intrinsic"
	"github.com/vacancy/vacancy/internal/asl/jsonpath"
)

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
