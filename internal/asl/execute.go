package asl

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/vacancy/vacancy/internal/asl/jsonpath"
)

func (a *advance) executeChoice(f *frame, data value) {
	s := a.scope(f, &data)
	for _, c := range f.state.choices {
		ok, err := c.rule.holds(s)
		if err != nil {
			a.fail(f, asFailure(err))
			return
		}
		if !ok {
			continue
		}
		assign := c.assign
		assigned, err := a.assigned(f, assign, &data)
		if err != nil {
			a.fail(f, asFailure(err))
			return
		}
		a.leaveTo(f, data, c.next, assigned)
		return
	}
	if f.state.otherwise == "" {
		a.fail(f, failure{name: errNoChoice, cause: "No choice rule matched and there is no Default.", evaluation: true})
		return
	}
	a.leave(f, data, f.state.otherwise)
}

func (a *advance) executeWait(f *frame, data value) {
	until, err := a.waitUntil(f, data)
	if err != nil {
		a.fail(f, asFailure(err))
		return
	}
	if !until.After(a.env.Now) {
		a.leave(f, data, f.state.next)
		return
	}
	f.phase, f.until = phaseWait, until
}

func (a *advance) waitUntil(f *frame, data value) (time.Time, error) {
	s := a.scope(f, &data)
	switch {
	case f.state.wait.set:
		seconds, err := f.state.wait.number(s, "Seconds")
		if seconds > 99999999 {
			return time.Time{}, runtimeFailure("The SecondsPath parameter is greater than 99999999.")
		}
		return a.env.Now.Add(time.Duration(seconds) * time.Second), err
	case f.state.at != nil:
		v, err := s.Resolve(f.state.at)
		if err != nil {
			return time.Time{}, err
		}
		at, ok := timestamp(v)
		if !ok {
			return time.Time{}, runtimeFailure("The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: " +
				f.state.at.String() + " == " + string(encodeJSON(v)))
		}
		return at.UTC(), nil
	}
	return f.state.until, nil
}

func (a *advance) executeFail(f *frame) {
	why := failure{name: f.state.failError, cause: f.state.failCause}
	s := a.scope(f, &f.input)
	for _, part := range []struct {
		expr *expression
		into *string
	}{{f.state.failErrorExpr, &why.name}, {f.state.failCauseExpr, &why.cause}} {
		if part.expr == nil {
			continue
		}
		v, err := part.expr.eval(s)
		if err != nil {
			a.fail(f, asFailure(err))
			return
		}
		text, ok := v.(string)
		if !ok {
			a.fail(f, runtimeFailure("The "+part.expr.field+" '"+part.expr.text+"' does not resolve to a string: "+string(encodeJSON(v))))
			return
		}
		*part.into = text
	}
	why.noName = f.state.failErrorExpr == nil && why.name == ""
	why.noCause = f.state.failCauseExpr == nil && why.cause == ""
	a.fail(f, why)
}

func (a *advance) executeTask(f *frame) {
	f.task = task{id: a.state.last + 1} // of the event that tells of it; evaluation makes none
	if f.state.pattern == patternToken {
		f.task.nonce = [2]uint64{a.env.Rand(), a.env.Rand()}
	}
	data, err := a.effectiveInput(f)
	if err != nil {
		a.fail(f, asFailure(err))
		return
	}
	s := a.scope(f, &f.input)
	timeout, err := f.state.timeout.number(s, "TimeoutSeconds")
	if err != nil {
		a.fail(f, asFailure(err))
		return
	}
	heartbeat, err := f.state.heartbeat.number(s, "HeartbeatSeconds")
	if err != nil {
		a.fail(f, asFailure(err))
		return
	}
	f.phase, f.task.arguments = phaseTask, data.text()
	if timeout > 0 {
		f.task.deadline = a.env.Now.Add(time.Duration(timeout) * time.Second)
	}
	if heartbeat > 0 {
		f.task.heartbeat = time.Duration(heartbeat) * time.Second
		f.task.beatBy = a.env.Now.Add(f.task.heartbeat)
	}
	a.taskScheduled(f, timeout, heartbeat)
	a.commands = append(a.commands, f.command(&a.state.context))
}

func (a *advance) taskScheduled(f *frame, timeout, heartbeat int64) {
	var pairs []any
	if timeout > 0 {
		pairs = append(pairs, "timeoutInSeconds", timeout)
	}
	if heartbeat > 0 {
		pairs = append(pairs, "heartbeatInSeconds", heartbeat)
	}
	resourceType, resource, lambda := f.state.service()
	if lambda {
		a.event(f, "LambdaFunctionScheduled", details(append([]any{"resource", resource, "input", f.task.arguments}, pairs...)...))
		a.event(f, "LambdaFunctionStarted", json.RawMessage("{}"))
		return
	}
	a.event(f, "TaskScheduled", details(append([]any{"resourceType", resourceType, "resource", resource, "region", region(a.state.context.StateMachineARN), "parameters", string(f.task.arguments)}, pairs...)...))
	a.event(f, "TaskStarted", details("resourceType", resourceType, "resource", resource))
}

