package main

import (
	"context"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/client"
)

func newAttention(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "attention",
		Short: "List trips, orders and imports that could not be undone",
		Long: `List the trips, orders and imports that failed and whose compensations gave up, with
what of them could not be undone; 'vacancy trip show ID --role operator' and the like
show all of one. When the cause is mended, 'vacancy trip resume', 'vacancy order resume'
or 'vacancy import resume' undoes the rest. At most 100 of each are listed, the oldest
first.`,
		Example: `  vacancy attention
  vacancy attention --json`,
		Args: noArguments,
		RunE: func(command *cobra.Command, _ []string) error { return p.attention(command.Context()) },
	}
}

func (p *program) attention(ctx context.Context) error {
	c, err := p.connect(booking.Operator)
	if err != nil {
		return err
	}
	all, err := c.NeedingAttention(ctx)
	if err != nil {
		return err
	}
	if p.global.json {
		return p.printJSON(map[string]any{"sagas": all})
	}
	if len(all) == 0 {
		p.notef("Nothing needs attention.\n")
		return nil
	}
	t := p.newTable("BEGUN", "FAILED WITH", "NOT UNDONE", "THE REST IS UNDONE BY")
	for _, saga := range all {
		left := make([]string, len(saga.NotUndone))
		for i, n := range saga.NotUndone {
			left[i] = notUndoneLine(n)
		}
		t.AppendRow(table.Row{formatTime(saga.Begun), sagaFailure(saga), strings.Join(left, "\n"), "vacancy " + saga.Machine + " resume " + saga.ID})
	}
	t.Render()
	return nil
}

func sagaFailure(s client.Saga) string {
	if s.Failure == nil {
		return ""
	}
	return s.Failure.Error
}

func notUndoneLine(n client.NotUndone) string {
	if n.What != "" {
		return plural(n.Number, n.What)
	}
	return shorten(n.Step+": "+reason(n.Error, n.Cause), 70)
}
