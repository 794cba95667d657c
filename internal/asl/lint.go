package asl

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// linter reads a definition for what Parse takes but nobody can mean. It reads the
// source, not what was compiled from it, so that it also says what it can of a
// definition with errors.
type linter struct {
	src      []byte
	machine  MachineType
	raised   map[string]bool // errors that Fail states name
	express  bool            // within a distributed Map whose children are Express
	problems []Problem
}

func (l *linter) add(severity Severity, n *node, suggestion, format string, args ...any) {
	p := problemAt(l.src, n.path, n.offset, fmt.Sprintf(format, args...))
	p.Severity, p.Suggestion = severity, suggestion
	l.problems = append(l.problems, p)
}

func (l *linter) warn(n *node, suggestion, format string, args ...any) {
	l.add(SeverityWarning, n, suggestion, format, args...)
}

// field answers a member, nil if n is no object or has none of that name.
func (n *node) field(name string) *node {
	if n == nil {
		return nil
	}
	return n.member[name]
}

// str answers the text of a scalar, "" if it is none.
func (n *node) str() string {
	if n == nil {
		return ""
	}
	s, _ := n.value.(string)
	return s
}

// elements answers the items of an array, none if it is none.
func (n *node) elements() []*node {
	if n == nil {
		return nil
	}
	return n.items
}

// raises notes the errors that Fail states anywhere in n name.
func (l *linter) raises(n *node) {
	if n == nil {
		return
	}
	if n.field("Type").str() == "Fail" {
		l.raised[n.field("Error").str()] = true
	}
	for _, member := range n.member {
		l.raises(member)
	}
	for _, item := range n.items {
		l.raises(item)
	}
}

// machineNode checks a machine, a branch or an item processor.
func (l *linter) machineNode(n *node) {
	states := n.field("States")
	if states == nil || states.kind != objectNode {
		return
	}
	l.unreachable(n, states)
	ends := false
	for _, name := range states.keys {
		s := states.member[name]
		l.state(s)
		kind, end := s.field("Type").str(), s.field("End")
		ends = ends || kind == "Succeed" || kind == "Fail" || end != nil && end.value == true
	}
	if !ends {
		l.warn(states, "give one state End, or the type Succeed or Fail", "no state ends: it runs until it fails or is stopped")
	}
}

// unreachable warns of states that no path from StartAt leads to.
func (l *linter) unreachable(n, states *node) {
	reached := map[string]bool{}
	queue := []string{n.field("StartAt").str()}
	if states.member[queue[0]] == nil {
		return // an error already
	}
	for len(queue) > 0 {
		name := queue[0]
		queue = queue[1:]
		s := states.member[name]
		if s == nil || reached[name] {
			continue
		}
		reached[name] = true
		queue = append(queue, s.field("Next").str(), s.field("Default").str())
		for _, list := range []string{"Choices", "Catch"} {
			for _, item := range s.field(list).elements() {
				queue = append(queue, item.field("Next").str())
			}
		}
	}
	for _, name := range states.keys {
		if !reached[name] {
			l.warn(states.member[name], "lead a Next, Default, Choice or Catch here, or remove it", "the state %q is never reached", name)
		}
	}
}

func (l *linter) state(n *node) {
	l.retries(n)
	l.catches(n)
	for _, field := range []string{"Result", "Parameters", "Arguments", "Output", "ResultSelector"} {
		if f := n.field(field); f != nil {
			if size := len(encodeJSON(f.plain())); size > maxPayload {
				l.warn(f, "keep large data in a store and pass its key", "%s alone has %d bytes, a payload may have %d", field, size, maxPayload)
			}
		}
	}
	switch n.field("Type").str() {
	case "Task":
		l.task(n)
	case "Parallel":
		for _, b := range n.field("Branches").elements() {
			l.machineNode(b)
		}
	case "Map":
		for _, processor := range []string{"ItemProcessor", "Iterator"} {
			if p := n.field(processor); p != nil {
				outer := l.express
				if config := p.field("ProcessorConfig"); config.field("Mode").str() == "DISTRIBUTED" {
					l.express = config.field("ExecutionType").str() == string(Express)
				}
				l.machineNode(p)
				l.express = outer
			}
		}
	}
}

func (l *linter) task(n *node) {
	resource := n.field("Resource")
	_, pattern := splitPattern(resource.str())
	if pattern == "" {
		return
	}
	if l.machine == Express {
		l.add(SeverityError, resource, "use a standard state machine", "Express state machine does not support '.%s' service integration", pattern)
		return
	}
	if l.express {
		l.warn(resource, "make the ExecutionType STANDARD", "the children of this Map are Express executions, which do not support '.%s'", pattern)
	}
	l.tokenPassedOn(n, pattern)
	bounded := false
	for _, field := range []string{"TimeoutSeconds", "TimeoutSecondsPath", "HeartbeatSeconds", "HeartbeatSecondsPath"} {
		bounded = bounded || n.field(field) != nil
	}
	if pattern == patternToken && !bounded {
		l.warn(n, "add TimeoutSeconds or HeartbeatSeconds", "the task waits for its token without a timeout: if nobody answers it waits for up to a year")
	}
}

