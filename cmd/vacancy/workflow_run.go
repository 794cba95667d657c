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

	pay           string
	payAfter      time.Duration
	cancelAfter   time.Duration
	paymentWindow time.Duration

	runType string
	orderFlagsOfRun
}

func newWorkflowRun(p *program) *cobra.Command {
	var f runFlags
	command := &cobra.Command{
		Use:   "run FILE|MACHINE",
		Short: "Run a definition here, in memory",
		Long: `Run one execution of a definition in memory, without a server, and print how it
ended as one JSON object on standard output:
{"status":"SUCCEEDED","output":…} or {"status":"FAILED","error":"…","cause":"…"}.

--mock reads the MockConfigFile of Step Functions Local; its test case answers the
tasks. --no-wait lets waits, backoffs and timeouts pass at once, in the right order;
--time-scale 60 lets a minute pass in a second.

'reservation' instead of a file runs our own steps, on a store and a payment gateway
in memory, for a hold that it places. Each step is told as it is done, failed, retried
or undone, and in the end what the store holds; how it ended is the last line, and with
--json all is one JSON object. --pay and --cancel-after say what the tenant does.
'trip' runs the steps of a trip, of the one in --input or of a sample; --run-type says which
step fails. 'order' runs the steps of a move-in order for the order in --input; --shipment and
--compensation-failure-rate say what the carrier and chance do. 'import' runs the steps of an
atomic import of the CSV file in --input, or of a few listings; --run-type is failProcess,
failTransform or failCommit.

Exit codes: 0 it succeeded, 1 the execution failed, 2 the definition or the call is
wrong: then the reasons are on standard error, each with its place.`,
		Example: `  vacancy workflow run ./order.asl.json --input order.json --no-wait
  vacancy workflow run ./order.asl.json --mock mocks.json --test-case RetryOnce --no-wait
  vacancy workflow run ./order.asl.json --mock mocks.json --test-case HappyPath --time-scale 60 --history history.json
  vacancy workflow run reservation --no-wait
  vacancy workflow run reservation --pay pm_capture_fails --pay-after 5m --no-wait
  vacancy workflow run trip --run-type failPayment --no-wait
  vacancy workflow run import --run-type failCommit --no-wait
  echo '{"order_id":"5","total":100,"card_no":"123-1234"}' | vacancy workflow run order --input - --no-wait`,
		Args:              oneArgument("a definition's file or a state machine's name"),
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
	flags.StringVar(&f.pay, "pay", "", "reservation: the payment method that the tenant pays with (default: nobody pays)")
	flags.DurationVar(&f.payAfter, "pay-after", 10*time.Second, "reservation: when the tenant pays, after the hold was placed")
	flags.DurationVar(&f.cancelAfter, "cancel-after", 0, "reservation: when the tenant cancels (default: never)")
	flags.DurationVar(&f.paymentWindow, "payment-window", 0, "reservation: how long the hold lasts (default 15m0s)")
	f.orderFlagsOfRun.add(command)
	f.addRunType(command)
	_ = command.RegisterFlagCompletionFunc("pay", cobra.FixedCompletions(paymentMethods, cobra.ShellCompDirectiveNoFileComp))
	_ = command.MarkFlagFilename("input", "json")
	_ = command.MarkFlagFilename("mock", "json")
	return command
}

func (p *program) workflowRun(ctx context.Context, argument string, f runFlags) error {
	if err := f.check(); err != nil {
		return err
	}
	d, err := p.readDefinition(argument)
	if err != nil {
		return err
	}
	machine, err := asl.Parse(d.Source)
	if err != nil {
		return p.invalid(d, err)
	}
	if d.ours {
		return p.rehearse(ctx, d, f)
	}
	input, err := p.readJSON("--input", f.input)
	if err != nil {
		return err
	}
	tasks := trial.Task(trial.Nothing)
	if mocked, err := p.mocks(d, f); err != nil {
		return err
	} else if mocked != nil {
		tasks = mocked(tasks)
	}
	result, err := trial.Run(ctx, trial.Config{
		ID:         workflow.ExecutionID{Machine: d.Name, Name: p.newKey()},
		Definition: machine, Input: input, Run: tasks, Now: p.now(), Rand: p.rand, Sleep: f.sleep(p),
	})
	if err != nil {
		return unrunnable(ctx, err)
	}
	return p.tellResult(result, f.history, nil)
}

func (f runFlags) check() error {
	switch {
	case f.timeScale <= 0:
		return usagef("--time-scale must be more than 0, it is %v", f.timeScale)
	case (f.mock == "") != (f.testCase == ""):
		return usagef("--mock and --test-case belong together: a file, and the test case of it to run")
	case f.payAfter < 0 || f.cancelAfter < 0 || f.paymentWindow < 0:
		return usagef("--pay-after, --cancel-after and --payment-window must not be negative")
	case f.orderFlagsOfRun.check() != nil:
		return f.orderFlagsOfRun.check()
	case f.pay != "":
		return oneOf("--pay", f.pay, paymentMethods)
	}
	return nil
}

// mocks answers how tasks are answered by the test case, and by next where it does
// not mock them; nil where there is no test case.
func (p *program) mocks(d namedDefinition, f runFlags) (func(next trial.Task) trial.Task, error) {
	if f.mock == "" {
		return nil, nil
	}
	source, err := p.readFile(f.mock)
	if err != nil {
		return nil, err
	}
	config, err := mock.Parse(source)
	if err != nil {
		return nil, usagef("%s: %w", f.mock, err)
	}
	testCase, err := config.TestCase(d.Name, f.testCase)
	if err != nil {
		return nil, usagef("%s: %w", f.mock, err)
	}
	return func(next trial.Task) trial.Task { return trial.Mocked(testCase, next) }, nil
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
	*rehearsed
}

func (p *program) tellResult(r trial.Result, historyPath string, more *rehearsed) error {
	if historyPath != "" {
		if err := writeHistory(historyPath, r.History); err != nil {
			return err
		}
	}
	if err := p.printJSON(outcome{r.Status, r.Output, r.Error, r.Cause, more}); err != nil {
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
