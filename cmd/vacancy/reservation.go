package main

import (
	"github.com/spf13/cobra"

	"github.com/vacancy/vacancy/internal/client"
)

const aReservation = "a reservation's id, as 'vacancy reserve' prints it"

// orderFlags are those of commands that change a reservation.
type orderFlags struct {
	key   string
	quiet bool
}

func (f *orderFlags) add(command *cobra.Command) {
	command.Flags().StringVar(&f.key, "idempotency-key", "", "make the order once, however often it is repeated under this key (default: a new one)")
	f.addQuiet(command)
}

func (f *orderFlags) addQuiet(command *cobra.Command) {
	command.Flags().BoolVarP(&f.quiet, "quiet", "q", false, "print the reservation's id alone")
}

// keyOr answers the key given, or a new one.
func (f *orderFlags) keyOr(p *program) string {
	if f.key != "" {
		return f.key
	}
	return p.newKey()
}

// printReservation prints the reservation in the form that the flags ask for.
func (p *program) printReservation(r client.Reservation, f orderFlags) error {
	switch {
	case p.global.json:
		return p.printJSON(r)
	case f.quiet:
		p.printf("%s\n", r.ID)
		return nil
	}
	p.printf("Reservation  %s\n", r.ID)
	if a := r.Apartment; a != nil {
		p.printf("Apartment    %s  %s\n", a.ID, a.Title)
	}
	p.printf("Price        %s\n", formatMoney(r.Price))
	if r.Payment != nil {
		p.printf("Payment      %s\n", paymentLine(*r.Payment))
	}
	p.printf("Status       %s\n", statusLine(r))
	return nil
}

func paymentLine(payment client.Payment) string {
	if payment.DeclineCode != "" {
		return payment.Status + " (" + payment.DeclineCode + ")"
	}
	return payment.Status
}

func statusLine(r client.Reservation) string {
	if r.Status != client.Held {
		return r.Status
	}
	return r.Status + " until " + formatTime(r.HoldExpiresAt) + ", " + formatLeft(r.HoldExpiresAt.Sub(r.ServerTime)) + " left"
}

// repeatable tells how to repeat an order whose outcome is not known without doing
// it twice.
func (p *program) repeatable(err error, key string) error {
	if err != nil && client.OutcomeUnknown(err) && !p.global.json {
		p.notef("It is not known whether the order arrived; to repeat it and do nothing twice, add --idempotency-key %s\n", key)
	}
	return err
}
