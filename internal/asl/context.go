package asl

import (
	"encoding/json"
	"strconv"
)

// contextTime is how the context object writes times.
const contextTime = "2006-01-02T15:04:05.000Z"

// contextOf makes the context object ($$) as a frame sees it
// (Step Functions developer guide, "Context object").
func (s *State) contextOf(f *frame) map[string]any {
	x := &s.context
	execution := map[string]any{
		"Id": x.ExecutionARN, "Name": x.ExecutionName, "RoleArn": x.RoleARN,
		"StartTime": x.StartTime.UTC().Format(contextTime),
	}
	if s.input != nil {
		execution["Input"], _ = decodeJSON(s.input)
	}
	object := map[string]any{
		"Execution":    execution,
		"StateMachine": map[string]any{"Id": x.StateMachineARN, "Name": x.StateMachineName},
	}
	if f.state != nil {
		object["State"] = map[string]any{
			"Name": f.state.name, "EnteredTime": f.enteredAt.UTC().Format(contextTime),
			"RetryCount": json.Number(strconv.Itoa(f.retries())),
		}
		if f.state.pattern == patternToken && f.task.id != 0 {
			object["Task"] = map[string]any{"Token": taskToken(x, f.task.id, f.task.nonce)}
		}
	}
	if item := f.mapItem(); item != nil {
		object["Map"] = map[string]any{"Item": item}
	}
	return object
}

// mapItem is $$.Map.Item: that of the nearest iteration around the frame.
func (f *frame) mapItem() map[string]any {
	for ; f != nil && f.parent != nil; f = f.parent {
		if p := f.parent; p.state.kind == MapState && p.fan != nil {
			return map[string]any{"Index": json.Number(strconv.Itoa(f.index)), "Value": p.fan.items[f.index]}
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

func (a *advance) scope(f *frame, data *value) *scope {
	return &scope{data: data, frame: f, rand: a.env.Rand, context: func() any { return a.state.contextOf(f) }}
}
