package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"github.com/vacancy/vacancy/internal/asl"
	"github.com/vacancy/vacancy/internal/workflow/mock"
	"github.com/vacancy/vacancy/internal/workflow/mocktest"
)

type casesFlags struct {
	mock        string
	definitions string
	expect      string
	input       string
	junit       string
	minCoverage float64
}

func newWorkflowTest(p *program) *cobra.Command {
	var f casesFlags
	command := &cobra.Command{
		Use:   "test MOCKS|DEFINITION",
		Short: "Run every test case of a mock file",
		Long: `Run every test case of a MockConfigFile (the format of Step Functions Local), in memory
and without waiting, and print which passed and what none of them reached: states, rules
and Default of Choice states, and Catchers.

Given the mock file, the state machines that it names are looked for beside it, or in
--definitions, as NAME.asl.json, NAME.asl.yaml or NAME.json. Given a definition, --mock is
the mock file.

A case passes when its execution succeeds, or ends in a Fail state of the definition.
--expect FILE says more, in the shape of the mock file:
{"StateMachines":{"order":{"TestCases":{"Declined":{"Input":{"total":1},"Status":"FAILED","Error":"PaymentDeclined"}}}}}
with any of Input, Status, Error, Cause and Output.

Exit codes: 0 all passed, 1 a case failed or the coverage is below --min-coverage, 2 a
file or the call is wrong.`,
		Example: `  vacancy workflow test mocks.json
  vacancy workflow test ./order.asl.json --mock mocks.json --expect expected.json
  vacancy workflow test mocks.json --junit report.xml --min-coverage 90`,
		Args: oneArgument("a mock file, or a definition with --mock"),
		RunE: func(command *cobra.Command, args []string) error {
			return p.workflowTest(command.Context(), args[0], f)
		},
	}
	flags := command.Flags()
	flags.StringVar(&f.mock, "mock", "", "MockConfigFile whose test cases are run on the definition")
	flags.StringVar(&f.definitions, "definitions", "", "folder of the definitions that the mock file names (default: the mock file's)")
	flags.StringVar(&f.expect, "expect", "", "file with what is expected of the test cases")
	flags.StringVar(&f.input, "input", "", "file with the input of cases for which --expect has none (default {})")
	flags.StringVar(&f.junit, "junit", "", "write the results to this file, as JUnit XML")
	flags.Float64Var(&f.minCoverage, "min-coverage", 0, "fail below this percentage of states and branches reached")
	return command
}

func (p *program) workflowTest(ctx context.Context, argument string, f casesFlags) error {
	if f.minCoverage < 0 || f.minCoverage > 100 {
		return usagef("--min-coverage must be from 0 to 100, it is %v", f.minCoverage)
	}
	machines, cfg, err := p.testCases(argument, f)
	if err != nil {
		return err
	}
	var reports []mocktest.Report
	for _, m := range machines {
		report, err := mocktest.Run(ctx, m, cfg)
		if err != nil {
			return unrunnable(ctx, err)
		}
		reports = append(reports, report)
	}
	if f.junit != "" {
		if err := writeJUnit(f.junit, reports); err != nil {
			return err
		}
	}
	if err := p.tellReports(reports); err != nil {
		return err
	}
	failed := slices.ContainsFunc(reports, func(r mocktest.Report) bool { return r.Failed() > 0 })
	for _, r := range reports {
		if r.Coverage.Percent() < f.minCoverage {
			failed = true
			p.notef("vacancy: the coverage of %s is %.1f %%, below --min-coverage %v\n", r.Machine, r.Coverage.Percent(), f.minCoverage)
		}
	}
	if failed {
		return alreadyTold{exitFailed}
	}
	return nil
}

// testCases reads the files: the machines to test and what to test them with.
func (p *program) testCases(argument string, f casesFlags) ([]mocktest.Machine, mocktest.Config, error) {
	cfg := mocktest.Config{Now: p.now(), Rand: p.rand}
	mockFile := f.mock
	if mockFile == "" {
		mockFile = argument
	}
	source, err := p.readFile(mockFile)
	if err != nil {
		return nil, cfg, err
	}
	if cfg.Mocks, err = mock.Parse(source); err != nil {
		if f.mock == "" {
			err = fmt.Errorf("%w; if it is a definition, give its mock file by --mock", err)
		}
		return nil, cfg, usagef("%s: %w", mockFile, err)
	}
	if cfg.Input, err = p.readJSON("--input", f.input); err != nil {
		return nil, cfg, err
	}
	if f.expect != "" {
		expected, err := p.readFile(f.expect)
		if err != nil {
			return nil, cfg, err
		}
		if cfg.Expectations, err = mocktest.ParseExpectations(expected, cfg.Mocks); err != nil {
			return nil, cfg, usagef("%s: %w", f.expect, err)
		}
	}
	machines, err := p.machinesUnderTest(argument, f, cfg.Mocks)
	return machines, cfg, err
}

