package main

import (
	"context"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/client"
)

func newPayments(p *program) *cobra.Command {
	return group(&cobra.Command{
		Use:   "payments",
		Short: "Money that a landlord gives back by hand",
		Long: `With the manual payment gateway ('serve --gateway manual') money that has to go back is listed
until somebody notes that it was returned.`,
		Example: `  vacancy payments owed
  vacancy payments returned manual_7 --by cash`,
	}, newPaymentsOwed(p), newPaymentsReturned(p))
}

func newPaymentsOwed(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "owed",
		Short: "List what is owed back to tenants",
		Long: `List the money that was recorded as received and has to go back, since its hold ended or its
reservation was refunded: the oldest first, until it is marked as returned.`,
		Example: "  vacancy payments owed\n  vacancy payments owed --json",
		Args:    noArguments,
		RunE:    func(command *cobra.Command, _ []string) error { return p.paymentsOwed(command.Context()) },
	}
}

func (p *program) paymentsOwed(ctx context.Context) error {
	c, err := p.connect(booking.Manager)
	if err != nil {
		return err
	}
	all := []client.OwedPayment{}
	for after := ""; ; {
		page, info, err := c.OwedPayments(ctx, booking.MaxPageSize, after)
		if err != nil {
			return err
		}
		all = append(all, page...)
		if !info.HasNextPage {
			break
		}
		after = info.EndCursor
	}
	if p.global.json {
		return p.printJSON(map[string]any{"payments": all})
	}
	if len(all) == 0 {
		p.notef("Nothing is owed.\n")
		return nil
	}
	t := p.newTable("ID", "RESERVATION", "AMOUNT", "RECEIVED", "BY", "OWED SINCE")
	t.SetColumnConfigs([]table.ColumnConfig{number("AMOUNT")})
	for _, o := range all {
		t.AppendRow(table.Row{o.ID, o.ReservationID, formatMoney(o.Amount), receiptLine(o.Received), o.Received.By, formatTime(o.Since)})
	}
	t.Render()
	return nil
}

func receiptLine(r client.Receipt) string {
	line := r.Method
	for word, method := range receivedMethods {
		if method == r.Method {
			line = word
		}
	}
	if r.Reference != "" {
		line += ", " + shorten(r.Reference, 40)
	}
	return line
}

func newPaymentsReturned(p *program) *cobra.Command {
	var by, reference string
	command := &cobra.Command{
		Use:     "returned ID",
		Short:   "Note that owed money was given back",
		Long:    "Note that what 'vacancy payments owed' lists under this id was given back. Noting it again changes nothing.",
		Example: `  vacancy payments returned manual_7 --by bank-transfer --reference "transfer 4711"`,
		Args:    oneArgument("the id of an owed payment, as 'vacancy payments owed' prints it"),
		RunE: func(command *cobra.Command, args []string) error {
			return p.paymentReturned(command.Context(), args[0], by, reference)
		},
	}
	command.Flags().StringVar(&by, "by", "cash", "how it was given back: cash or bank-transfer")
	command.Flags().StringVar(&reference, "reference", "", "of the receipt or the transfer")
	_ = command.RegisterFlagCompletionFunc("by", cobra.FixedCompletions(receivedWords, cobra.ShellCompDirectiveNoFileComp))
	return command
}

func (p *program) paymentReturned(ctx context.Context, id, by, reference string) error {
	if err := oneOf("--by", by, receivedWords); err != nil {
		return err
	}
	c, err := p.connect(booking.Manager)
	if err != nil {
		return err
	}
	o, err := c.MarkReturned(ctx, id, receivedMethods[by], reference)
	if err != nil {
		return err
	}
	if p.global.json {
		return p.printJSON(o)
	}
	p.printf("%s of %s went back: %s\n", formatMoney(o.Amount), o.ReservationID, receiptLine(*o.Returned))
	return nil
}
