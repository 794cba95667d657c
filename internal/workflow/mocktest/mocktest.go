// Package mocktest runs the test cases of a mock file against a state machine, says
// which came out as they should, and which states and branches none of them reached:
// `vacancy workflow test`.
package mocktest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/vacancy/vacancy/internal/asl"
	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/mock"
	"github.com/vacancy/vacancy/internal/workflow/trial"
)

// Machine is a state machine under test.
type Machine struct {
	Name       string
	Definition *asl.Machine
}

// Config is what a run of tests is made of. Now and Rand are needed.
type Config struct {
	Mocks        *mock.Config
	Expectations Expectations
	Input        json.RawMessage // of cases whose expectation has none; {} if empty
	Now          time.Time       // when each execution starts
	Rand         func() uint64   // uniform
}

// Case is how one test case came out.
type Case struct {
	Machine string
	Name    string
	Status  workflow.Status // "" where it could not be run to its end
	Error   string
	Output  json.RawMessage
	// Took is how long the execution took, in the time that passes within it.
	Took time.Duration
	// Failure says why the case is not as it should be; "" when it passed.
	Failure string
}

// Report is what came of the test cases of one machine.
type Report struct {
	Machine  string
	Cases    []Case
	Coverage Coverage
}

// Failed answers how many cases are not as they should be.
func (r Report) Failed() int {
	n := 0
	for _, c := range r.Cases {
		if c.Failure != "" {
			n++
		}
	}
	return n
}

// Run runs every test case that the mock file has of the machine, in the order of
// their names; time passes at once. A case passes when it ends as expected. Where
// nothing is expected of it, it must succeed, or end in a Fail state: a failure that
// the definition names itself. Its error is that of ctx, or that the file has no case.
func Run(ctx context.Context, m Machine, cfg Config) (Report, error) {
	names := cfg.Mocks.TestCases(m.Name)
	if len(names) == 0 {
		return Report{}, fmt.Errorf("mock file: it has no test cases of the state machine %q", m.Name)
	}
	report := Report{Machine: m.Name}
	seen := newReached()
	for _, name := range names {
		testCase, err := cfg.Mocks.TestCase(m.Name, name)
		if err != nil {
			return Report{}, err
		}
		c, err := runCase(ctx, m, name, testCase, cfg, seen)
		if err != nil {
			return Report{}, err
		}
		report.Cases = append(report.Cases, c)
	}
	report.Coverage = seen.coverage(m.Definition.View())
	return report, nil
}

func runCase(ctx context.Context, m Machine, name string, testCase *mock.TestCase, cfg Config, seen *reached) (Case, error) {
	c := Case{Machine: m.Name, Name: name}
	for _, state := range testCase.States() {
		if !hasTask(m.Definition.View(), state) {
			c.Failure = fmt.Sprintf("it mocks the state %q, and the definition has no Task of that name", state)
			return c, nil
		}
	}
	expected := cfg.Expectations.of(m.Name, name)
	input := cfg.Input
	if len(expected.Input) > 0 {
		input = expected.Input
	}
	result, err := trial.Run(ctx, trial.Config{
		ID:         workflow.ExecutionID{Machine: m.Name, Name: name},
		Definition: m.Definition, Input: input, Run: trial.Mocked(testCase, trial.Nothing),
		Took: seen.took, Now: cfg.Now, Rand: cfg.Rand,
	})
	var unrunnable *trial.Unrunnable
	switch {
	case errors.As(err, &unrunnable), errors.Is(err, trial.ErrWaitsForever):
		c.Failure = err.Error()
		return c, nil
	case err != nil:
		return c, err
	}
	seen.states(result.History)
	c.Status, c.Error, c.Output = result.Status, result.Error, result.Output
	if n := len(result.History); n > 0 {
		c.Took = result.History[n-1].Timestamp.Sub(cfg.Now)
	}
	c.Failure = expected.differs(result)
	return c, nil
}

func hasTask(v asl.View, name string) bool {
	return slices.ContainsFunc(v.States, func(s asl.StateView) bool {
		return s.Name == name && s.Type == asl.TaskState || slices.ContainsFunc(s.Branches, func(b asl.View) bool { return hasTask(b, name) })
	})
}
