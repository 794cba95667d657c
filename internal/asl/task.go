package asl

import (
	"encoding/json"
	"time"
)

func (a *advance) executeTask(f *frame) {
	a.state.tasks++
	f.task = task{id: a.state.tasks}
	if f.state.pattern != "" {
		f.task.nonce = [2]uint64{a.env.Rand(), a.env.Rand()}
	}
	data, err := a.effectiveInput(f)
	if err != nil {
		a.fail(f, asFailure(err))
		return
	}
	s := a.scope(f, &f.input)
	timeout, err := f.state.timeout.whole(s)
	if err != nil {
		a.fail(f, asFailure(err))
		return
	}
	heartbeat, err := f.state.heartbeat.whole(s)
	if err != nil {
		a.fail(f, asFailure(err))
		return
	}
	timeout, heartbeat = min(timeout, maxWait), min(heartbeat, maxWait)
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
	service, arguments := &f.state.service, f.task.arguments
	d := service.details(len(arguments)*5/4 + 96)
	if service.lambda {
		d = d.text("resource", service.name).payload("input", arguments)
	} else {
		d = d.text("region", region(a.state.context.StateMachineARN))
		d = appendString(d.name("parameters"), arguments)
	}
	if timeout > 0 {
		d = d.number("timeoutInSeconds", timeout)
	}
	if heartbeat > 0 {
		d = d.number("heartbeatInSeconds", heartbeat)
	}
	a.event(f, service.event("Scheduled"), d)
	a.event(f, service.event("Started"), service.details(0))
}

// region is the part of an ARN that names it.
func region(arn string) string {
	colons, start := 0, 0
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

// find answers the frame whose task an event is about. By its token a task is found only
// if it has one.
func (s *State) find(ev Event) *frame {
	var found *frame
	s.each(func(f *frame) {
		switch {
		case f.phase != phaseTask:
		case ev.Token == "":
			if f.task.id == ev.TaskID {
				found = f
			}
		case f.state.pattern != "" && sameToken(f.token(&s.context), ev.Token):
			found = f
		}
	})
	return found
}

func (a *advance) taskEvent(f *frame, ev Event) {
	service := &f.state.service
	switch ev.Kind {
	case TaskHeartbeat:
		if f.task.heartbeat > 0 {
			f.task.beatBy = a.env.Now.Add(f.task.heartbeat)
		}
	case TaskSubmitted:
		f.task.submitted, f.task.arguments = true, nil
		out := jsonOrNull(ev.Output)
		a.event(f, service.event("Submitted"), service.details(len(out)*5/4+32).payload("output", out))
	case TaskSucceeded:
		a.taskSucceeded(f, ev)
	case TaskFailed:
		a.taskFailed(f, failure{name: ev.Error, cause: ev.Cause, noName: ev.Error == "", noCause: ev.Cause == ""})
	}
}

func (a *advance) taskFailed(f *frame, why failure) {
	a.event(f, f.state.service.event("Failed"), f.state.service.details(len(why.cause)+64).failure(&why))
	a.fail(f, why)
}

func (a *advance) taskSucceeded(f *frame, ev Event) {
	service := &f.state.service
	if len(ev.Output) > maxPayload {
		name := service.kind
		if service.lambda {
			name = service.name
		}
		a.taskFailed(f, failure{name: errDataLimit,
			cause: "The state/task '" + name + "' returned a result with a size exceeding the maximum number of bytes service limit."})
		return
	}
	out, err := compactJSON(jsonOrNull(ev.Output))
	if err != nil {
		a.taskFailed(f, failure{name: errRuntime, cause: "The task answered what is not JSON: " + err.Error()})
		return
	}
	a.event(f, service.event("Succeeded"), service.details(len(out)*5/4+32).payload("output", out))
	f.task = task{}
	a.complete(f, rawValue(out))
}

func (a *advance) taskTimedOut(f *frame) {
	why := failure{name: errTimeout, noCause: true}
	why.heartbeat = f.task.deadline.IsZero() || f.task.deadline.After(a.env.Now)
	a.event(f, f.state.service.event("TimedOut"), f.state.service.details(48).failure(&why))
	a.fail(f, why)
}

func jsonOrNull(raw json.RawMessage) json.RawMessage {
	if len(raw) == 0 {
		return json.RawMessage("null")
	}
	return raw
}
