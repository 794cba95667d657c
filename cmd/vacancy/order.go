package main

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/client"
	"github.com/vacancy/vacancy/internal/saga/order"
)

const anOrder = "an order's id, as 'vacancy order place' prints it"

func newOrder(p *program) *cobra.Command {
	return group(&cobra.Command{
		Use:   "order",
		Short: "Place a move-in order and see what becomes of it",
		Long: `Place a move-in order: it is created, paid for and shipped, or nothing of it is left.
'vacancy order show' tells how far it is; 'vacancy order resume' tries again what
could not be undone.`,
		Example: `  vacancy order place --total 100 --card 123-1234 --address '123 st'
  vacancy order show 1
  vacancy order resume 1`,
	}, newOrderPlace(p), newOrderShow(p), newOrderResume(p))
}

type placeFlags struct {
	id, total, currency, card, address string
	wait                               time.Duration
	quiet                              bool
}

func newOrderPlace(p *program) *cobra.Command {
	var f placeFlags
	command := &cobra.Command{
		Use:   "place",
		Short: "Place a move-in order",
		Long: `Place a move-in order and wait until it is settled. What is left out is missing: the
order then fails in the step that needs it, and says so. Its id makes it once: placing
it again answers the same order. Of the card only a token and the last four digits are
kept; give its number on standard input with --card -, so that no shell remembers it.`,
		Example: `  vacancy order place --total 100 --card 123-1234 --address '123 st'
  vacancy order place --id 4711 --total 99.95 --card - --address '123 st' --wait 0 <card.txt
  vacancy order place --total 100 --card 4000000000000002 --address '123 st'   # is declined`,
		Args: noArguments,
		RunE: func(command *cobra.Command, _ []string) error { return p.placeOrder(command.Context(), f) },
	}
	flags := command.Flags()
	flags.StringVar(&f.id, "id", "", "the order's id, unique (default: a new one)")
	flags.StringVar(&f.total, "total", "", "what it costs, in whole units of the currency, such as 100 or 99.95")
	flags.StringVar(&f.currency, "currency", order.DefaultCurrency, "ISO 4217 code of the currency")
	flags.StringVar(&f.card, "card", "", `number of the card to pay with; "-" reads it from standard input`)
	flags.StringVar(&f.address, "address", "", "where to ship it")
	flags.DurationVar(&f.wait, "wait", 30*time.Second, "how long to wait until it is settled; 0: not at all")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "print the order's id alone")
	return command
}

func (p *program) placeOrder(ctx context.Context, f placeFlags) error {
	if f.wait < 0 {
		return usagef("--wait must not be negative, it is %s", f.wait)
	}
	request := client.PlaceOrder{ID: f.id, CardNumber: f.card, Address: f.address}
	if f.total != "" {
		var units order.Units
		if err := units.UnmarshalJSON([]byte(f.total)); err != nil {
			return usagef("--total: %s", refusalMessage(err))
		}
		request.Total = &client.Money{Amount: int64(units), Currency: f.currency}
	}
	if f.card == "-" {
		number, err := p.readFile("-")
		if err != nil {
			return err
		}
		request.CardNumber = strings.TrimSpace(string(number))
	}
	if request.ID == "" {
		request.ID = p.newKey()
	}
	c, err := p.connect(booking.Tenant)
	if err != nil {
		return err
	}
	o, err := c.PlaceOrder(ctx, request)
	if err != nil {
		if client.OutcomeUnknown(err) && !p.global.json {
			p.notef("It is not known whether the order arrived; to repeat it and order nothing twice, add --id %s\n", request.ID)
		}
		return err
	}
	if o, err = p.settledOrder(ctx, c, o, f.wait); err != nil {
		return err
	}
	if f.quiet {
		p.printf("%s\n", o.ID)
	} else if err := p.printOrder(o); err != nil {
		return err
	}
	switch order.Status(o.Status) {
	case order.Failed, order.NeedsAttention:
		return &client.Refusal{Code: o.Status, Message: "the order " + o.ID + " failed: " + failureLine(o)}
	}
	if f.wait > 0 && order.Status(o.Status).Live() {
		return errors.New("it is not settled yet; ask again with 'vacancy order show " + o.ID + "'")
	}
	return nil
}

// settledOrder asks for the order until nothing more happens by itself, at most for so long.
func (p *program) settledOrder(ctx context.Context, c *client.Client, o client.Order, most time.Duration) (client.Order, error) {
	const pause = 200 * time.Millisecond
	for end := p.now().Add(most); order.Status(o.Status).Live() && p.now().Before(end); {
		err := p.wait(ctx, pause)
		if err == nil {
			o, err = c.Order(ctx, o.ID)
		}
		if err != nil {
			return o, err
		}
	}
	return o, nil
}

// refusalMessage is the text of a refusal without its code.
func refusalMessage(err error) string {
	var refusal *booking.Error
	if errors.As(err, &refusal) {
		return refusal.Message
	}
	return err.Error()
}

func newOrderShow(p *program) *cobra.Command {
	return &cobra.Command{
		Use:     "show ORDER",
		Short:   "Show an order and what happened to it",
		Long:    `Show an order: its status, what is there of it, and what happened to it.`,
		Example: `  vacancy order show 1`,
		Args:    oneArgument(anOrder),
		RunE: func(command *cobra.Command, args []string) error {
			c, err := p.connect(booking.Tenant)
			if err != nil {
				return err
			}
			o, err := c.Order(command.Context(), args[0])
			if err != nil {
				return err
			}
			return p.printOrder(o)
		},
	}
}

func newOrderResume(p *program) *cobra.Command {
	return newResume(p, "order", anOrder, "1", func(ctx context.Context, c *client.Client, id string) error {
		o, err := c.ResumeOrder(ctx, id)
		if err != nil {
			return err
		}
		return p.printOrder(o)
	})
}

// printOrder prints an order with its timeline.
func (p *program) printOrder(o client.Order) error {
	if p.global.json {
		return p.printJSON(o)
	}
	p.printf("Order      %s\nStatus     %s\n", o.ID, o.Status)
	if o.Failure != nil {
		p.printf("Why        %s\n", failureLine(o))
	}
	if o.Total != nil {
		p.printf("Total      %s\n", formatMoney(*o.Total))
	}
	if o.CardLast4 != "" {
		p.printf("Card       …%s\n", o.CardLast4)
	}
	if o.Payment != nil {
		p.printf("Payment    %s\n", paymentLine(*o.Payment))
	}
	if s := o.Shipment; s != nil {
		p.printf("Shipment   %s by the %s carrier, to %s\n", s.Status, s.Carrier, o.Address)
	}
	for _, n := range o.NotUndone {
		p.printf("Not undone %s: %s gave up: %s\n", n.Step, n.Compensation, strings.TrimSuffix(n.Error+": "+n.Cause, ": "))
	}
	for _, e := range o.Timeline {
		line := formatTime(e.At) + "  " + e.Kind
		if e.Amount != nil {
			line += "  " + formatMoney(*e.Amount)
		}
		if e.Note != "" {
			line += "  " + e.Note
		}
		p.printf("           %s\n", line)
	}
	return nil
}

func failureLine(o client.Order) string {
	if o.Failure == nil {
		return "it does not say why"
	}
	return strings.TrimPrefix(strings.TrimSuffix(o.Failure.Step+": "+o.Failure.Error+": "+o.Failure.Cause, ": "), ": ")
}
