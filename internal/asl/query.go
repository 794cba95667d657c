package asl

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/vacancy/vacancy/internal/asl/jsonata"
)

// query is a compiled JSONata expression, "{% … %}", in a field of a state.
type query struct {
	expr    *jsonata.Expr
	field   string // where it stands in the state: "Output/result"
	context bool   // it may look at $states.context
	states  bool   // it may look at $states
}

// queryText answers the expression in a string that is one, "{% … %}".
func queryText(s string) (string, bool) {
	inner, ok := strings.CutPrefix(s, "{%")
	if !ok {
		return "", false
	}
	inner, ok = strings.CutSuffix(inner, "%}")
	return inner, ok
}

func (q *query) eval(s *scope) (any, error) {
	v, err := q.expr.Eval(s.variables(q), s.rand, s.now)
	if err != nil {
		return nil, q.failed(err)
	}
	return v, nil
}

// failed makes a failure of an error of the expression.
func (q *query) failed(err error) error {
	var e *jsonata.Error
	if !errors.As(err, &e) {
		return runtimeFailure(err.Error())
	}
	return failure{name: jsonata.ErrorName, cause: e.FieldCause(q.field), evaluation: true, location: q.field}
}

// unexpected is the failure of an expression whose value cannot stand in its field.
func (q *query) unexpected(want string, got any) error {
	return q.failed(q.expr.UnexpectedType(want, got))
}

// variables are what the expression sees by name.
func (s *scope) variables(q *query) map[string]any {
	all := map[string]any{}
	for f := s.frame; f != nil; f = f.around() {
		for name, v := range f.variables {
			if _, nearer := all[name]; !nearer {
				all[name] = v
			}
		}
	}
	if !q.states {
		return all
	}
	states := map[string]any{"input": s.data.get()}
	if s.result != nil {
		states["result"] = s.result.get()
	}
	if s.errorOutput != nil {
		states["errorOutput"] = s.errorOutput
	}
	if q.context {
		states["context"] = s.context()
	}
	all["states"] = states
	return all
}

// compileQuery compiles an expression of a field.
func (c *compiler) compileQuery(n *node, text, field string) *query {
	expr, err := jsonata.Compile(text)
	if err != nil {
		var syntax *jsonata.SyntaxError
		if errors.As(err, &syntax) {
			c.problem(n, "not JSONata: %s", syntax.Message())
		} else {
			c.problem(n, "not JSONata: %s", err)
		}
		return nil
	}
	c.checkStates(n, expr, field)
	q := &query{expr: expr, field: field, states: strings.Contains(text, "$states")}
	q.context = looksAtContext(text)
	if q.context {
		c.readsExecutionInput = true
	}
	return q
}

// checkStates refuses $states.result where there is no result, and $states.errorOutput
// where there is no error (developer guide, "Passing data between states with variables":
// it is caught when a state machine is created).
func (c *compiler) checkStates(n *node, expr *jsonata.Expr, field string) {
	members, _ := expr.Reads("states")
	own, _, _ := strings.Cut(field, "/")
	result := (own == "Output" || own == "Assign") && (c.kind == TaskState || c.kind == ParallelState || c.kind == MapState)
	if slices.Contains(members, "result") && !result {
		c.problem(n, "$states.result is not there: only Output and Assign of a Task, Parallel or Map see it")
		c.suggest("use $states.input")
	}
	if slices.Contains(members, "errorOutput") && !strings.HasPrefix(own, "Catch[") {
		c.problem(n, "$states.errorOutput is not there: only Output and Assign of a Catch see it")
	}
}

// looksAtContext reports whether an expression may look at $states.context: it says so,
// or uses $states other than by one of its other members.
func looksAtContext(text string) bool {
	for {
		at := strings.Index(text, "$states")
		if at < 0 {
			return false
		}
		text = text[at+len("$states"):]
		if !strings.HasPrefix(text, ".input") && !strings.HasPrefix(text, ".result") && !strings.HasPrefix(text, ".errorOutput") {
			return true
		}
	}
}

// queryTemplate is an expression within a template.
type queryTemplate struct{ *query }

func (q queryTemplate) write(b []byte, s *scope) ([]byte, error) { return writeValue(b, q, s) }

// compileQueryTemplate compiles a JSONata template: JSON in which strings "{% … %}" are
// expressions.
func (c *compiler) compileQueryTemplate(n *node, field string) template {
	t, _ := c.queryTemplateOf(n, field)
	return t
}

func (c *compiler) queryTemplateOf(n *node, field string) (t template, fixed bool) {
	switch n.kind {
	case objectNode:
		o := &objectTemplate{}
		fixed = true
		for _, key := range n.keys {
			v, f := c.queryTemplateOf(n.member[key], field+"/"+key)
			fixed = fixed && f
			o.add(key, v)
		}
		if !fixed {
			return o, false
		}
	case arrayNode:
		a := make(arrayTemplate, len(n.items))
		fixed = true
		for i, item := range n.items {
			var f bool
			a[i], f = c.queryTemplateOf(item, field+"["+itoa(i)+"]")
			fixed = fixed && f
		}
		if !fixed {
			return a, false
		}
	default:
		if s, ok := n.value.(string); ok {
			if text, ok := queryText(s); ok {
				if q := c.compileQuery(n, text, field); q != nil {
					return queryTemplate{q}, false
				}
			}
		}
	}
	return literalOf(n.plain()), true
}

// asQuery answers the expression that a template is as a whole, or nil.
func asQuery(t template) *query {
	if q, ok := t.(queryTemplate); ok {
		return q.query
	}
	return nil
}

// evalString evaluates a template that has to be a string.
func evalString(t template, s *scope) (string, error) {
	v, err := t.eval(s)
	if err != nil {
		return "", err
	}
	text, ok := v.(string)
	if !ok {
		if q := asQuery(t); q != nil {
			return "", q.unexpected("string", v)
		}
		return "", runtimeFailure("a string was expected: " + string(encodeJSON(v)))
	}
	return text, nil
}

// evalTime evaluates the Timestamp of a Wait.
func evalTime(t template, s *scope) (time.Time, error) {
	text, err := evalString(t, s)
	if err != nil {
		return time.Time{}, err
	}
	at, ok := timestamp(text)
	if !ok {
		f := failure{name: errRuntime, evaluation: true,
			cause: "The Timestamp parameter does not reference a valid ISO-8601 extended offset date-time format string: " + text}
		if q := asQuery(t); q != nil {
			f.name, f.location = jsonata.ErrorName, q.field
			f.cause = "The JSONata expression '" + q.expr.String() + "' specified for the field '" + q.field +
				"' does not reference a valid ISO-8601 extended offset date-time format string: " + text
		}
		return time.Time{}, f
	}
	return at.UTC(), nil
}

// wholeNumber answers a JSON number that is whole, however it is written.
func wholeNumber(v any) (int64, bool) {
	n, ok := v.(json.Number)
	if !ok {
		return 0, false
	}
	if i, err := n.Int64(); err == nil {
		return i, true
	}
	f, err := n.Float64()
	if err != nil || f != float64(int64(f)) {
		return 0, false
	}
	return int64(f), true
}
