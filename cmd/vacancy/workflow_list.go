package main

import (
	"context"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/client"
)

var executionStatuses = []string{"RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"}

func newWorkflowList(p *program) *cobra.Command {
	var q client.ExecutionQuery
	command := &cobra.Command{
		Use:   "list",
		Short: "List executions, the newest first",
		Long:  `List the executions of the server's state machines, the newest first.`,
		Example: `  vacancy workflow list --machine reservation --status RUNNING
  vacancy workflow list --first 100 --json`,
		Args: noArguments,
		RunE: func(command *cobra.Command, _ []string) error { return p.workflowList(command.Context(), q) },
	}
	flags := command.Flags()
	flags.StringVar(&q.Machine, "machine", "", "only of this state machine")
	flags.StringVar(&q.Status, "status", "", "only "+strings.Join(executionStatuses, ", ")+" ones")
	flags.IntVar(&q.First, "first", 20, "how many to list, at most 100")
	flags.StringVar(&q.After, "after", "", "go on after this cursor")
	_ = command.RegisterFlagCompletionFunc("status", cobra.FixedCompletions(executionStatuses, cobra.ShellCompDirectiveNoFileComp))
	_ = command.RegisterFlagCompletionFunc("machine", completeMachines)
	return command
}

func (p *program) workflowList(ctx context.Context, q client.ExecutionQuery) error {
	q.Status = strings.ToUpper(q.Status)
	if q.Status != "" {
		if err := oneOf("--status", q.Status, executionStatuses); err != nil {
			return err
		}
	}
	if q.First < 1 || q.First > 100 {
		return usagef("--first must be from 1 to 100, it is %d", q.First)
	}
	c, err := p.connect(booking.Manager)
	if err != nil {
		return err
	}
	page, err := c.Executions(ctx, q)
	if err != nil {
		return err
	}
	if p.global.json {
		return p.printJSON(page)
	}
	if len(page.Executions) == 0 {
		p.notef("No such execution.\n")
		return nil
	}
	t := p.newTable("MACHINE", "NAME", "STATUS", "STARTED", "TOOK", "ERROR")
	t.SetColumnConfigs([]table.ColumnConfig{number("TOOK")})
	for _, x := range page.Executions {
		t.AppendRow(table.Row{x.Machine, x.Name, x.Status, formatTime(x.StartedAt), took(x), x.Error})
	}
	t.Render()
	if page.HasNextPage {
		p.notef("There are more: --after %s goes on from here.\n", page.EndCursor)
	}
	return nil
}

// took is how long an execution ran; "" while it does.
func took(x client.Execution) string {
	if x.StoppedAt == nil {
		return ""
	}
	return x.StoppedAt.Sub(x.StartedAt).Round(time.Millisecond).String()
}
