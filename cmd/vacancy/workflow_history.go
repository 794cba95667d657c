package main

import (
	"context"
	"encoding/json"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/client"
	"github.com/vacancy/vacancy/internal/workflow"
)

func newWorkflowHistory(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "history EXECUTION",
		Short: "Show everything that an execution did",
		Long: `Show the history of an execution, oldest event first, with the event types of the
Step Functions API. With --json the details of each event are there too.`,
		Example: `  vacancy workflow history res_0d9k1m6a2s5ug0o2qk7o5v1b3c
  vacancy workflow history trip/trip-4711 --json`,
		Args: oneArgument(anExecution),
		RunE: func(command *cobra.Command, args []string) error {
			return p.workflowHistory(command.Context(), args[0])
		},
	}
}

func (p *program) workflowHistory(ctx context.Context, argument string) error {
	events, err := p.history(ctx, argument)
	if err != nil {
		return err
	}
	if p.global.json {
		return p.printJSON(map[string]any{"events": events})
	}
	t := p.newTable("ID", "AFTER", "TIME", "TYPE", "WHAT")
	t.SetColumnConfigs([]table.ColumnConfig{number("ID"), number("AFTER")})
	for _, e := range events {
		t.AppendRow(table.Row{e.ID, e.PreviousID, e.Timestamp.UTC().Format("2006-01-02 15:04:05.000"), e.Type, gist(e.Details)})
	}
	t.Render()
	return nil
}

func (p *program) history(ctx context.Context, argument string) ([]client.HistoryEvent, error) {
	c, err := p.connect(booking.Manager)
	if err != nil {
		return nil, err
	}
	machine, name := executionID(argument)
	return c.History(ctx, machine, name)
}

// gist is what an event is about: a state, or an error with its cause.
func gist(details json.RawMessage) string {
	var d struct{ Name, Error, Cause, Resource string }
	if json.Unmarshal(details, &d) != nil {
		return ""
	}
	switch {
	case d.Error != "" && d.Cause != "":
		return d.Error + ": " + shorten(d.Cause, 80)
	case d.Error != "":
		return d.Error
	case d.Name != "":
		return d.Name
	}
	return d.Resource
}

// runnerEvents are a history as internal/workflow has it.
func runnerEvents(events []client.HistoryEvent) []workflow.HistoryEvent {
	out := make([]workflow.HistoryEvent, len(events))
	for i, e := range events {
		out[i] = workflow.HistoryEvent(e)
	}
	return out
}

// clientEvents are a history as internal/client has it, with its JSON.
func clientEvents(events []workflow.HistoryEvent) []client.HistoryEvent {
	out := make([]client.HistoryEvent, len(events))
	for i, e := range events {
		out[i] = client.HistoryEvent(e)
	}
	return out
}
