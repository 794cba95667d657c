// Package mock reads the MockConfigFile of Step Functions Local: named test
// cases that answer Task states in place of the services
// (AWS Step Functions developer guide, "Using Mocked Service Integrations").
package mock

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Config is a parsed file. It is immutable.
type Config struct {
	machines map[string]map[string]map[string]string // machine → test case → state → response
	answers  map[string][]span                       // response → its answers, in order
}

// Answer is what a mocked task answers: Return, or else an error.
type Answer struct {
	Return json.RawMessage // nil when it throws
	Error  string
	Cause  string
}

// span is the answer to the invocations first to last, counted from 0.
type span struct {
	first, last int
	Answer
}

// Parse reads a file. Its error holds every problem found, each with its place.
func Parse(source []byte) (*Config, error) {
	var file struct {
		StateMachines map[string]struct {
			TestCases map[string]map[string]string
		}
		MockedResponses map[string]map[string]json.RawMessage
	}
	d := json.NewDecoder(bytes.NewReader(source))
	d.DisallowUnknownFields()
	if err := d.Decode(&file); err != nil {
		return nil, fmt.Errorf("mock file: %w", err)
	}
	c := &Config{machines: map[string]map[string]map[string]string{}, answers: map[string][]span{}}
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(file.MockedResponses)) {
		spans, err := parseResponse(file.MockedResponses[name])
		if err != nil {
			errs = append(errs, fmt.Errorf("mock file: MockedResponses.%s: %w", name, err))
		}
		c.answers[name] = spans
	}
	for _, machine := range slices.Sorted(maps.Keys(file.StateMachines)) {
		cases := file.StateMachines[machine].TestCases
		c.machines[machine] = cases
		for _, name := range slices.Sorted(maps.Keys(cases)) {
			for _, state := range slices.Sorted(maps.Keys(cases[name])) {
				if _, ok := c.answers[cases[name][state]]; !ok {
					errs = append(errs, fmt.Errorf("mock file: StateMachines.%s.TestCases.%s.%s: there is no mocked response %q", machine, name, state, cases[name][state]))
				}
			}
		}
	}
	if len(c.machines) == 0 {
		errs = append(errs, errors.New("mock file: it names no StateMachines"))
	}
	return c, errors.Join(errs...)
}

// TestCases lists the test cases of a machine, by name.
func (c *Config) TestCases(machine string) []string {
	return slices.Sorted(maps.Keys(c.machines[machine]))
}

// Machines lists the machines of the file, by name.
func (c *Config) Machines() []string { return slices.Sorted(maps.Keys(c.machines)) }

// TestCase answers a test case of a machine. When the file does not know the
// machine, the case is looked for in all of them, since a definition run from a
// file has no name of its own.
func (c *Config) TestCase(machine, name string) (*TestCase, error) {
	if cases, ok := c.machines[machine]; ok {
		states, ok := cases[name]
		if !ok {
			return nil, fmt.Errorf("mock file: state machine %q has no test case %q; it has %s", machine, name, strings.Join(c.TestCases(machine), ", "))
		}
		return newTestCase(c, states), nil
	}
	var found []string
	var states map[string]string
	for _, m := range c.Machines() {
		if s, ok := c.machines[m][name]; ok {
			found, states = append(found, m), s
		}
	}
	switch len(found) {
	case 0:
		return nil, fmt.Errorf("mock file: no state machine has a test case %q", name)
	case 1:
		return newTestCase(c, states), nil
	}
	return nil, fmt.Errorf("mock file: the test case %q is in several state machines, %s; name the one to run", name, strings.Join(found, ", "))
}
