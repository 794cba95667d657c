package main

import (
	"context"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/client"
)

func newLedger(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "ledger RESERVATION",
		Short: "Show what the simulated payment gateway did",
		Long: `Show, for each payment of a reservation, what the simulated payment gateway's own
ledger adds up to. The gateway keeps it apart from the reservations, so that
"captured once" can be checked from outside.`,
		Example: `  vacancy ledger res_0d9k1m6a2s5ug0o2qk7o5v1b3c
  vacancy ledger res_0d9k1m6a2s5ug0o2qk7o5v1b3c --json`,
		Args: oneArgument(aReservation),
		RunE: func(command *cobra.Command, args []string) error { return p.ledger(command.Context(), args[0]) },
	}
}

func (p *program) ledger(ctx context.Context, reservationID string) error {
	c, err := p.connect(booking.Manager)
	if err != nil {
		return err
	}
	totals, err := c.Ledger(ctx, reservationID)
	if err != nil {
		return err
	}
	if p.global.json {
		return p.printJSON(map[string]any{"payments": totals})
	}
	if len(totals) == 0 {
		p.notef("The payment gateway never heard of %s.\n", reservationID)
		return nil
	}
	t := p.newTable("PAYMENT", "AUTHORIZED", "CAPTURED", "REFUNDED", "VOIDED", "CAPTURES", "REFUNDS")
	var numbers []table.ColumnConfig
	for _, column := range []string{"AUTHORIZED", "CAPTURED", "REFUNDED", "VOIDED", "CAPTURES", "REFUNDS"} {
		numbers = append(numbers, number(column))
	}
	t.SetColumnConfigs(numbers)
	for _, x := range totals {
		money := func(amount int64) string { return formatMoney(client.Money{Amount: amount, Currency: x.Currency}) }
		t.AppendRow(table.Row{x.PaymentID, money(x.Authorized), money(x.Captured), money(x.Refunded), money(x.Voided), x.Captures, x.Refunds})
	}
	t.Render()
	return nil
}
