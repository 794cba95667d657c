package asl_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"regexp"
	"slices"
	"strings"

	"github.com/vacancy/vacancy/internal/asl"
)

func parse(raw json.RawMessage) any {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return fmt.Errorf("not JSON: %q: %w", raw, err)
	}
	return v
}

// masked finds what the recording put in the place of ids, times and the like.
var masked = regexp.MustCompile(`<[A-Za-z][^<>]*>|^(date|start-time|entered-time|timestamp|s[nf][nf]_role_arn)$`)

// alike compares decoded JSON values. Numbers are equal by value. With masks, a string
// that the recording masked matches every string.
func alike(want, got any, masks bool) bool {
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		return ok && maps.EqualFunc(w, g, func(a, b any) bool { return alike(a, b, masks) })
	case []any:
		g, ok := got.([]any)
		return ok && slices.EqualFunc(w, g, func(a, b any) bool { return alike(a, b, masks) })
	case json.Number:
		g, ok := got.(json.Number)
		if !ok || w == g {
			return ok
		}
		a, okA := new(big.Rat).SetString(string(w))
		b, okB := new(big.Rat).SetString(string(g))
		return okA && okB && a.Cmp(b) == 0
	case string:
		g, ok := got.(string)
		return ok && (w == g || masks && masked.MatchString(w) || sameObject(w, g))
	}
	return want == got
}

// sameObject compares causes that are JSON in a string: the mocks keep them parsed.
func sameObject(want, got string) bool {
	if !strings.HasPrefix(want, "{") || !strings.HasPrefix(got, "{") {
		return false
	}
	w, g := parse(json.RawMessage(want)), parse(json.RawMessage(got))
	_, isObject := w.(map[string]any)
	return isObject && alike(w, g, true)
}

// erase replaces what a wildcard ("$.output.a.b") points at by null.
func erase(path string, root any) {
	steps := strings.Split(strings.TrimPrefix(path, "$."), ".")
	for i, step := range steps {
		object, ok := root.(map[string]any)
		if !ok {
			return
		}
		if i == len(steps)-1 {
			if _, there := object[step]; there {
				object[step] = nil
			}
			return
		}
		root = object[step]
	}
}

// outcome is how an execution ended, in the form of a case's expectation.
func (c *conformanceCase) differences(v *virtual) []string {
	name, cause := v.state.Failure()
	want := map[string]any{"status": c.Expect.Status}
	got := map[string]any{"status": string(v.state.Status())}
	if c.Expect.Output != nil {
		want["output"], got["output"] = parse(c.Expect.Output), parse(v.state.Output())
	}
	want["error"] = ""
	if c.Expect.Error != nil {
		want["error"] = *c.Expect.Error
	}
	got["error"], got["cause"] = name, any(cause)
	want["cause"] = ""
	if len(c.Expect.Cause) > 0 {
		want["cause"] = parse(c.Expect.Cause)
		if _, isText := want["cause"].(string); !isText {
			got["cause"] = parse(json.RawMessage(cause))
		}
	}
	for _, w := range c.Expect.Wildcards {
		erase(w, want)
		erase(w, got)
	}
	var all []string
	for _, field := range []string{"status", "error", "cause", "output"} {
		if !alike(want[field], got[field], false) {
			all = append(all, fmt.Sprintf("%s\n     %s\n AWS %s", field, short(got[field]), short(want[field])))
		}
	}
	if len(c.Expect.Events) > 0 {
		if d := c.historyDifference(v.events); d != "" {
			all = append(all, d)
		}
	}
	return all
}

func short(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		text = []byte(fmt.Sprint(v))
	}
	if len(text) > 600 {
		return string(text[:600]) + "…"
	}
	return string(text)
}

// seen is a history event in the form in which the cases record it.
func seen(e asl.HistoryEvent) expectedEvent {
	s := expectedEvent{Type: e.Type}
	var d struct {
		Name              string
		Index             *int64
		Output            *string
		AssignedVariables map[string]string
	}
	if len(e.Details) > 0 {
		if err := json.Unmarshal(e.Details, &d); err != nil {
			s.Name = fmt.Sprintf("details %s: %v", e.Details, err)
			return s
		}
	}
	s.Name, s.Index = d.Name, d.Index
	if d.Output != nil {
		s.Output = json.RawMessage(*d.Output)
	}
	if d.AssignedVariables != nil {
		variables := map[string]json.RawMessage{}
		for name, text := range d.AssignedVariables {
			variables[name] = json.RawMessage(text)
		}
		s.AssignedVariables, _ = json.Marshal(variables)
	}
	return s
}

// matcher answers whether an event is the one that was recorded. Wildcards of the
// output are also those of the outputs in the history.
func (c *conformanceCase) matcher(want expectedEvent) func(expectedEvent) bool {
	return func(got expectedEvent) bool { return c.matches(want, got) }
}

func (c *conformanceCase) matches(want, got expectedEvent) bool {
	wantOut, gotOut := map[string]any{}, map[string]any{}
	if want.Output != nil {
		wantOut["output"], gotOut["output"] = parse(want.Output), parse(got.Output)
		for _, w := range c.Expect.Wildcards {
			erase(w, wantOut)
			erase(w, gotOut)
		}
	}
	return want.Type == got.Type &&
		(want.Name == "" || want.Name == got.Name) &&
		(want.Index == nil || got.Index != nil && *want.Index == *got.Index) &&
		alike(wantOut, gotOut, true) &&
		(want.AssignedVariables == nil || alike(parse(want.AssignedVariables), parse(got.AssignedVariables), true))
}

// lostInRecording are events that AWS sends and the recording of histories with a
// Parallel state dropped when it sorted the events of the branches: the event before
// each ParallelStateExited, which is ParallelStateSucceeded or ParallelStateFailed, and
// in nested ones the inner ParallelStateExited with it.
func lostInRecording(e expectedEvent) bool {
	switch e.Type {
	case "ParallelStateSucceeded", "ParallelStateFailed", "ParallelStateExited":
		return true
	}
	return false
}

func (c *conformanceCase) historyDifference(events []asl.HistoryEvent) string {
	var got []expectedEvent
	for _, e := range events {
		got = append(got, seen(e))
	}
	if c.Expect.EventsOrdered {
		for i, want := range c.Expect.Events {
			if i >= len(got) || !c.matches(want, got[i]) {
				return fmt.Sprintf("event %d\n     %s\n AWS %s", i+1, at(got, i), short(want))
			}
		}
		if len(got) > len(c.Expect.Events) {
			return fmt.Sprintf("event %d\n     %s\n AWS none", len(c.Expect.Events)+1, at(got, len(c.Expect.Events)))
		}
		return ""
	}
	for _, want := range c.Expect.Events {
		i := slices.IndexFunc(got, c.matcher(want))
		if i < 0 {
			return fmt.Sprintf("an event\n     none\n AWS %s", short(want))
		}
		got = slices.Delete(got, i, i+1)
	}
	got = slices.DeleteFunc(got, lostInRecording)
	if len(got) > 0 {
		return fmt.Sprintf("an event\n     %s\n AWS none", short(got[0]))
	}
	return ""
}

func at(events []expectedEvent, i int) string {
	if i >= len(events) {
		return "none"
	}
	return short(events[i])
}
