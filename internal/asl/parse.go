package asl

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/vacancy/vacancy/internal/asl/jsonpath"
)

// compiler reads a definition and gathers what is wrong with it.
type compiler struct {
	src                 []byte
	problems            []Problem
	names               map[string]bool // of all states, which are unique in a machine
	readsExecutionInput bool
	testing             bool      // one state is tested by itself: what it would call is mocked
	placeholders        bool      // numbers may still be placeholders
	language            string    // of the whole machine: JSONPath or JSONata
	jsonata             bool      // the state that is compiled uses JSONata
	kind                StateType // of the state that is compiled
	within              string    // what stands before a field's name in causes: "Catch[1]/"
}

const (
	languageJSONPath = "JSONPath"
	languageJSONata  = "JSONata"
)

// Parse parses, validates and compiles a definition. Its error is an
// *InvalidDefinition that holds every problem found, each with its place. What the
// language has and this package has not is refused here, by name.
func Parse(src []byte) (*Machine, error) {
	return (&compiler{src: src}).compile()
}

func (c *compiler) compile() (*Machine, error) {
	root, problem := readSource(c.src)
	if problem != nil {
		return nil, &InvalidDefinition{Problems: []Problem{*problem}}
	}
	c.names, c.language = map[string]bool{}, languageJSONPath
	m := &Machine{}
	if c.isObject(root, "a definition") {
		c.onlyFields(root, "a state machine", "Comment", "StartAt", "States", "Version", "TimeoutSeconds", "QueryLanguage")
		if v := root.member["Version"]; v != nil && v.value != "1.0" {
			c.problem(v, `the Version must be "1.0"`)
		}
		if q := root.member["QueryLanguage"]; q != nil {
			c.language = c.queryLanguage(q)
		}
		m.comment = c.text(root, "Comment")
		m.timeout = time.Duration(c.count(root, "TimeoutSeconds", 1)) * time.Second
		m.top = c.compileGraph(root)
	}
	if len(c.problems) > 0 {
		return nil, &InvalidDefinition{Problems: c.problems}
	}
	m.readsExecutionInput = c.readsExecutionInput
	return m, nil
}

func (c *compiler) problem(n *node, format string, args ...any) {
	message := format
	if len(args) > 0 {
		message = fmt.Sprintf(format, args...)
	}
	c.problems = append(c.problems, problemAt(c.src, n.path, n.offset, message))
}

// unsupported is a problem with what Step Functions takes and this engine does not.
func (c *compiler) unsupported(n *node, format string, args ...any) {
	c.problem(n, format, args...)
	c.problems[len(c.problems)-1].Unsupported = true
}

func (c *compiler) suggest(suggestion string) {
	c.problems[len(c.problems)-1].Suggestion = suggestion
}

func (c *compiler) isObject(n *node, what string) bool {
	if n.kind == objectNode {
		return true
	}
	c.problem(n, "%s must be an object", what)
	return false
}

func (c *compiler) onlyFields(n *node, what string, allowed ...string) {
	for _, key := range n.keys {
		if slices.Contains(allowed, key) {
			continue
		}
		if reason, known := unsupportedFields[key]; known {
			if c.testing {
				continue
			}
			c.unsupported(n.member[key], "%s is not supported: %s", key, reason)
			continue
		}
		c.problem(n.member[key], "%s has no field %q", what, key)
		for _, a := range allowed {
			if strings.EqualFold(a, key) {
				c.suggest("write " + a)
			}
		}
	}
}

// unsupportedFields are fields of the language that no part of this engine is for.
var unsupportedFields = map[string]string{
	"ItemReader":   "a Map here runs over its input; read the items in a Task before it",
	"ResultWriter": "a Map here answers its results; write them in a Task after it",
}

// isPlaceholder reports text that a deployment puts a value in place of, "${Name}".
func isPlaceholder(v any) bool {
	text, ok := v.(string)
	return ok && strings.Contains(text, "${") && strings.Contains(text, "}")
}

// queryLanguage answers the language that a QueryLanguage names.
func (c *compiler) queryLanguage(n *node) string {
	switch n.value {
	case languageJSONPath, languageJSONata:
		return n.value.(string)
	}
	c.problem(n, "the QueryLanguage is JSONPath or JSONata")
	return languageJSONPath
}

// stateLanguage answers the query language of a state: its own, else the machine's. A
// machine that is JSONata as a whole has no state that is not.
func (c *compiler) stateLanguage(n *node) string {
	q := n.member["QueryLanguage"]
	if q == nil {
		return c.language
	}
	language := c.queryLanguage(q)
	if language == languageJSONPath && c.language == languageJSONata {
		c.problem(n, "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine")
		c.suggest("remove the QueryLanguage of the state machine and set JSONata in the states that use it")
	}
	return language
}

