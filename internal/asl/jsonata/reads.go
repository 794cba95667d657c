package jsonata

import "slices"

// Reads says what of a variable the expression may look at: the members that it
// goes to at once, such as input of $states.input.name, in the order of their
// first use; or all of it, where it uses the variable in any other way. A caller
// need not make what is not read.
func (e *Expr) Reads(variable string) (members []string, all bool) {
	r := reader{variable: variable}
	r.node(e.root)
	return r.members, r.all
}

// reader looks through a tree for the uses of a variable.
type reader struct {
	variable string
	members  []string
	all      bool
}

func (r *reader) node(n *node) {
	if n == nil {
		return
	}
	if n.kind == variableNode && n.text == r.variable {
		r.all = true
	}
	items := n.items
	if name, ok := r.member(n); ok {
		if !slices.Contains(r.members, name) {
			r.members = append(r.members, name)
		}
		items = items[1:]
	}
	for _, item := range items {
		r.node(item)
	}
	if n.kind != bindNode {
		r.node(n.lhs)
	}
	r.node(n.rhs)
	r.node(n.third)
	r.pairs(n.pairs)
	if n.group != nil {
		r.pairs(n.group.pairs)
	}
	for _, term := range n.terms {
		r.node(term.expr)
	}
	for _, s := range n.predicates {
		r.node(s.filter)
	}
	for _, s := range n.stages {
		r.node(s.filter)
	}
}

func (r *reader) pairs(pairs [][2]*node) {
	for _, pair := range pairs {
		r.node(pair[0])
		r.node(pair[1])
	}
}

// member is the member of the variable that a path begins with.
func (r *reader) member(path *node) (string, bool) {
	if path.kind != pathNode || len(path.items) < 2 {
		return "", false
	}
	first, second := path.items[0], path.items[1]
	bare := first.kind == variableNode && first.text == r.variable && first.stages == nil && first.predicates == nil &&
		first.focus == "" && first.index == "" && first.group == nil
	return second.text, bare && second.kind == nameNode
}
