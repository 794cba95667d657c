package asl

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/vacancy/vacancy/internal/asl/intrinsic"
	"github.com/vacancy/vacancy/internal/asl/jsonpath"
)

// fieldsOf are the fields that each type of state has beside those of all.
var fieldsOf = map[StateType][]string{
	TaskState: {"InputPath", "OutputPath", "ResultPath", "Parameters", "ResultSelector", "Next", "End", "Retry", "Catch", "Assign",
		"Resource", "TimeoutSeconds", "TimeoutSecondsPath", "HeartbeatSeconds", "HeartbeatSecondsPath"},
	PassState:    {"InputPath", "OutputPath", "ResultPath", "Parameters", "Next", "End", "Result", "Assign"},
	ChoiceState:  {"InputPath", "OutputPath", "Choices", "Default", "Assign"},
	WaitState:    {"InputPath", "OutputPath", "Next", "End", "Seconds", "SecondsPath", "Timestamp", "TimestampPath", "Assign"},
	SucceedState: {"InputPath", "OutputPath"},
	FailState:    {"Error", "ErrorPath", "Cause", "CausePath"},
	ParallelState: {"InputPath", "OutputPath", "ResultPath", "Parameters", "ResultSelector", "Next", "End", "Retry", "Catch", "Assign",
		"Branches"},
	MapState: {"InputPath", "OutputPath", "ResultPath", "Parameters", "ResultSelector", "Next", "End", "Retry", "Catch", "Assign",
		"ItemProcessor", "Iterator", "ItemsPath", "ItemSelector", "MaxConcurrency", "MaxConcurrencyPath", "Label",
		"ToleratedFailureCount", "ToleratedFailureCountPath", "ToleratedFailurePercentage", "ToleratedFailurePercentagePath"},
}

func (c *compiler) compileState(name string, n *node) *state {
	s := &state{name: name, kind: StateType(c.text(n, "Type")), comment: c.text(n, "Comment")}
	fields, known := fieldsOf[s.kind]
	if !known {
		c.problem(n, "the Type of a state is Task, Pass, Choice, Wait, Succeed, Fail, Parallel or Map; it is %q", s.kind)
		return s
	}
	c.onlyFields(n, "a "+string(s.kind)+" state", append([]string{"Type", "Comment", "QueryLanguage"}, fields...)...)
	c.queryLanguage(n)
	if slices.Contains(fields, "Next") {
		c.compileNext(s, n)
	}
	s.inputPath = c.pathField(n, "InputPath", jsonpath.Compile)
	s.outputPath = c.pathField(n, "OutputPath", jsonpath.Compile)
	s.resultPath = c.pathField(n, "ResultPath", jsonpath.CompileReference)
	s.parameters = c.templateField(n, "Parameters", slices.Contains(fields, "Parameters"))
	s.selector = c.templateField(n, "ResultSelector", slices.Contains(fields, "ResultSelector"))
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
		s.failError, s.failErrorExpr = c.compileFailText(n, "Error")
		s.failCause, s.failCauseExpr = c.compileFailText(n, "Cause")
	case ParallelState:
		c.compileParallel(s, n)
	case MapState:
		c.compileMap(s, n)
	}
	return s
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

