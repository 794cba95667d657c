package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/vacancy/vacancy/internal/booking"
)

func newRefund(p *program) *cobra.Command {
	var f orderFlags
	command := &cobra.Command{
		Use:   "refund RESERVATION",
		Short: "Give the money of a paid reservation back",
		Long: `Refund a PAID reservation through the payment gateway that took the money. The
apartment is vacant again. While somebody lives in it, vacate it first. Refunding again
changes nothing. With the manual gateway the money is then listed by 'vacancy payments owed'.`,
		Example: `  vacancy refund res_0d9k1m6a2s5ug0o2qk7o5v1b3c`,
		Args:    oneArgument(aReservation),
		RunE:    func(command *cobra.Command, args []string) error { return p.refund(command.Context(), args[0], f) },
	}
	f.addQuiet(command)
	return command
}

func (p *program) refund(ctx context.Context, reservationID string, f orderFlags) error {
	c, err := p.connect(booking.Manager)
	if err != nil {
		return err
	}
	r, err := c.Refund(ctx, reservationID)
	if err != nil {
		return err
	}
	return p.printReservation(r, f)
}
