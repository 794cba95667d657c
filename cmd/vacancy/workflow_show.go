package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/client"
)

func newWorkflowShow(p *program) *cobra.Command {
	var watch bool
	command := &cobra.Command{
		Use:   "show EXECUTION",
		Short: "Show an execution: status, input, output or error",
		Long: `Show an execution: its status, its input, and its output or the error it ended with.

--watch shows its states instead, as they are done, undone (compensations), caught,
failed or under way, until it ends: on a terminal as a table that is drawn anew, elsewhere
a line for each change, with --json each change as a JSON object and the execution last.
It then exits 0 if the execution succeeded, else 1.`,
		Example: `  vacancy workflow show res_0d9k1m6a2s5ug0o2qk7o5v1b3c
  vacancy workflow show trip/trip-4711 --json
  vacancy workflow show --watch trip/trip-4711`,
		Args: oneArgument(anExecution),
		RunE: func(command *cobra.Command, args []string) error {
			if watch {
				return p.workflowWatch(command.Context(), args[0])
			}
			return p.workflowShow(command.Context(), args[0])
		},
	}
	command.Flags().BoolVar(&watch, "watch", false, "show its states as they come, until it ends")
	return command
}

func (p *program) workflowShow(ctx context.Context, argument string) error {
	c, err := p.connect(booking.Manager)
	if err != nil {
		return err
	}
	machine, name := executionID(argument)
	execution, err := c.Execution(ctx, machine, name)
	if err != nil {
		return err
	}
	if p.global.json {
		return p.printJSON(execution)
	}
	p.printExecution(execution)
	return nil
}

func (p *program) printExecution(x client.Execution) {
	p.printf("Execution  %s/%s\n", x.Machine, x.Name)
	p.printf("ARN        %s\n", x.ARN)
	p.printf("Status     %s\n", x.Status)
	p.printf("Started    %s\n", formatTime(x.StartedAt))
	if x.StoppedAt != nil {
		p.printf("Stopped    %s, after %s\n", formatTime(*x.StoppedAt), took(x))
	}
	if x.Error != "" {
		p.printf("Error      %s\n", x.Error)
	}
	if x.Cause != "" {
		p.printf("Cause      %s\n", x.Cause)
	}
	p.printf("Input      %s\n", x.Input)
	if len(x.Output) > 0 {
		p.printf("Output     %s\n", x.Output)
	}
}
