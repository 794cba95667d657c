package asl

import (
	"encoding/json"
	"strconv"
	"strings"
)

// contextTime is how the context object writes times.
const contextTime = "2006-01-02T15:04:05.000Z"

// contextOf makes the context object ($$) as a frame sees it
// (Step Functions developer guide, "Context object").
func (s *State) contextOf(f *frame) map[string]any {
	if s.contextObject != nil {
		return s.contextObject
	}
	x := &s.context
	execution := map[string]any{
		"Id": x.ExecutionARN, "Name": x.ExecutionName, "RoleArn": x.RoleARN,
		"StartTime": x.StartTime.UTC().Format(contextTime),
	}
	if s.input != nil {
		execution["Input"] = decode(s.input)
	}
	if s.tested && x.RoleARN == "" {
		execution["RoleArn"] = nil
	}
	if !strings.Contains(x.ExecutionARN, ":express:") {
		execution["RedriveCount"] = json.Number("0")
	}
	object := map[string]any{
		"Execution":    execution,
		"StateMachine": map[string]any{"Id": x.StateMachineARN, "Name": x.StateMachineName},
	}
	if item := f.mapItem(); item != nil {
		object["Map"] = map[string]any{"Item": item}
	}
	if f.state == nil { // an iteration that is about to begin: its Map evaluates
		f = f.parent
	}
	name := f.state.name
	if s.tested {
		name = testName
	}
	inState := map[string]any{"Name": name, "EnteredTime": f.enteredAt.UTC().Format(contextTime)}
	switch f.state.kind {
	case TaskState, ParallelState, MapState:
		inState["RetryCount"] = json.Number(strconv.Itoa(f.retries()))
	}
	object["State"] = inState
	if f.state.pattern != "" && f.task.id != 0 {
		object["Task"] = map[string]any{"Token": f.token(x)}
	}
	return object
}

// mapItem is $$.Map.Item: that of the nearest iteration around the frame.
func (f *frame) mapItem() map[string]any {
	for ; f != nil && f.parent != nil; f = f.parent {
		if p := f.parent; p.state.kind == MapState && p.fan != nil {
			return map[string]any{"Index": json.Number(strconv.Itoa(f.index)), "Value": decode(p.fan.items[f.index])}
		}
	}
	return nil
}

// iteration is where among branches and iterations the frame is: "Fan[0]/Each[12]".
func (f *frame) iteration() string {
	if f.parent == nil {
		return ""
	}
	here := f.parent.state.name + "[" + strconv.Itoa(f.index) + "]"
	if around := f.parent.iteration(); around != "" {
		return around + "/" + here
	}
	return here
}

// scope is what the expressions of a frame's state see when "$" is data.
func (a *advance) scope(f *frame, data *value) *scope {
	return &scope{data: data, state: a.state, frame: f, rand: a.env.Rand, now: a.env.Now}
}
