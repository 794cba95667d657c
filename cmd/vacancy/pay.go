package main

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/client"
)

type payFlags struct {
	orderFlags
	method    string
	received  string
	reference string
	wait      time.Duration
}

// receivedMethods are the words for how a landlord was handed the money, and what the API
// calls them.
var receivedMethods = map[string]string{"cash": "CASH", "bank-transfer": "BANK_TRANSFER"}

var receivedWords = []string{"cash", "bank-transfer"}

// paymentMethods are those of the simulated gateway.
var paymentMethods = []string{"pm_ok", "pm_declined", "pm_timeout_then_ok", "pm_capture_fails", "pm_slow"}

func newPay(p *program) *cobra.Command {
	var f payFlags
	command := &cobra.Command{
		Use:   "pay RESERVATION",
		Short: "Pay for a reservation",
		Long: `Pay for a held reservation. The payment is authorized at once; the workflow then
captures it and marks the apartment PAID, which this waits for (see --wait).

The simulated gateway takes pm_ok, pm_declined, pm_timeout_then_ok, pm_capture_fails
and pm_slow, so that every end can be seen. Stripe takes the id of a PaymentMethod
(pm_card_visa, in test mode). Where the landlord is paid by hand ('serve --gateway manual'), a
manager records with --received that the money came.`,
		Example: `  vacancy pay res_0d9k1m6a2s5ug0o2qk7o5v1b3c
  vacancy pay res_0d9k1m6a2s5ug0o2qk7o5v1b3c --method pm_declined
  vacancy pay "$RESERVATION" --wait 0 --json
  vacancy pay "$RESERVATION" --received cash --reference "receipt 12"`,
		Args: oneArgument(aReservation),
		RunE: func(command *cobra.Command, args []string) error { return p.pay(command.Context(), args[0], f) },
	}
	f.add(command)
	command.Flags().StringVar(&f.method, "method", "pm_ok", "payment method of the gateway")
	command.Flags().StringVar(&f.received, "received", "", "as a manager: record that the money came, by cash or bank-transfer")
	command.Flags().StringVar(&f.reference, "reference", "", "with --received: of the receipt or the transfer")
	_ = command.RegisterFlagCompletionFunc("received", cobra.FixedCompletions(receivedWords, cobra.ShellCompDirectiveNoFileComp))
	command.Flags().DurationVar(&f.wait, "wait", 30*time.Second, "how long to wait for it to be PAID; 0: not at all")
	_ = command.RegisterFlagCompletionFunc("method", cobra.FixedCompletions(paymentMethods, cobra.ShellCompDirectiveNoFileComp))
	return command
}

func (p *program) pay(ctx context.Context, reservationID string, f payFlags) error {
	if f.method == "" {
		return usagef("--method must name a payment method, such as pm_ok")
	}
	if f.wait < 0 {
		return usagef("--wait must not be negative, it is %s", f.wait)
	}
	role := booking.Tenant
	if f.received != "" {
		if err := oneOf("--received", f.received, receivedWords); err != nil {
			return err
		}
		role = booking.Manager
	} else if f.reference != "" {
		return usagef("--reference is of what was --received")
	}
	c, err := p.connect(role)
	if err != nil {
		return err
	}
	key := f.keyOr(p)
	r, err := f.order(ctx, c, reservationID, key)
	if err != nil && client.CodeOf(err) != string(booking.PaymentPending) || err != nil && f.wait == 0 {
		return p.repeatable(err, key)
	}
	if f.wait > 0 {
		if r, err = p.settled(ctx, c, reservationID, f.wait); err != nil {
			return err
		}
	}
	if err := p.printReservation(r, f.orderFlags); err != nil {
		return err
	}
	switch {
	case r.Live() && f.wait > 0:
		return errors.New("it is not PAID yet; ask again with 'vacancy watch " + r.ID + "'")
	case !r.Live() && r.Status != client.Paid:
		return &client.Refusal{Code: r.Status, Message: "the reservation was not paid for; what was authorized goes back"}
	}
	return nil
}

// order pays, or records that somebody has.
func (f payFlags) order(ctx context.Context, c *client.Client, reservationID, key string) (client.Reservation, error) {
	if f.received != "" {
		return c.RecordPayment(ctx, reservationID, receivedMethods[f.received], f.reference, key)
	}
	return c.Pay(ctx, reservationID, f.method, key)
}

// settled asks for the reservation until its payment has led somewhere, at most for
// so long.
func (p *program) settled(ctx context.Context, c *client.Client, id string, most time.Duration) (client.Reservation, error) {
	const pause = 100 * time.Millisecond
	for end := p.now().Add(most); ; {
		r, err := c.Reservation(ctx, id)
		if err != nil || !r.Live() || !p.now().Before(end) || r.Payment != nil && r.Payment.Status == "DECLINED" {
			return r, err
		}
		if err := p.wait(ctx, pause); err != nil {
			return r, err
		}
	}
}
