package asl

import (
	"errors"
	"time"

	"github.com/vacancy/vacancy/internal/asl/jsonpath"
)

func (a *advance) executePass(f *frame, data value) {
	switch {
	case f.state.jsonata:
		a.leave(f, &data, exit{assign: f.state.assign, output: f.state.output, next: f.state.next})
	case f.state.result != nil:
		a.trial.note("result", *f.state.result)
		a.complete(f, *f.state.result)
	default:
		a.complete(f, data)
	}
}

func (a *advance) executeChoice(f *frame, data value) {
	s := a.scope(f, &data)
	for i := range f.state.choices {
		c := &f.state.choices[i]
		ok, err := c.rule.holds(s)
		if err != nil {
			a.fail(f, asFailure(err))
			return
		}
		if ok {
			a.took(f, ChoiceBranch, i)
			a.leave(f, &data, exit{assign: c.assign, output: c.output, next: c.next})
			return
		}
	}
	if f.state.otherwise == "" {
		a.fail(f, runtimeFailure("Failed to transition out of the state. The state does not point to a next state."))
		return
	}
	a.took(f, DefaultBranch, 0)
	a.leave(f, &data, exit{assign: f.state.assign, output: f.state.output, next: f.state.otherwise})
}

func (a *advance) executeWait(f *frame, data value) {
	until, err := a.waitUntil(f, &data)
	if err != nil {
		a.fail(f, asFailure(err))
		return
	}
	if !until.After(a.env.Now) {
		a.leaveWait(f, &data)
		return
	}
	f.phase, f.until = phaseWait, until
}

func (a *advance) leaveWait(f *frame, data *value) {
	a.leave(f, data, exit{assign: f.state.assign, output: f.state.output, next: f.state.next})
}

func (a *advance) waitUntil(f *frame, data *value) (time.Time, error) {
	s := a.scope(f, data)
	switch {
	case f.state.wait.set:
		wait, err := f.state.wait.waitSeconds(s)
		return a.env.Now.Add(wait), err
	case f.state.atExpr != nil:
		return evalTime(f.state.atExpr, s)
	case f.state.at != nil:
		v, err := s.Resolve(f.state.at)
		if notFound(err) != nil {
			return time.Time{}, runtimeFailure("The TimestampPath parameter does not reference an input value: " + f.state.at.String())
		}
		if err != nil {
			return time.Time{}, err
		}
		at, ok := timestamp(v)
		if !ok {
			return time.Time{}, runtimeFailure("The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: " +
				f.state.at.String() + " == " + plainText(v))
		}
		return at.UTC(), nil
	}
	return f.state.until, nil
}

func (a *advance) executeFail(f *frame) {
	s := a.scope(f, &f.input)
	if f.state.notesInput() {
		a.trial.note("afterInputPath", f.input)
	}
	name, err := f.state.failError.text(s)
	if err != nil {
		a.fail(f, asFailure(err))
		return
	}
	cause, err := f.state.failCause.text(s)
	if err != nil {
		a.fail(f, asFailure(err))
		return
	}
	a.fail(f, failure{name: name, cause: cause, noName: !f.state.failError.given, noCause: !f.state.failCause.given})
}

func (t *failText) text(s *scope) (string, error) {
	switch {
	case t.expr == nil:
		return t.constant, nil
	case t.byPath == "":
		return evalString(t.expr, s)
	}
	v, err := t.expr.eval(s)
	if err != nil {
		return "", err
	}
	text, ok := v.(string)
	if !ok {
		return "", runtimeFailure("The path '" + t.byPath + "' of a Fail state does not lead to a string: " + plainText(v))
	}
	return text, nil
}

// fail fails a state: it is retried, caught, or takes what is around it along.
func (a *advance) fail(f *frame, why failure) {
	why = a.evaluationFailed(f, why)
	f.task = task{}
	f.fan.abandon()
	f.fan = nil
	if !why.uncatchable() {
		if a.retried(f, &why) {
			return
		}
		a.stateFailed(f, &why)
		for i := range f.state.catch {
			if c := &f.state.catch[i]; why.matchesAny(c.errors) {
				a.trial.detail("catchIndex", i)
				a.took(f, CatchBranch, i)
				a.caught(f, c, why)
				return
			}
		}
	}
	a.giveUp(f, why)
}

// evaluationFailed names the state in the cause of an expression that failed, and writes
// the event that JSONata has for it.
func (a *advance) evaluationFailed(f *frame, why failure) failure {
	own := why.evaluation
	why = why.inState(f)
	if own && why.name == errQuery {
		d := newDetails(len(why.cause) + 128).failure(&why)
		if why.location != "" {
			d = d.text("location", why.location)
		}
		a.event(f, "EvaluationFailed", d.text("state", f.state.name))
	}
	return why
}

// stateFailed writes that a Parallel or Map has failed. Step Functions has no such event
// for States.Runtime, nor for other types of state.
func (a *advance) stateFailed(f *frame, why *failure) {
	if f.state.kind == ParallelState || f.state.kind == MapState {
		a.event(f, string(f.state.kind)+"StateFailed", newDetails(len(why.cause)+64).failure(why))
	}
}

// retried begins the backoff of the first Retry that is for the failure, if it has
// attempts left.
func (a *advance) retried(f *frame, why *failure) bool {
	for i := range f.state.retry {
		r := &f.state.retry[i]
		if !why.matchesAny(r.errors) {
			continue
		}
		if f.attempts == nil {
			f.attempts = make([]int, len(f.state.retry))
		}
		if a.trial != nil {
			f.attempts[i] = a.trial.input.RetryCount
			a.trial.detail("retryIndex", i)
		}
		if f.attempts[i] >= r.maxAttempts {
			return false
		}
		backoff := r.backoff(f.attempts[i], a.env.Rand)
		f.phase, f.until = phaseBackoff, a.env.Now.Add(backoff)
		f.attempts[i]++
		if a.trial != nil {
			a.trial.retriable(why, backoff)
		}
		return true
	}
	return false
}

// caught goes on where a Catch leads, with what is known of the error. When that fails,
// no other Catch is asked.
func (a *advance) caught(f *frame, c *catcher, why failure) {
	report := why.report()
	result := goValue(report)
	s := a.scope(f, &result)
	if f.state.jsonata {
		s = a.scope(f, &f.input)
		s.errorOutput = report
	}
	assigned, err := a.assigned(s, c.assign)
	out := result
	switch {
	case err != nil:
	case !f.state.jsonata:
		out, err = combine(f, c.resultPath, result)
	case c.output != nil:
		var v any
		v, err = c.output.eval(s)
		out = goValue(v)
	}
	if err != nil {
		again := a.evaluationFailed(f, asFailure(err))
		a.stateFailed(f, &again)
		a.giveUp(f, again)
		return
	}
	if t := a.trial; t != nil {
		t.result.Status, t.result.Error, t.result.Cause = TestCaughtError, why.name, why.cause
	}
	a.exit(f, out, c.next, assigned)
}

// giveUp ends a thread with a failure that nothing in it takes.
func (a *advance) giveUp(f *frame, why failure) {
	f.phase = phaseDone
	f.fan.abandon()
	f.fan = nil
	if f.parent != nil {
		a.childFailed(f, why)
		return
	}
	a.end(Failed, why)
}

// notFound answers the error as one of a path that led nowhere, or nil.
func notFound(err error) *jsonpath.NotFoundError {
	var missing *jsonpath.NotFoundError
	errors.As(err, &missing)
	return missing
}
