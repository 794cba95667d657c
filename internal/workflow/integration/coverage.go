package integration

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Task is a Task state of a definition.
type Task struct {
	State    string // its name; state names are unique in a definition
	Resource string // without its pattern suffix
	Pattern  string // "", "waitForTaskToken", "sync", "sync:2"
	Function string // the Lambda function it calls, as the definition names it; "" when it calls none or names it only at run time
}

// Tasks lists the Task states of a definition, those inside Parallel and Map
// states too, ordered by name.
func Tasks(definition []byte) ([]Task, error) {
	var m states
	if err := json.Unmarshal(definition, &m); err != nil {
		return nil, fmt.Errorf("list the tasks of a definition: %w", err)
	}
	all := m.tasks(nil)
	slices.SortFunc(all, func(a, b Task) int { return strings.Compare(a.State, b.State) })
	return all, nil
}

// Check answers an error for each task of the definition that this registry
// cannot run, naming machine and state, or nil.
func (r *Registry) Check(machine string, definition []byte) error {
	tasks, err := Tasks(definition)
	if err != nil {
		return fmt.Errorf("state machine %q: %w", machine, err)
	}
	var errs []error
	for _, t := range tasks {
		if err := r.covers(t); err != nil {
			errs = append(errs, fmt.Errorf("state machine %q, state %q: %w", machine, t.State, err))
		}
	}
	return errors.Join(errs...)
}

func (r *Registry) covers(t Task) error {
	if _, ok := r.service(t.Resource, t.Pattern); ok {
		return nil
	}
	if waitsForJob(t.Pattern) {
		return fmt.Errorf("nothing here runs the resource %q with the pattern .%s", t.Resource, t.Pattern)
	}
	_, isFunction := functionOfARN(t.Resource)
	if !isFunction && t.Resource != lambdaInvoke {
		return fmt.Errorf("nothing here runs the resource %q", t.Resource)
	}
	if t.Function == "" {
		return nil
	}
	if _, ok := r.functions.Function(t.Function); !ok {
		return fmt.Errorf("no step is called %q", FunctionName(t.Function))
	}
	return nil
}

type states struct {
	States map[string]struct {
		Type          string
		Resource      string
		Parameters    json.RawMessage
		Arguments     json.RawMessage
		Branches      []states
		Iterator      *states
		ItemProcessor *states
	}
}

func (m states) tasks(all []Task) []Task {
	for name, s := range m.States {
		if s.Type == "Task" {
			t := Task{State: name}
			t.Resource, t.Pattern = SplitResource(s.Resource)
			if _, ok := functionOfARN(t.Resource); ok {
				t.Function = t.Resource
			} else if t.Resource == lambdaInvoke {
				t.Function = constantFunctionName(s.Parameters)
				if t.Function == "" {
					t.Function = constantFunctionName(s.Arguments)
				}
			}
			all = append(all, t)
		}
		for _, b := range s.Branches {
			all = b.tasks(all)
		}
		for _, inner := range []*states{s.Iterator, s.ItemProcessor} {
			if inner != nil {
				all = inner.tasks(all)
			}
		}
	}
	return all
}

// constantFunctionName answers FunctionName where it is written out, and "" where
// it is computed ("FunctionName.$", a JSONata expression) or absent.
func constantFunctionName(arguments json.RawMessage) string {
	var a struct{ FunctionName any }
	if json.Unmarshal(arguments, &a) != nil {
		return ""
	}
	name, _ := a.FunctionName.(string)
	if strings.HasPrefix(strings.TrimSpace(name), "{%") {
		return ""
	}
	return name
}

// SplitResource parts a Resource from its service integration pattern.
func SplitResource(resource string) (arn, pattern string) {
	for _, p := range []string{"waitForTaskToken", "sync:2", "sync"} {
		if arn, ok := strings.CutSuffix(resource, "."+p); ok {
			return arn, p
		}
	}
	return resource, ""
}
