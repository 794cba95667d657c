package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/vacancy/vacancy/cmd/vacancy/internal/bench"
	"github.com/vacancy/vacancy/internal/booking"
)

type benchFlags struct {
	options bench.Options
	river   string
	check   bool
}

func newBench(p *program) *cobra.Command {
	var f benchFlags
	command := &cobra.Command{
		Use:   "bench",
		Short: "Measure this program on this machine",
		Long: `Measure how many holds a second this machine places, how late they end, and what
waiting costs. Everything is durable, in a temporary data directory that is taken away
again; set --dir to measure the disk that matters. Scenarios:

  service    holds through the service alone, each durable and its execution started
  sustained  the rate that leaves no backlog of executions
  http       holds through HTTP and GraphQL, and a mutation that does nothing
  ending     how late holds are reverted that end together
  waiting    memory of waiting executions, and the time to be ready after a kill
  past       what a hold costs when many reservations have come and gone

--check exits with 1 when a target is missed that is a ratio of figures of this run;
other targets are for a machine with two processors, and only shown. --river compares
with what River on PostgreSQL does, measured just before:

  bench/with-postgres go -C bench run ./river --json > river.json`,
		Example: `  vacancy bench
  vacancy bench --scenario service --scenario http --duration 10s --json
  vacancy bench --scenario waiting --waiting 1000000
  vacancy bench --river river.json --check`,
		Args: noArguments,
		RunE: func(command *cobra.Command, _ []string) error { return p.bench(command.Context(), f) },
	}
	flags := command.Flags()
	flags.StringArrayVar(&f.options.Scenarios, "scenario", nil, "measure only this; may be given more than once (default: all)")
	flags.DurationVar(&f.options.Duration, "duration", 30*time.Second, "how long each load lasts")
	flags.IntVar(&f.options.Callers, "callers", 64, "callers at once")
	flags.IntVar(&f.options.Holds, "holds", 10_000, "holds that end together")
	flags.IntVar(&f.options.Waiting, "waiting", 100_000, "executions that wait")
	flags.IntVar(&f.options.Past, "past", 20_000, "reservations that have come and gone")
	flags.StringVar(&f.options.Dir, "dir", "", "where the temporary data directories are made (default: the system's)")
	flags.StringVar(&f.river, "river", "", "what bench/river printed as JSON, to compare with")
	flags.BoolVar(&f.check, "check", false, "exit with 1 when a ratio is missed")
	_ = command.RegisterFlagCompletionFunc("scenario", cobra.FixedCompletions(bench.Scenarios, cobra.ShellCompDirectiveNoFileComp))
	_ = command.MarkFlagDirname("dir")
	_ = command.MarkFlagFilename("river", "json")
	return command
}

func (p *program) bench(ctx context.Context, f benchFlags) error {
	if err := f.read(p); err != nil {
		return err
	}
	executable, err := os.Executable()
	if err != nil {
		return err
	}
	p.tuneRuntime() // as 'vacancy serve' does, for what is measured in this process
	f.options.Executable = []string{executable}
	f.options.Version = version()
	f.options.Settle = 3 * time.Second
	f.options.Progress = p.newProgress()
	f.options.Token = func(dataDir string) (string, error) { return p.signToken(dataDir, booking.Tenant, tokenLifetime) }
	report, err := bench.Run(ctx, f.options)
	if p.global.json {
		err = errors.Join(p.printJSON(report), err)
	} else {
		p.printReport(report)
	}
	if err == nil && f.check && len(report.MissedRatios()) > 0 {
		return errors.New("a ratio was missed; see the targets above")
	}
	return err
}

// read checks the flags and reads the file that one of them names.
func (f *benchFlags) read(p *program) error {
	o := &f.options
	for _, scenario := range o.Scenarios {
		if err := oneOf("--scenario", scenario, bench.Scenarios); err != nil {
			return err
		}
	}
	switch {
	case o.Duration < 100*time.Millisecond:
		return usagef("--duration must be at least 100ms, it is %s", o.Duration)
	case o.Callers < 1 || o.Callers > 10_000:
		return usagef("--callers must be from 1 to 10000, it is %d", o.Callers)
	case o.Holds < 1:
		return usagef("--holds must be at least 1, it is %d", o.Holds)
	case o.Waiting < 1:
		return usagef("--waiting must be at least 1, it is %d", o.Waiting)
	case o.Past < 1:
		return usagef("--past must be at least 1, it is %d", o.Past)
	}
	if f.river == "" {
		return nil
	}
	content, err := p.readFile(f.river)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(content, &o.River); err != nil || o.River == nil || o.River.HoldsPerSecond <= 0 {
		return usagef("--river: %s is not what 'go -C bench run ./river --json' prints", f.river)
	}
	return nil
}
