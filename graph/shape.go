package graph

import (
	"strings"

	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// shape is how large an operation is with its fragments spread out.
type shape struct {
	fields, aliases, directives int
	depth                       int // of fields in fields
	roots                       int // fields that are not in another, without __typename
}

// far is where counting stops: fragments in fragments grow exponentially.
const far = 1 << 20

// add puts another shape beside this one.
func (s *shape) add(o shape) {
	s.fields = min(s.fields+o.fields, far)
	s.aliases = min(s.aliases+o.aliases, far)
	s.directives = min(s.directives+o.directives, far)
	s.roots = min(s.roots+o.roots, far)
	s.depth = max(s.depth, o.depth)
}

// measure walks a document, each fragment once.
type measure struct {
	fragments     map[string]*ast.FragmentDefinition
	done          map[string]shape
	open          map[string]bool // fragments being measured
	named         map[string]int  // how often a name stands in the document
	repeats       int             // how often one may
	introspection bool
	refusal       *gqlerror.Error
}

// checkShape refuses a document in which an operation, or a fragment, exceeds the
// limits, or that asks for what no operation of ours needs. It runs before the
// document is validated and takes nothing about it for granted.
func checkShape(doc *ast.QueryDocument, limits Limits, introspection bool) *gqlerror.Error {
	m := measure{
		fragments: map[string]*ast.FragmentDefinition{}, done: map[string]shape{}, open: map[string]bool{},
		named: map[string]int{}, repeats: limits.Repeats, introspection: introspection,
	}
	for _, f := range doc.Fragments {
		m.fragments[f.Name] = f
	}
	for _, f := range doc.Fragments { // also those that nothing uses: they are validated too
		m.over(limits, m.fragment(f.Name))
	}
	for _, op := range doc.Operations {
		s := m.selections(op.SelectionSet)
		s.directives += m.directives(op.Directives)
		m.over(limits, s)
		if op.Operation == ast.Mutation && s.roots > 1 {
			m.refuse("a request may hold one mutation, this one holds %d", s.roots)
		}
	}
	return m.refusal
}

// refuse keeps the first refusal.
func (m *measure) refuse(format string, args ...any) {
	if m.refusal == nil {
		m.refusal = refuseDocument(errcode.ValidationFailed, format, args...)[0]
	}
}

func (m *measure) over(limits Limits, s shape) {
	switch {
	case s.depth > limits.Depth:
		m.refuse("the operation is %d fields deep, at most %d are allowed", s.depth, limits.Depth)
	case s.fields > limits.Fields:
		m.refuse("the operation has more than %d fields with its fragments spread out", limits.Fields)
	case s.aliases > limits.Aliases:
		m.refuse("the operation has more than %d aliases with its fragments spread out", limits.Aliases)
	case s.directives > limits.Directives:
		m.refuse("the operation has more than %d directives with its fragments spread out", limits.Directives)
	}
}

func (m *measure) selections(set ast.SelectionSet) (s shape) {
	for _, selection := range set {
		switch node := selection.(type) {
		case *ast.Field:
			s.add(m.field(node))
		case *ast.InlineFragment:
			s.add(m.selections(node.SelectionSet))
			s.add(shape{directives: m.directives(node.Directives)})
		case *ast.FragmentSpread:
			m.count("..." + node.Name)
			s.add(m.fragment(node.Name))
			s.add(shape{directives: m.directives(node.Directives)})
		}
	}
	return s
}

// count counts a name where it stands. Each selection is walked once.
func (m *measure) count(name string) {
	if m.named[name]++; m.named[name] > m.repeats {
		m.refuse("a document may ask for one field %d times at most", m.repeats)
	}
}

func (m *measure) field(f *ast.Field) shape {
	s := shape{fields: 1, depth: 1, roots: 1, directives: m.directives(f.Directives)}
	m.count(f.Alias) // which is the name in the answer
	if f.Alias != f.Name {
		s.aliases = 1
	}
	switch f.Name {
	case "__typename":
		s.roots = 0
	case "__schema", "__type":
		m.introspects()
		return s
	}
	inner := m.selections(f.SelectionSet)
	inner.depth, inner.roots = inner.depth+1, 0
	s.add(inner)
	return s
}

// introspects refuses a question about the schema, unless those are allowed. How deep
// they go is then bounded by a rule of the validator's: types are in types are in types.
func (m *measure) introspects() {
	if !m.introspection {
		m.refuse("the schema cannot be asked for here; it is published as graph/schema.graphql")
	}
}

func (m *measure) fragment(name string) shape {
	if s, ok := m.done[name]; ok {
		return s
	}
	definition, ok := m.fragments[name]
	if !ok {
		return shape{} // the validator says so
	}
	if m.open[name] {
		m.refuse("a fragment is spread within itself")
		return shape{}
	}
	if strings.HasPrefix(definition.TypeCondition, "__") {
		m.introspects()
		return shape{}
	}
	m.open[name] = true
	s := m.selections(definition.SelectionSet)
	s.directives += m.directives(definition.Directives)
	delete(m.open, name)
	m.done[name] = s
	return s
}

// directives counts them. An answer here comes whole, so @defer is not for us.
func (m *measure) directives(list ast.DirectiveList) int {
	for _, d := range list {
		if d.Name != "skip" && d.Name != "include" {
			m.refuse("an operation may have the directives @skip and @include only")
		}
	}
	return len(list)
}
