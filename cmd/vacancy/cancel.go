package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/vacancy/vacancy/internal/booking"
)

func newCancel(p *program) *cobra.Command {
	var f orderFlags
	command := &cobra.Command{
		Use:   "cancel RESERVATION",
		Short: "Give a held apartment back",
		Long: `Cancel a held reservation. The apartment is vacant at once, and what was authorized
goes back. Cancelling again changes nothing.`,
		Example: `  vacancy cancel res_0d9k1m6a2s5ug0o2qk7o5v1b3c`,
		Args:    oneArgument(aReservation),
		RunE:    func(command *cobra.Command, args []string) error { return p.cancel(command.Context(), args[0], f) },
	}
	f.addQuiet(command)
	return command
}

func (p *program) cancel(ctx context.Context, reservationID string, f orderFlags) error {
	c, err := p.connect(booking.Tenant)
	if err != nil {
		return err
	}
	r, err := c.Cancel(ctx, reservationID)
	if err != nil {
		return err
	}
	return p.printReservation(r, f)
}
