package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/vacancy/vacancy/internal/asl"
	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/mock"
	"github.com/vacancy/vacancy/internal/workflow/trial"
)

type runFlags struct {
	input     string
	mock      string
	testCase  string
	timeScale float64
	noWait    bool
	history   string
}

func newWorkflowRun(p *program) *cobra.Command {
	var f runFlags
	command := &cobra.Command{
		Use:   "run FILE",
		Short: "Run a definition here, in memory",
		Long: `Run one execution of a definition in memory, without a server, and print how it
ended as one JSON object on standard output:
{"status":"SUCCEEDED","output":…} or {"status":"FAILED","error":"…","cause":"…"}.

--mock reads the MockConfigFile of Step Functions Local; its test case answers the
tasks. --no-wait lets waits, backoffs and timeouts pass at once, in the right order;
--time-scale 60 lets a minute pass in a second.

Exit codes: 0 it succeeded, 1 the execution failed, 2 the definition or the call is
wrong: then the reasons are on standard error, each with its place.`,
		Example: `  vacancy workflow run ./order.asl.json --input order.json --no-wait
  vacancy workflow run ./order.asl.json --mock mocks.json --test-case RetryOnce --no-wait
  vacancy workflow run ./order.asl.json --mock mocks.json --test-case HappyPath --time-scale 60 --history history.json`,
		Args:              oneArgument("a definition's file"),
		ValidArgsFunction: completeDefinitions,
		RunE:              func(command *cobra.Command, args []string) error { return p.workflowRun(command.Context(), args[0], f) },
	}
	flags := command.Flags()
	flags.StringVar(&f.input, "input", "", `file with the input, a JSON value; "-" is standard input (default {})`)
	flags.StringVar(&f.mock, "mock", "", "MockConfigFile whose test case answers the tasks")
	flags.StringVar(&f.testCase, "test-case", "", "the test case of --mock")
	flags.Float64Var(&f.timeScale, "time-scale", 1, "how much faster than real time passes")
	flags.BoolVar(&f.noWait, "no-wait", false, "let time pass at once")
	flags.StringVar(&f.history, "history", "", "write the execution's history to this file, as JSON")
	_ = command.MarkFlagFilename("input", "json")
	_ = command.MarkFlagFilename("mock", "json")
	return command
}

func (p *program) workflowRun(ctx context.Context, argument string, f runFlags) error {
	if f.timeScale <= 0 {
		return usagef("--time-scale must be more than 0, it is %v", f.timeScale)
	}
	d, err := p.readDefinition(argument)
	if err != nil {
		return err
	}
	machine, err := asl.Parse(d.source)
	if err != nil {
		return p.invalid(argument, err)
	}
	input, err := p.readJSON("--input", f.input)
	if err != nil {
		return err
	}
	tasks, err := p.mocks(d, f, trial.Nothing)
	if err != nil {
		return err
	}
	result, err := trial.Run(ctx, trial.Config{
		ID:         workflow.ExecutionID{Machine: d.name, Name: p.newKey()},
		Definition: machine, Input: input, Run: tasks, Now: p.now(), Rand: p.rand, Sleep: f.sleep(p),
	})
	if err != nil {
		return unrunnable(ctx, err)
	}
	return p.tellResult(result, f.history)
}

// mocks answers the tasks of the test case, and those that it does not mock by next.
func (p *program) mocks(d definition, f runFlags, next trial.Task) (trial.Task, error) {
	if f.mock == "" && f.testCase == "" {
		return next, nil
	}
	if f.mock == "" || f.testCase == "" {
		return nil, usagef("--mock and --test-case belong together: a file, and the test case of it to run")
	}
	source, err := p.readFile(f.mock)
	if err != nil {
		return nil, err
	}
	config, err := mock.Parse(source)
	if err != nil {
		return nil, usagef("%s: %w", f.mock, err)
	}
	testCase, err := config.TestCase(d.name, f.testCase)
	if err != nil {
		return nil, usagef("%s: %w", f.mock, err)
	}
	return trial.Mocked(testCase, next), nil
}

// sleep answers how time passes: nil where it passes at once.
func (f runFlags) sleep(p *program) func(context.Context, time.Duration) {
	if f.noWait {
		return nil
	}
	return func(ctx context.Context, d time.Duration) {
		_ = p.wait(ctx, time.Duration(float64(d)/f.timeScale)) // that ctx has ended, the trial finds itself
	}
}

// unrunnable tells why a trial says nothing about the definition: the call is wrong,
// unless somebody interrupted it.
func unrunnable(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return err
	}
	return usageError{err}
}

// outcome is how an execution ended, as it is printed.
type outcome struct {
	Status workflow.Status `json:"status"`
	Output json.RawMessage `json:"output,omitempty"`
	Error  string          `json:"error,omitempty"`
	Cause  string          `json:"cause,omitempty"`
}

func (p *program) tellResult(r trial.Result, historyPath string) error {
	if historyPath != "" {
		if err := writeHistory(historyPath, r.History); err != nil {
			return err
		}
	}
	if err := p.printJSON(outcome{r.Status, r.Output, r.Error, r.Cause}); err != nil {
		return err
	}
	if r.Status != workflow.Succeeded {
		return alreadyTold{exitFailed}
	}
	return nil
}

// writeHistory writes what 'vacancy workflow history --json' prints.
func writeHistory(path string, history []workflow.HistoryEvent) error {
	file, err := os.Create(path)
	if err != nil {
		return usagef("the history cannot be written: %w", err)
	}
	e := json.NewEncoder(file)
	e.SetEscapeHTML(false)
	return errors.Join(e.Encode(map[string]any{"events": clientEvents(history)}), file.Close())
}
