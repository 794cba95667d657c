package asl

import (
	"cmp"
	"encoding/json"
	"math"
	"slices"
	"strings"
	"time"
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
	outer := c.jsonata
	c.jsonata = s.jsonata
	defer func() { c.jsonata = outer }()
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
		return c.compileQueryTemplate(f, field)
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

func (c *compiler) compileTask(s *state, n *node) {
	resource := c.text(n, "Resource")
	s.timeout = c.seconds(n, "TimeoutSeconds", 1)
	s.heartbeat = c.seconds(n, "HeartbeatSeconds", 1)
	if s.timeout.isConstant() && s.heartbeat.isConstant() && s.heartbeat.constant >= s.timeout.constant {
		c.problem(n.member["HeartbeatSeconds"], "HeartbeatSeconds must be less than TimeoutSeconds, which is %d", int64(s.timeout.constant))
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
	s.service = serviceOf(s.resource, s.pattern)
	if p := cmp.Or(n.member["Parameters"], n.member["Arguments"]); p != nil && p.kind == objectNode {
		if f := p.member["FunctionName"]; f != nil {
			s.function, _ = f.value.(string)
		}
	}
	c.checkTokenIsPassedOn(s, n)
}

// checkTokenIsPassedOn refuses a task that waits for a token which nobody gets.
func (c *compiler) checkTokenIsPassedOn(s *state, n *node) {
	if s.pattern != patternToken {
		return
	}
	field, contextObject := "Parameters", "$$"
	if s.jsonata {
		field, contextObject = "Arguments", "$states"
	}
	if n.member[field] == nil || !strings.Contains(string(encodeJSON(n.member[field].plain())), contextObject) {
		c.problem(n, "a task with .waitForTaskToken has to pass the token on: put the context object's Task.Token into its %s", field)
	}
}

func (c *compiler) compileChoice(s *state, n *node) {
	choices := n.member["Choices"]
	if choices == nil || choices.kind != arrayNode || len(choices.items) == 0 {
		c.problem(n, "Choices must be a non-empty array of choice rules")
		return
	}
	for _, item := range choices.items {
		rule := choice{}
		if c.jsonata {
			rule.rule = c.compileCondition(item)
		} else {
			rule.rule = c.compileRule(item, true)
		}
		if item.kind == objectNode {
			rule.next, rule.assign = c.text(item, "Next"), c.assignField(item)
			if c.jsonata {
				rule.output = c.templateField(item, "Output")
			}
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
		if text, is := f.value.(string); is && c.jsonata {
			if _, is := queryText(text); is {
				s.atExpr = c.templateField(n, "Timestamp")
				return
			}
		}
		at, ok := timestamp(f.value)
		if !ok {
			c.problem(f, "the Timestamp must be a time such as 2026-03-14T01:59:00Z (RFC 3339)")
		}
		s.until = at.UTC()
	}
}

// compileFailText compiles Error and Cause of a Fail, which may be given by a path, an
// intrinsic function or a JSONata expression.
func (c *compiler) compileFailText(n *node, field string) failText {
	own, byPath := n.member[field], n.member[field+"Path"]
	switch {
	case own != nil && byPath != nil:
		c.problem(byPath, "a Fail has %s or %sPath, not both", field, field)
	case own != nil && c.jsonata:
		text := c.text(n, field)
		if _, is := queryText(text); is {
			return failText{expr: c.templateField(n, field), given: true}
		}
		return failText{constant: text, given: true}
	case own != nil:
		return failText{constant: c.text(n, field), given: true}
	case byPath != nil:
		text, _ := byPath.value.(string)
		return failText{expr: c.compileExpression(byPath, field+"Path"), byPath: text, given: true}
	}
	return failText{}
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
	if n.member["ItemProcessor"] != nil && n.member["Iterator"] != nil {
		c.problem(n.member["Iterator"], "a Map has an ItemProcessor or, as it was called before, an Iterator, not both")
	}
	c.onlyFields(processor, "an item processor", "StartAt", "States", "Comment", "ProcessorConfig", "QueryLanguage")
	s.distributed = c.isDistributed(processor)
	s.branches = []*graph{c.compileGraph(processor)}
	if c.jsonata {
		s.items = c.templateField(n, "Items")
	} else {
		s.itemsPath = c.path(n, "ItemsPath")
	}
	if s.itemSelector = c.templateField(n, "ItemSelector"); s.itemSelector == nil && !c.jsonata {
		s.itemSelector, s.parameters = s.parameters, nil
	}
	s.concurrency = c.seconds(n, "MaxConcurrency", 0)
	s.toleratedCount = c.seconds(n, "ToleratedFailureCount", 0)
	s.toleratedShare = c.share(n, "ToleratedFailurePercentage")
	if b := n.member["ItemBatcher"]; b != nil && c.isObject(b, "an ItemBatcher") {
		if !s.distributed {
			c.problem(b, "only a Map with the mode DISTRIBUTED has an ItemBatcher")
		}
		c.onlyFields(b, "an ItemBatcher", "MaxItemsPerBatch", "MaxItemsPerBatchPath", "MaxInputBytesPerBatch", "MaxInputBytesPerBatchPath", "BatchInput")
		s.batcher = &batcher{maxItems: c.seconds(b, "MaxItemsPerBatch", 1), maxBytes: c.seconds(b, "MaxInputBytesPerBatch", 1), input: c.templateField(b, "BatchInput")}
		if !s.batcher.maxItems.set && !s.batcher.maxBytes.set {
			c.problem(b, "an ItemBatcher needs MaxItemsPerBatch, MaxInputBytesPerBatch or both")
		}
	}
}

// isDistributed reads the ProcessorConfig.
func (c *compiler) isDistributed(processor *node) bool {
	config := processor.member["ProcessorConfig"]
	if config == nil || !c.isObject(config, "a ProcessorConfig") {
		return false
	}
	c.onlyFields(config, "a ProcessorConfig", "Mode", "ExecutionType")
	mode := config.member["Mode"]
	if mode == nil || mode.value == "INLINE" {
		return false
	}
	if mode.value != "DISTRIBUTED" {
		c.problem(mode, "the Mode is INLINE or DISTRIBUTED")
		return false
	}
	switch kind := config.member["ExecutionType"]; {
	case kind == nil:
		c.problem(config, "a distributed Map needs an ExecutionType")
		c.suggest("add STANDARD or EXPRESS")
	case kind.value != "STANDARD" && kind.value != "EXPRESS":
		c.problem(kind, "the ExecutionType is STANDARD or EXPRESS")
	}
	return true
}

// share answers a field in percent, which need not be whole.
func (c *compiler) share(n *node, field string) secondsField {
	own := n.member[field]
	if own == nil || n.member[field+"Path"] != nil {
		return c.seconds(n, field, 0)
	}
	if _, isNumber := own.value.(json.Number); !isNumber {
		return c.seconds(n, field, 0)
	}
	percent, ok := number(own.value, "float")
	if !ok || percent < 0 || percent > 100 {
		c.problem(own, "%s must be a number from 0 to 100", field)
	}
	return secondsField{name: field, constant: percent, set: true}
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
			if err != nil || rate < 1 || math.IsInf(rate, 0) {
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
		caught := catcher{errors: c.errorNames(item, last), next: c.text(item, "Next"), assign: c.assignField(item)}
		if c.jsonata {
			c.onlyFields(item, "a Catch", "ErrorEquals", "Next", "Comment", "Assign", "Output")
			caught.output = c.templateField(item, "Output")
		} else {
			c.onlyFields(item, "a Catch", "ErrorEquals", "ResultPath", "Next", "Comment", "Assign")
			caught.resultPath = c.pathField(item, "ResultPath", jsonpath.CompileReference)
		}
		all = append(all, caught)
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
