package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/client"
)

// newResume makes the command by which an operator has a trip, an order or an import undone
// that needs attention. resume asks for that and prints what comes of it.
func newResume(p *program, saga, argument, example string, resume func(context.Context, *client.Client, string) error) *cobra.Command {
	return &cobra.Command{
		Use:   "resume " + strings.ToUpper(saga),
		Short: "Undo again what is left of one that needs attention",
		Long: `Run the compensations of one again that NEEDS_ATTENTION: what could not be undone is
tried again, what is undone stays so. 'vacancy attention' lists those that need it.`,
		Example: "  vacancy " + saga + " resume " + example,
		Args:    oneArgument(argument),
		RunE: func(command *cobra.Command, args []string) error {
			c, err := p.connect(booking.Operator)
			if err != nil {
				return err
			}
			return resume(command.Context(), c, args[0])
		},
	}
}
