package main

import (
	"context"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/client"
)

func newNotifications(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "notifications",
		Short: "List what the workflows had to tell",
		Long: `List the latest notifications of the workflows: paid, reverted and the like, and what
became of their delivery to --notify-url or --smtp of 'vacancy serve'.`,
		Example: `  vacancy notifications
  vacancy notifications --json`,
		Args: noArguments,
		RunE: func(command *cobra.Command, _ []string) error { return p.notifications(command.Context()) },
	}
}

func (p *program) notifications(ctx context.Context) error {
	c, err := p.connect(booking.Manager)
	if err != nil {
		return err
	}
	all, err := c.Notifications(ctx)
	if err != nil {
		return err
	}
	if p.global.json {
		return p.printJSON(map[string]any{"notifications": all})
	}
	if len(all) == 0 {
		p.notef("No notification yet.\n")
		return nil
	}
	t := p.newTable("TIME", "KIND", "TENANT", "SUBJECT", "DELIVERY")
	for _, n := range all {
		t.AppendRow(table.Row{formatTime(n.At), n.Kind, n.Tenant, n.Subject, delivery(n)})
	}
	t.Render()
	return nil
}

func delivery(n client.Notification) string {
	switch {
	case !n.DeliveredAt.IsZero():
		return "delivered " + formatTime(n.DeliveredAt)
	case n.LastError != "":
		return plural(n.Attempts, "attempt") + ", " + shorten(n.LastError, 60)
	}
	return ""
}
