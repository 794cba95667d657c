package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/client"
)

func newDoctor(p *program) *cobra.Command {
	var repair bool
	command := &cobra.Command{
		Use:   "doctor",
		Short: "Find and mend what does not agree",
		Long: `Compare reservations, apartments, executions and the payment gateway with each other, and
list what does not agree: held without an execution, running without a hold, paid but vacant,
captured but released, and the like, each with what it means and what to do. What is in motion
is looked at twice. With --repair it mends what a program can; the rest it leaves to you.

It exits 0 when everything agrees, or was mended, and 1 otherwise. The server examines itself
every ten minutes: /metrics has vacancy_doctor_disagreements.`,
		Example: `  vacancy doctor
  vacancy doctor --repair
  vacancy doctor --json`,
		Args: noArguments,
		RunE: func(command *cobra.Command, _ []string) error { return p.doctor(command.Context(), repair) },
	}
	command.Flags().BoolVar(&repair, "repair", false, "mend what can be mended")
	return command
}

func (p *program) doctor(ctx context.Context, repair bool) error {
	c, err := p.connect(booking.Manager)
	if err != nil {
		return err
	}
	found, err := c.Doctor(ctx, repair)
	if err != nil {
		return err
	}
	if p.global.json {
		err = p.printJSON(found)
	} else {
		p.printFindings(found)
	}
	if err == nil && (found.Left() > 0 || found.Unknown > 0) {
		return alreadyTold{exitFailed}
	}
	return err
}

func (p *program) printFindings(found client.Findings) {
	for _, d := range found.Disagreements {
		what := d.ReservationID
		for _, other := range []string{d.Execution, d.ApartmentID} {
			if what == "" {
				what = other
			}
		}
		p.printf("%s  %s\n  found   %s\n", d.Kind, what, d.Found)
		switch {
		case d.Repaired:
			p.printf("  mended  %s\n", d.Remedy)
		case d.Error != "":
			p.printf("  failed  %s\n", d.Error)
		case d.ByHand:
			p.printf("  to do   %s\n", d.Remedy)
		default:
			p.printf("  repair  %s\n", d.Remedy)
		}
	}
	p.printf("Looked at %s, %s and %s; asked the gateway about %s.\n", plural(found.Reservations, "reservation"),
		plural(found.Apartments, "apartment"), plural(found.Executions, "execution"), plural(found.Asked, "payment"))
	switch left := found.Left(); {
	case found.Unknown > 0:
		p.printf("The gateway did not answer about %s: ask again.\n", plural(found.Unknown, "payment"))
	case len(found.Disagreements) == 0:
		p.printf("Everything agrees.\n")
	case left == 0:
		p.printf("Everything was mended.\n")
	default:
		p.printf("%s left.\n", plural(left, "disagreement"))
	}
}