// text answers a field that is a string, "" if it is not there.
func (c *compiler) text(n *node, field string) string {
	f := n.member[field]
	if f == nil {
		return ""
	}
	s, ok := f.value.(string)
	if !ok {
		c.problem(f, "%s must be a string", field)
	}
	return s
}

// count answers a field that is a whole number of at least least, 0 if it is not there.
func (c *compiler) count(n *node, field string, least int64) int64 {
	f := n.member[field]
	if f == nil {
		return 0
	}
	if number, ok := f.value.(json.Number); ok {
		if i, err := number.Int64(); err == nil && i >= least && i <= 99999999 {
			return i
		}
	}
	if c.placeholders && isPlaceholder(f.value) {
		return least
	}
	c.problem(f, "%s must be a whole number from %d to 99999999", field, least)
	return 0
}

// path answers a field that is a path, nil if it is not there.
func (c *compiler) path(n *node, field string) *jsonpath.Path {
	return c.pathBy(n, field, jsonpath.Compile)
}

func (c *compiler) pathBy(n *node, field string, compile func(string) (*jsonpath.Path, error)) *jsonpath.Path {
	f := n.member[field]
	if f == nil {
		return nil
	}
	text, ok := f.value.(string)
	if !ok {
		c.problem(f, "%s must be a path, as a string that begins with $", field)
		return nil
	}
	p, err := compile(text)
	if err != nil {
		c.problem(f, "%s", err.Error())
		return nil
	}
	c.notePath(p)
	return p
}

// pathField answers InputPath, OutputPath or ResultPath.
func (c *compiler) pathField(n *node, field string, compile func(string) (*jsonpath.Path, error)) pathField {
	f := n.member[field]
	if f == nil {
		return pathField{}
	}
	if f.kind == scalarNode && f.value == nil {
		return pathField{nothing: true}
	}
	if f.value == "$" {
		return pathField{}
	}
	return pathField{path: c.pathBy(n, field, compile)}
}

// seconds answers a field or its …Path twin, or in JSONata its expression.
func (c *compiler) seconds(n *node, field string, least int64) secondsField {
	byPath := field + "Path"
	f := secondsField{name: field, set: n.member[field] != nil || n.member[byPath] != nil}
	if n.member[byPath] == nil {
		if own := n.member[field]; own != nil && c.jsonata {
			if text, is := own.value.(string); is {
				if expr, is := queryText(text); is {
					f.query = c.compileQuery(own, expr, field)
					return f
				}
			}
		}
		f.constant = float64(c.count(n, field, least))
		return f
	}
	if n.member[field] != nil {
		c.problem(n.member[byPath], "a state has %s or %s, not both", field, byPath)
	}
	f.path = c.path(n, byPath)
	return f
}

func (c *compiler) compileGraph(n *node) *graph {
	g := &graph{states: map[string]*state{}}
	states := n.member["States"]
	if states == nil || states.kind != objectNode || len(states.keys) == 0 {
		at := n
		if states != nil {
			at = states
		}
		c.problem(at, "States must be an object with at least one state")
		return g
	}
	g.order = states.keys
	for _, name := range states.keys {
		s := states.member[name]
		if len([]rune(name)) > 80 || name == "" {
			c.problem(s, "the name of a state has from 1 to 80 characters, this one has %d", len([]rune(name)))
		}
		if c.names[name] {
			c.problem(s, "there is another state named %q; names are unique in the whole state machine", name)
		}
		c.names[name] = true
		if c.isObject(s, "a state") {
			g.states[name] = c.compileState(name, s)
		} else {
			g.states[name] = &state{name: name}
		}
	}
	g.startAt = c.text(n, "StartAt")
	if n.member["StartAt"] == nil {
		c.problem(n, "StartAt is missing; it names the first state")
	} else {
		c.mustExist(g, n.member["StartAt"])
	}
	c.checkTransitions(g, states)
	return g
}

// checkTransitions makes sure that every transition leads to a state of the graph.
func (c *compiler) checkTransitions(g *graph, states *node) {
	for _, name := range g.order {
		n := states.member[name]
		for _, field := range []string{"Next", "Default"} {
			if to := n.field(field); to != nil {
				c.mustExist(g, to)
			}
		}
		for _, list := range []string{"Choices", "Catch"} {
			for _, item := range n.field(list).elements() {
				if to := item.field("Next"); to != nil {
					c.mustExist(g, to)
				}
			}
		}
	}
}

func (c *compiler) mustExist(g *graph, at *node) {
	name, isText := at.value.(string)
	if !isText {
		return // an error already
	}
	if _, ok := g.states[name]; ok {
		return
	}
	c.problem(at, "there is no state named %q here", name)
	for _, other := range g.order {
		if strings.EqualFold(other, name) {
			c.suggest("write " + other)
		}
	}
}