// tokenPassedOn warns of a task that waits for a token which nobody gets.
func (l *linter) tokenPassedOn(n *node, pattern string) {
	if pattern != patternToken {
		return
	}
	for _, field := range []string{"Parameters", "Arguments"} {
		if f := n.field(field); f != nil {
			if text := string(encodeJSON(f.plain())); strings.Contains(text, "$$") || strings.Contains(text, "$states") {
				return
			}
		}
	}
	l.warn(n, "put $$.Task.Token, or $states.context.Task.Token, into what is sent", "the task waits for its token and does not pass it on: nobody can answer it")
}

// languageErrors are the error names that begin with "States.".
var languageErrors = map[string]bool{
	"States.ALL": true, "States.BranchFailed": true, "States.DataLimitExceeded": true,
	"States.ExceedToleratedFailureThreshold": true, "States.HeartbeatTimeout": true, "States.Http.Socket": true,
	"States.IntrinsicFailure": true, "States.ItemReaderFailed": true, "States.NoChoiceMatched": true,
	"States.ParameterPathFailure": true, "States.Permissions": true, "States.QueryEvaluationError": true,
	"States.ReferencePathConflict": true, "States.ResultPathMatchFailure": true, "States.ResultWriterFailed": true,
	"States.Runtime": true, "States.TaskFailed": true, "States.Timeout": true,
}

// errorName warns of a name that no error has.
func (l *linter) errorName(n *node) {
	name := n.str()
	switch {
	case name == errRuntime:
		l.warn(n, "remove it", "States.Runtime is never retried or caught, the execution fails")
	case strings.HasPrefix(name, "States.") && !languageErrors[name] && !l.raised[name]:
		l.warn(n, "names of the language are "+strings.Join(slices.Sorted(maps.Keys(languageErrors)), ", "), "no error is named %s", name)
	case strings.HasPrefix(name, "State."):
		l.warn(n, "write States."+strings.TrimPrefix(name, "State."), "no error is named %s", name)
	}
}

func (l *linter) retries(n *node) {
	seen := map[string]bool{}
	for _, item := range n.field("Retry").elements() {
		for _, name := range item.field("ErrorEquals").elements() {
			l.errorName(name)
			if seen[name.str()] {
				l.warn(name, "remove it", "an earlier Retry takes %s already", name.str())
			}
			seen[name.str()] = true
		}
		if attempts, ok := item.field("MaxAttempts").number(); ok && attempts == 0 {
			continue // says that these are not retried
		}
		if most, ok := item.field("MaxDelaySeconds").number(); ok {
			interval, given := item.field("IntervalSeconds").number()
			if !given {
				interval = 1
			}
			if most <= interval {
				l.warn(item.field("MaxDelaySeconds"), "make it more than IntervalSeconds", "MaxDelaySeconds is not more than IntervalSeconds, which is %v: the backoff never grows", interval)
			}
		}
		if seen[errAll] && n.field("Catch") != nil && n.field("Type").str() == "Task" {
			l.catchBehindRetry(n, item, seen)
		}
	}
}

// catchBehindRetry warns where a Catch names errors that a Retry of States.ALL tries
// again first, though they will not go away. Those that an earlier Retry takes are seen.
func (l *linter) catchBehindRetry(n, retry *node, seen map[string]bool) {
	for _, catch := range n.field("Catch").elements() {
		for _, name := range catch.field("ErrorEquals").elements() {
			if strings.HasPrefix(name.str(), "States.") || name.str() == "" || seen[name.str()] {
				continue
			}
			l.warn(retry, fmt.Sprintf("put a Retry of %s with MaxAttempts 0 before it, or name the errors that pass", name.str()),
				"the Retry of States.ALL also tries %s again before its Catch is asked", name.str())
			return
		}
	}
}

func (l *linter) catches(n *node) {
	seen := map[string]bool{}
	for _, item := range n.field("Catch").elements() {
		names := item.field("ErrorEquals").elements()
		covered := len(names) > 0
		for _, name := range names {
			l.errorName(name)
			covered = covered && seen[name.str()]
		}
		if covered {
			l.warn(item, "remove it, or name other errors", "the Catch can never match: earlier ones take all of its errors")
		}
		for _, name := range names {
			seen[name.str()] = true
		}
	}
}

// number answers a scalar that is a number.
func (n *node) number() (float64, bool) {
	if n == nil {
		return 0, false
	}
	number, ok := n.value.(interface{ Float64() (float64, error) })
	if !ok {
		return 0, false
	}
	f, err := number.Float64()
	return f, err == nil
}
