package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/vacancy/vacancy/internal/booking"
)

func newExtend(p *program) *cobra.Command {
	var f orderFlags
	command := &cobra.Command{
		Use:   "extend RESERVATION",
		Short: "Get more time to pay",
		Long: `Move the end of the hold to a payment window from now. How often, and how far in
all, the deployment bounds: twice and three windows unless it says otherwise.`,
		Example: `  vacancy extend res_0d9k1m6a2s5ug0o2qk7o5v1b3c`,
		Args:    oneArgument(aReservation),
		RunE:    func(command *cobra.Command, args []string) error { return p.extend(command.Context(), args[0], f) },
	}
	f.add(command)
	return command
}

func (p *program) extend(ctx context.Context, reservationID string, f orderFlags) error {
	c, err := p.connect(booking.Tenant)
	if err != nil {
		return err
	}
	key := f.keyOr(p)
	r, err := c.Extend(ctx, reservationID, key)
	if err != nil {
		return p.repeatable(err, key)
	}
	return p.printReservation(r, f)
}