func (c *compiler) templateField(n *node, field string, allowed bool) template {
	f := n.member[field]
	if f == nil || !allowed {
		return nil
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
	return c.compileTemplate(f)
}

func (c *compiler) compileTask(s *state, n *node) {
	resource := c.text(n, "Resource")
	s.timeout = c.seconds(n, "TimeoutSeconds", 1)
	s.heartbeat = c.seconds(n, "HeartbeatSeconds", 1)
	if s.timeout.path == nil && s.heartbeat.path == nil && s.timeout.set && s.heartbeat.set && s.heartbeat.constant >= s.timeout.constant {
		c.problem(n.member["HeartbeatSeconds"], "HeartbeatSeconds must be less than TimeoutSeconds, which is %d", s.timeout.constant)
	}
	if n.member["Resource"] == nil {
		c.problem(n, "a Task needs a Resource, the ARN of what it calls")
		return
	}
	if !strings.HasPrefix(resource, "arn:") || strings.Count(resource, ":") < 5 {
		c.problem(n.member["Resource"], "the Resource must be an ARN such as arn:aws:states:::lambda:invoke, it is %q", resource)
		return
	}
	if strings.HasPrefix(resource, "arn:aws:states:") && strings.Contains(resource, ":activity:") {
		c.problem(n.member["Resource"], "activities are not supported; use lambda:invoke.waitForTaskToken")
		return
	}
	s.resource, s.pattern = resource, ""
	for _, pattern := range []string{"waitForTaskToken", "sync:2", "sync"} {
		if base, ok := strings.CutSuffix(resource, "."+pattern); ok {
			s.resource, s.pattern = base, pattern
			break
		}
	}
	if p := n.member["Parameters"]; p != nil && p.kind == objectNode {
		if f := p.member["FunctionName"]; f != nil {
			s.function, _ = f.value.(string)
		}
	}
	if s.pattern == "waitForTaskToken" && (n.member["Parameters"] == nil || !strings.Contains(string(encodeJSON(n.member["Parameters"].plain())), "$$")) {
		c.problem(n, "a task with .waitForTaskToken has to pass the token on: put $$.Task.Token into its Parameters")
	}
}

func (c *compiler) compileChoice(s *state, n *node) {
	choices := n.member["Choices"]
	if choices == nil || choices.kind != arrayNode || len(choices.items) == 0 {
		c.problem(n, "Choices must be a non-empty array of choice rules")
		return
	}
	for _, item := range choices.items {
		rule := choice{rule: c.compileRule(item, true)}
		if item.kind == objectNode {
			rule.next, rule.assign = c.text(item, "Next"), c.assignField(item)
			if item.member["Next"] == nil {
				c.problem(item, "a choice rule needs a Next")
			}
		}
		s.choices = append(s.choices, rule)
	}
	s.otherwise = c.text(n, "Default")
}

func (c *compiler) compileWait(s *state, n *node) {
	given := 0
	for _, field := range []string{"Seconds", "SecondsPath", "Timestamp", "TimestampPath"} {
		if n.member[field] != nil {
			given++
		}
	}
	if given != 1 {
		c.problem(n, "a Wait has exactly one of Seconds, SecondsPath, Timestamp and TimestampPath; it has %d of them", given)
	}
	s.wait = c.seconds(n, "Seconds", 0)
	s.at = c.path(n, "TimestampPath")
	if f := n.member["Timestamp"]; f != nil {
		at, ok := timestamp(f.value)
		if !ok {
			c.problem(f, "the Timestamp must be a time such as 2026-03-14T01:59:00Z (RFC 3339)")
		}
		s.until = at.UTC()
	}
}

// compileFailText compiles Error and Cause of a Fail, which may be given by a path or an
// intrinsic function.
func (c *compiler) compileFailText(n *node, field string) (string, *expression) {
	byPath := n.member[field+"Path"]
	if byPath == nil {
		return c.text(n, field), nil
	}
	if n.member[field] != nil {
		c.problem(byPath, "a Fail has %s or %sPath, not both", field, field)
	}
	text, _ := byPath.value.(string)
	x := &expression{field: field + "Path", text: text}
	var err error
	if strings.HasPrefix(text, "$") {
		x.path, err = jsonpath.Compile(text)
	} else {
		x.call, err = intrinsic.Compile(text)
	}
	if err != nil {
		c.problem(byPath, "%s", err.Error())
		return "", nil
	}
	c.noteContext(x)
	return "", x
}

func (c *compiler) compileParallel(s *state, n *node) {
	branches := n.member["Branches"]
	if branches == nil || branches.kind != arrayNode || len(branches.items) == 0 {
		c.problem(n, "Branches must be a non-empty array of state machines")
		return
	}
	for _, b := range branches.items {
		if c.isObject(b, "a branch") {
			c.onlyFields(b, "a branch", "StartAt", "States", "Comment", "QueryLanguage")
			s.branches = append(s.branches, c.compileGraph(b))
		}
	}
}

func (c *compiler) compileMap(s *state, n *node) {
	processor := n.member["ItemProcessor"]
	if processor == nil {
		processor = n.member["Iterator"]
	}
	if processor == nil || processor.kind != objectNode {
		c.problem(n, "a Map needs an ItemProcessor, the state machine for one item")
		return
	}
	c.onlyFields(processor, "an item processor", "StartAt", "States", "Comment", "ProcessorConfig", "QueryLanguage")
	if config := processor.member["ProcessorConfig"]; config != nil {
		if mode := config.member["Mode"]; mode != nil && mode.value != "INLINE" {
			c.problem(mode, "a Map with the mode %v is not supported; INLINE is", mode.value)
		}
	}
	s.branches = []*graph{c.compileGraph(processor)}
	s.itemsPath = c.path(n, "ItemsPath")
	if f := n.member["ItemSelector"]; f != nil {
		s.itemSelector = c.compileTemplate(f)
	} else {
		s.itemSelector, s.parameters = s.parameters, nil
	}
	s.concurrency = c.seconds(n, "MaxConcurrency", 0)
	s.toleratedCount = c.seconds(n, "ToleratedFailureCount", 0)
	s.toleratedShare = c.seconds(n, "ToleratedFailurePercentage", 0)
}

// errorNames answers ErrorEquals. last says that it is of the last entry, the only one
// in which States.ALL may stand.
func (c *compiler) errorNames(n *node, last bool) []string {
	f := n.member["ErrorEquals"]
	if f == nil || f.kind != arrayNode || len(f.items) == 0 {
		c.problem(n, "ErrorEquals must be a non-empty array of error names")
		return nil
	}
	var names []string
	for _, item := range f.items {
		name, ok := item.value.(string)
		if !ok {
			c.problem(item, "an error name must be a string")
		}
		if name == errAll && (len(f.items) > 1 || !last) {
			c.problem(item, "States.ALL must stand alone, and in the last of them")
		}
		names = append(names, name)
	}
	return names
}

func (c *compiler) compileRetry(n *node) []retrier {
	var all []retrier
	c.each(n, "Retry", func(item *node, last bool) {
		c.onlyFields(item, "a Retry", "ErrorEquals", "IntervalSeconds", "MaxAttempts", "BackoffRate", "MaxDelaySeconds", "JitterStrategy", "Comment")
		r := retrier{errors: c.errorNames(item, last), interval: time.Second, rate: 2, maxAttempts: 3}
		if item.member["IntervalSeconds"] != nil {
			r.interval = time.Duration(c.count(item, "IntervalSeconds", 1)) * time.Second
		}
		if item.member["MaxAttempts"] != nil {
			r.maxAttempts = int(c.count(item, "MaxAttempts", 0))
		}
		if f := item.member["BackoffRate"]; f != nil {
			number, _ := f.value.(json.Number)
			rate, err := number.Float64()
			if err != nil || rate < 1 {
				c.problem(f, "the BackoffRate must be a number of at least 1.0")
			}
			r.rate = rate
		}
		if f := item.member["MaxDelaySeconds"]; f != nil {
			r.maxDelay = time.Duration(c.count(item, "MaxDelaySeconds", 1)) * time.Second
			if r.maxDelay <= r.interval {
				c.problem(f, "MaxDelaySeconds must be greater than IntervalSeconds, which is %d", r.interval/time.Second)
			}
		}
		if f := item.member["JitterStrategy"]; f != nil {
			if f.value != "FULL" && f.value != "NONE" {
				c.problem(f, "the JitterStrategy is FULL or NONE")
			}
			r.jitter = f.value == "FULL"
		}
		all = append(all, r)
	})
	return all
}

func (c *compiler) compileCatch(n *node) []catcher {
	var all []catcher
	c.each(n, "Catch", func(item *node, last bool) {
		c.onlyFields(item, "a Catch", "ErrorEquals", "ResultPath", "Next", "Comment", "Assign")
		all = append(all, catcher{errors: c.errorNames(item, last), next: c.text(item, "Next"),
			resultPath: c.pathField(item, "ResultPath", jsonpath.CompileReference), assign: c.assignField(item)})
		if item.member["Next"] == nil {
			c.problem(item, "a Catch needs a Next")
		}
	})
	return all
}

func (c *compiler) each(n *node, field string, compile func(item *node, last bool)) {
	f := n.member[field]
	if f == nil {
		return
	}
	if f.kind != arrayNode {
		c.problem(f, "%s must be an array", field)
		return
	}
	for i, item := range f.items {
		if c.isObject(item, "an entry of "+field) {
			compile(item, i == len(f.items)-1)
		}
	}
}
