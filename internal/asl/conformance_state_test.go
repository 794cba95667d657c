package asl_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/vacancy/vacancy/internal/asl"
)

// testState runs a case of the TestState API; its error tells how the answer differs.
func (c *conformanceCase) testState() (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	in := asl.TestStateInput{
		Definition: c.Definition, StateName: c.StateName, Input: c.Input,
		RetryCount: c.StateConfiguration.RetrierRetryCount, MapFailures: c.StateConfiguration.MapIterationFailureCount,
	}
	if c.Context != nil {
		in.Context = json.RawMessage(*c.Context)
	}
	if c.Variables != nil {
		in.Variables = json.RawMessage(*c.Variables)
	}
	if c.Mock.Result != nil {
		in.MockResult = json.RawMessage(*c.Mock.Result)
	}
	if e := c.Mock.ErrorOutput; e != nil {
		in.MockError = &asl.MockedError{Name: e.Error, Cause: e.Cause}
	}
	got, err := asl.TestState(in, asl.Env{Now: started, Rand: func() uint64 { return 4 }})
	if err != nil {
		return err
	}
	name := ""
	if c.Expect.Error != nil {
		name = *c.Expect.Error
	}
	want := map[string]any{"status": c.Expect.Status, "error": name, "cause": text(c.Expect.Cause), "nextState": c.Expect.NextState}
	have := map[string]any{"status": string(got.Status), "error": got.Error, "cause": got.Cause, "nextState": got.NextState}
	if c.Expect.Output != nil || got.Output != nil {
		want["output"], have["output"] = parse(c.Expect.Output), parse(got.Output)
	}
	if c.Expect.InspectionData != nil {
		inspected := map[string]any{}
		for k, v := range got.Inspection {
			inspected[k] = parse(v)
		}
		expected := map[string]any{}
		for k, v := range c.Expect.InspectionData {
			expected[k] = parse(v)
		}
		want["inspectionData"], have["inspectionData"] = expected, inspected
	}
	for _, w := range c.Expect.Wildcards {
		erase(w, want)
		erase(w, have)
	}
	var all []string
	for _, field := range []string{"status", "error", "cause", "nextState", "output", "inspectionData"} {
		if !alike(want[field], have[field], true) {
			all = append(all, fmt.Sprintf("%s\n     %s\n AWS %s", field, short(have[field]), short(want[field])))
		}
	}
	if len(all) > 0 {
		return errors.New(strings.Join(all, "\n  "))
	}
	return nil
}
