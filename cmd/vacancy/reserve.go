package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/vacancy/vacancy/internal/booking"
)

func newReserve(p *program) *cobra.Command {
	var f orderFlags
	command := &cobra.Command{
		Use:   "reserve APARTMENT",
		Short: "Hold an apartment while you pay for it",
		Long: `Hold a vacant apartment. Nobody else gets it until the hold ends. Pay before
that with 'vacancy pay', or it is vacant again.`,
		Example: `  vacancy reserve apt_0d9k1m4n7s6ug0o2qk7o5v1b3c
  RESERVATION=$(vacancy reserve --quiet "$APARTMENT")`,
		Args: oneArgument("an apartment's id, as 'vacancy apartments' lists them"),
		RunE: func(command *cobra.Command, args []string) error { return p.reserve(command.Context(), args[0], f) },
	}
	f.add(command)
	return command
}

func (p *program) reserve(ctx context.Context, apartmentID string, f orderFlags) error {
	c, err := p.connect(booking.Tenant)
	if err != nil {
		return err
	}
	key := f.keyOr(p)
	r, err := c.Reserve(ctx, apartmentID, key)
	if err != nil {
		return p.repeatable(err, key)
	}
	if err := p.printReservation(r, f); err != nil || p.global.json || f.quiet {
		return err
	}
	p.printf("\nPay with 'vacancy pay %s', or see the hold end with 'vacancy watch %s'.\n", r.ID, r.ID)
	return nil
}
