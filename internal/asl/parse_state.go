package asl

import (
	"slices"
	"strings"
	"unicode"

	"github.com/vacancy/vacancy/internal/asl/jsonpath"
)

// fieldsOf are the fields of each type of state, beside those of every state, that both
// query languages have.
var fieldsOf = map[StateType][]string{
	TaskState:     {"Next", "End", "Retry", "Catch", "Assign", "Resource", "Credentials", "TimeoutSeconds", "HeartbeatSeconds"},
	PassState:     {"Next", "End", "Assign"},
	ChoiceState:   {"Choices", "Default", "Assign"},
	WaitState:     {"Next", "End", "Seconds", "Timestamp", "Assign"},
	SucceedState:  {},
	FailState:     {"Error", "Cause"},
	ParallelState: {"Next", "End", "Retry", "Catch", "Assign", "Branches"},
	MapState: {"Next", "End", "Retry", "Catch", "Assign", "ItemProcessor", "Iterator", "ItemSelector", "MaxConcurrency", "Label",
		"ToleratedFailureCount", "ToleratedFailurePercentage", "ItemBatcher"},
}

// pathFieldsOf are those that only JSONPath has.
var pathFieldsOf = map[StateType][]string{
	TaskState:   {"InputPath", "OutputPath", "ResultPath", "Parameters", "ResultSelector", "TimeoutSecondsPath", "HeartbeatSecondsPath"},
	PassState:   {"InputPath", "OutputPath", "ResultPath", "Parameters", "Result"},
	ChoiceState: {"InputPath", "OutputPath"}, WaitState: {"InputPath", "OutputPath", "SecondsPath", "TimestampPath"},
	SucceedState: {"InputPath", "OutputPath"}, FailState: {"ErrorPath", "CausePath"},
	ParallelState: {"InputPath", "OutputPath", "ResultPath", "Parameters", "ResultSelector"},
	MapState: {"InputPath", "OutputPath", "ResultPath", "Parameters", "ResultSelector", "ItemsPath", "MaxConcurrencyPath",
		"ToleratedFailureCountPath", "ToleratedFailurePercentagePath"},
}

// queryFieldsOf are those that only JSONata has.
var queryFieldsOf = map[StateType][]string{
	TaskState: {"Arguments", "Output"}, PassState: {"Output"}, ChoiceState: {"Output"}, WaitState: {"Output"},
	SucceedState: {"Output"}, ParallelState: {"Arguments", "Output"}, MapState: {"Items", "Output"},
}

func (c *compiler) compileState(name string, n *node) *state {
	s := &state{name: name, kind: StateType(c.text(n, "Type")), comment: c.text(n, "Comment")}
	s.entered, s.exited = string(s.kind)+"StateEntered", string(s.kind)+"StateExited"
	fields, known := fieldsOf[s.kind]
	if !known {
		c.problem(n, "the Type of a state is Task, Pass, Choice, Wait, Succeed, Fail, Parallel or Map; it is %q", s.kind)
		return s
	}
	s.jsonata = c.stateLanguage(n) == languageJSONata
	outer, around := c.jsonata, c.kind
	c.jsonata, c.kind = s.jsonata, s.kind
	defer func() { c.jsonata, c.kind = outer, around }()
	c.stateFields(s, n, fields)
	if slices.Contains(fields, "Next") {
		c.compileNext(s, n)
	}
	if s.jsonata {
		s.parameters = c.templateField(n, "Arguments")
		s.output = c.templateField(n, "Output")
	} else {
		s.inputPath = c.pathField(n, "InputPath", jsonpath.Compile)
		s.outputPath = c.pathField(n, "OutputPath", jsonpath.Compile)
		s.resultPath = c.pathField(n, "ResultPath", jsonpath.CompileReference)
		s.parameters = c.templateField(n, "Parameters")
		s.selector = c.templateField(n, "ResultSelector")
	}
	s.assign = c.assignField(n)
	if slices.Contains(fields, "Retry") {
		s.retry, s.catch = c.compileRetry(n), c.compileCatch(n)
	}
	switch s.kind {
	case TaskState:
		c.compileTask(s, n)
	case ChoiceState:
		c.compileChoice(s, n)
	case WaitState:
		c.compileWait(s, n)
	case PassState:
		if r := n.member["Result"]; r != nil {
			v := goValue(r.plain())
			v.text() // now, since a machine is shared by goroutines
			s.result = &v
		}
	case FailState:
		s.failError = c.compileFailText(n, "Error")
		s.failCause = c.compileFailText(n, "Cause")
	case ParallelState:
		c.compileParallel(s, n)
	case MapState:
		c.compileMap(s, n)
	}
	return s
}

// stateFields refuses what a state of this type and query language does not have.
func (c *compiler) stateFields(s *state, n *node, fields []string) {
	own, other, language := pathFieldsOf[s.kind], queryFieldsOf[s.kind], languageJSONPath
	if s.jsonata {
		own, other, language = other, own, languageJSONata
	}
	allowed := slices.Concat([]string{"Type", "Comment", "QueryLanguage"}, fields, own)
	for _, key := range n.keys {
		if slices.Contains(other, key) {
			c.problem(n.member[key], "the field %s is not supported when the QueryLanguage is %s", key, language)
			allowed = append(allowed, key)
		}
	}
	c.onlyFields(n, "a "+string(s.kind)+" state", allowed...)
}

func (c *compiler) compileNext(s *state, n *node) {
	s.next = c.text(n, "Next")
	if end := n.member["End"]; end != nil {
		is, ok := end.value.(bool)
		if !ok {
			c.problem(end, "End must be true or false")
		}
		s.end = is
	}
	switch {
	case s.end && n.member["Next"] != nil:
		c.problem(n, "the state has both Next and End; it needs one of them")
	case !s.end && n.member["Next"] == nil:
		c.problem(n, "the state has neither Next nor End; say where it leads")
	}
}

// templateField compiles a template of the state's query language, nil if it is not there.
func (c *compiler) templateField(n *node, field string) template {
	f := n.member[field]
	if f == nil {
		return nil
	}
	if c.jsonata {
		return c.compileQueryTemplate(f, c.within+field)
	}
	return c.compileTemplate(f)
}

// assignField compiles Assign: an object whose names are those of variables.
func (c *compiler) assignField(n *node) template {
	f := n.member["Assign"]
	if f == nil {
		return nil
	}
	if f.kind != objectNode {
		c.problem(f, "Assign must be an object whose names are variables")
		return nil
	}
	for _, key := range f.keys {
		name := key
		if !c.jsonata {
			name = strings.TrimSuffix(key, ".$")
		}
		if !isVariableName(name) || name == "states" {
			c.problem(f.member[key], "%q is no name for a variable: it begins with a letter, has letters, digits and underscores, at most 80, and is not states", name)
		}
	}
	return c.templateField(n, "Assign")
}

// isVariableName follows the developer guide, "Passing data between states with variables".
func isVariableName(name string) bool {
	if name == "" || len([]rune(name)) > 80 {
		return false
	}
	for i, r := range name {
		if !unicode.IsLetter(r) && (i == 0 || r != '_' && !unicode.IsDigit(r)) {
			return false
		}
	}
	return true
}
