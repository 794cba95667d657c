package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/saga/order"
)

func newShipment(p *program) *cobra.Command {
	return group(&cobra.Command{
		Use:   "shipment",
		Short: "Answer for the carrier of a move-in order",
		Long: `Answer for the carrier of a move-in order, for an operator: with 'vacancy serve --carrier
manual' nobody else does. The order waits for the answer, for days if need be.`,
		Example: `  vacancy shipment sent 1
  vacancy shipment cancelled 1`,
	},
		newShipmentAnswer(p, order.Sent, "The shipment has been sent: the order is fulfilled"),
		newShipmentAnswer(p, order.Cancelled, "The carrier has cancelled: the payment is returned and the order deleted"))
}

func newShipmentAnswer(p *program, answer order.ShipmentStatus, short string) *cobra.Command {
	verb := strings.ToLower(string(answer))
	return &cobra.Command{
		Use:     verb + " ORDER",
		Short:   short,
		Long:    short + ". The same answer again changes nothing; another one is refused.",
		Example: "  vacancy shipment " + verb + " 1",
		Args:    oneArgument(anOrder),
		RunE: func(command *cobra.Command, args []string) error {
			c, err := p.connect(booking.Operator)
			if err != nil {
				return err
			}
			o, err := c.AnswerShipment(command.Context(), args[0], string(answer))
			if err != nil {
				return err
			}
			return p.printOrder(o)
		},
	}
}