// machinesUnderTest reads the definition, or those of all machines of the mock file.
func (p *program) machinesUnderTest(argument string, f casesFlags, mocks *mock.Config) ([]mocktest.Machine, error) {
	if f.mock != "" {
		d, err := p.readDefinition(argument)
		if err != nil {
			return nil, err
		}
		machine, err := p.underTest(d)
		if names := mocks.Machines(); err == nil && len(names) == 1 {
			machine.Name = names[0] // a file's name need not be the machine's
		}
		return []mocktest.Machine{machine}, err
	}
	folder := f.definitions
	if folder == "" {
		folder = filepath.Dir(argument)
	}
	var all []mocktest.Machine
	for _, name := range mocks.Machines() {
		file, err := definitionBeside(folder, name)
		if err != nil {
			return nil, err
		}
		d, err := p.readDefinition(file)
		if err != nil {
			return nil, err
		}
		machine, err := p.underTest(d)
		if err != nil {
			return nil, err
		}
		machine.Name = name
		all = append(all, machine)
	}
	return all, nil
}

func (p *program) underTest(d namedDefinition) (mocktest.Machine, error) {
	machine, err := asl.Parse(d.Source)
	if err != nil {
		return mocktest.Machine{}, p.invalid(d, err)
	}
	return mocktest.Machine{Name: d.Name, Definition: machine}, nil
}

// definitionBeside answers the file of a machine, or its name where it is one of ours.
func definitionBeside(folder, name string) (string, error) {
	var looked []string
	for _, ending := range []string{".asl.json", ".asl.yaml", ".asl.yml", ".json"} {
		file := filepath.Join(folder, name+ending)
		if _, err := os.Stat(file); err == nil {
			return file, nil
		}
		looked = append(looked, file)
	}
	if slices.Contains(machineNames(), name) {
		return name, nil
	}
	return "", usagef("the definition of %q is not there: looked for %s; say where by --definitions", name, strings.Join(looked, ", "))
}

func writeJUnit(path string, reports []mocktest.Report) error {
	file, err := os.Create(path)
	if err != nil {
		return usagef("the report cannot be written: %w", err)
	}
	return errors.Join(mocktest.WriteJUnit(file, reports), file.Close())
}

func (p *program) tellReports(reports []mocktest.Report) error {
	if p.global.json {
		return p.printJSON(testedOf(reports))
	}
	t := p.newTable("MACHINE", "TEST CASE", "RESULT", "STATUS", "TOOK", "WHY")
	for _, r := range reports {
		for _, c := range r.Cases {
			result := "passed"
			if c.Failure != "" {
				result = "FAILED"
			}
			t.AppendRow(table.Row{r.Machine, c.Name, result, c.Status, c.Took, c.Failure})
		}
	}
	t.Render()
	for _, r := range reports {
		c := r.Coverage
		p.printf("\n%s: %d of %d test cases passed; %d of %d states and %d of %d branches reached (%.1f %%)\n",
			r.Machine, len(r.Cases)-r.Failed(), len(r.Cases), c.StatesReached, c.States, c.BranchesReached, c.Branches, c.Percent())
		for _, missed := range c.Missed {
			p.printf("  not reached: %s\n", missed)
		}
	}
	return nil
}

// tested is what --json prints of a machine.
type tested struct {
	Machine  string         `json:"machine"`
	Cases    []testedCase   `json:"cases"`
	Coverage testedCoverage `json:"coverage"`
}

type testedCase struct {
	Name    string          `json:"name"`
	Passed  bool            `json:"passed"`
	Why     string          `json:"why,omitempty"`
	Status  string          `json:"status,omitempty"`
	Output  json.RawMessage `json:"output,omitempty"`
	Error   string          `json:"error,omitempty"`
	Seconds float64         `json:"seconds"`
}

type testedCoverage struct {
	States          int      `json:"states"`
	StatesReached   int      `json:"statesReached"`
	Branches        int      `json:"branches"`
	BranchesReached int      `json:"branchesReached"`
	Percent         float64  `json:"percent"`
	Missed          []string `json:"missed"`
}

func testedOf(reports []mocktest.Report) map[string]any {
	machines, passed := []tested{}, true
	for _, r := range reports {
		c := r.Coverage
		x := tested{r.Machine, []testedCase{}, testedCoverage{c.States, c.StatesReached, c.Branches, c.BranchesReached, c.Percent(), append([]string{}, c.Missed...)}}
		for _, tc := range r.Cases {
			x.Cases = append(x.Cases, testedCase{tc.Name, tc.Failure == "", tc.Failure, string(tc.Status), tc.Output, tc.Error, tc.Took.Seconds()})
		}
		passed = passed && r.Failed() == 0
		machines = append(machines, x)
	}
	return map[string]any{"passed": passed, "machines": machines}
}