// region is the part of an ARN that names it.
func region(arn string) string {
	colons := 0
	start := 0
	for i := range len(arn) {
		if arn[i] != ':' {
			continue
		}
		colons++
		if colons == 3 {
			start = i + 1
		}
		if colons == 4 {
			return arn[start:i]
		}
	}
	return ""
}

// find answers the frame whose task an event is about.
func (s *State) find(ev Event) *frame {
	var found *frame
	s.each(func(f *frame) {
		if f.phase != phaseTask {
			return
		}
		if ev.Token != "" {
			if f.state.pattern == patternToken && sameToken(taskToken(&s.context, f.task.id, f.task.nonce), ev.Token) {
				found = f
			}
		} else if f.task.id == ev.TaskID {
			found = f
		}
	})
	return found
}

func (a *advance) taskEvent(f *frame, ev Event) {
	switch ev.Kind {
	case TaskHeartbeat:
		if f.task.heartbeat > 0 {
			f.task.beatBy = a.env.Now.Add(f.task.heartbeat)
		}
	case TaskSubmitted:
		if f.task.submitted {
			return
		}
		f.task.submitted, f.task.arguments = true, nil
		resourceType, resource, _ := f.state.service()
		a.event(f, "TaskSubmitted", details("resourceType", resourceType, "resource", resource, "output", jsonOrNull(ev.Output)))
	case TaskSucceeded:
		a.taskSucceeded(f, ev)
	case TaskFailed:
		why := failure{name: ev.Error, cause: ev.Cause}
		resourceType, resource, lambda := f.state.service()
		if lambda {
			a.event(f, "LambdaFunctionFailed", details("error", why.name, "cause", why.cause))
		} else {
			a.event(f, "TaskFailed", details("resourceType", resourceType, "resource", resource, "error", why.name, "cause", why.cause))
		}
		a.fail(f, why)
	}
}

func (a *advance) taskSucceeded(f *frame, ev Event) {
	out := jsonOrNull(ev.Output)
	if !json.Valid(out) {
		a.fail(f, failure{name: errRuntime, cause: "The task '" + f.state.name + "' answered what is not JSON."})
		return
	}
	resourceType, resource, lambda := f.state.service()
	if len(out) > maxPayload {
		a.fail(f, failure{name: errDataLimit, cause: "The state/task '" + f.state.resource + "' returned a result with a size exceeding the maximum number of bytes service limit."})
		return
	}
	if lambda {
		a.event(f, "LambdaFunctionSucceeded", details("output", out))
	} else {
		a.event(f, "TaskSucceeded", details("resourceType", resourceType, "resource", resource, "output", out))
	}
	f.task = task{}
	a.complete(f, rawValue(out))
}

func (a *advance) taskTimedOut(f *frame) {
	why := failure{name: errTimeout, noCause: true}
	if f.task.deadline.IsZero() || f.task.deadline.After(a.env.Now) {
		why = failure{name: errHeartbeat, noCause: true}
	}
	resourceType, resource, lambda := f.state.service()
	if lambda {
		a.event(f, "LambdaFunctionTimedOut", details("error", why.name))
	} else {
		a.event(f, "TaskTimedOut", details("resourceType", resourceType, "resource", resource, "error", why.name))
	}
	a.fail(f, why)
}

func jsonOrNull(raw json.RawMessage) json.RawMessage {
	if len(raw) == 0 {
		return json.RawMessage("null")
	}
	return raw
}

// fail fails a state: it is retried, caught, or takes what is around it along.
func (a *advance) fail(f *frame, why failure) {
	why = why.inState(f)
	f.task, f.fan = task{}, nil
	for i := range f.state.retry {
		r := &f.state.retry[i]
		if !matchesAny(r.errors, why.name) {
			continue
		}
		if f.attempts == nil {
			f.attempts = make([]int, len(f.state.retry))
		}
		if f.attempts[i] >= r.maxAttempts {
			break
		}
		f.phase, f.until = phaseBackoff, a.env.Now.Add(r.backoff(f.attempts[i], a.env.Rand))
		f.attempts[i]++
		return
	}
	for i := range f.state.catch {
		c := &f.state.catch[i]
		if !matchesAny(c.errors, why.name) {
			continue
		}
		a.caught(f, c, why)
		return
	}
	f.phase = phaseDone
	if f.parent != nil {
		a.childFailed(f, why)
		return
	}
	a.end(Failed, why)
}

// caught goes on where a Catch leads, with what is known of the error.
func (a *advance) caught(f *frame, c *catcher, why failure) {
	report := map[string]any{"Error": why.name, "Cause": why.cause}
	result := goValue(report)
	out, err := combine(f, c.resultPath, result)
	if err == nil {
		var assigned map[string]any
		if assigned, err = a.assigned(f, c.assign, &result); err == nil {
			f.attempts = nil
			a.exit(f, out, c.next, assigned)
			return
		}
	}
	again := asFailure(err).inState(f)
	f.phase = phaseDone
	if f.parent != nil {
		a.childFailed(f, again)
		return
	}
	a.end(Failed, again)
}

// notFound answers the error as one of a path that led nowhere, or nil.
func notFound(err error) *jsonpath.NotFoundError {
	var missing *jsonpath.NotFoundError
	errors.As(err, &missing)
	return missing
}
