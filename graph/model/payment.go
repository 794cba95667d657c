package model

import (
	"context"
	"strings"

	"github.com/vacancy/vacancy/internal/booking"
)

// Payment is a payment as the API shows it.
type Payment struct {
	booking.Payment
	confirm *Batch[booking.Confirmation] // of theOne; nil: nobody can confirm it
}

// theOne is the id of what a batch of one answers.
const theOne = ""

// Method is nil until the tenant said what they pay with.
func (p Payment) Method() *string { return known(p.Payment.Method) }

// DeclineCode is nil unless the payment was declined.
func (p Payment) DeclineCode() *string { return known(p.Payment.DeclineCode) }

// NextAction is what the payer is to do; nil to anybody else, and when it is nothing.
func (p Payment) NextAction(ctx context.Context) (*booking.NextAction, error) {
	c, err := p.confirmation(ctx)
	return known(c.Next), err
}

// ClientSecret is nil unless the payer has something to confirm.
func (p Payment) ClientSecret(ctx context.Context) (*string, error) {
	c, err := p.confirmation(ctx)
	return known(c.ClientSecret), err
}

// PublishableKey is there whenever ClientSecret is.
func (p Payment) PublishableKey(ctx context.Context) (*string, error) {
	c, err := p.confirmation(ctx)
	return known(c.PublishableKey), err
}

// confirmation asks the gateway once, however many fields ask for it.
func (p Payment) confirmation(ctx context.Context) (booking.Confirmation, error) {
	if p.confirm == nil {
		return booking.Confirmation{}, nil
	}
	c, _, err := p.confirm.Get(ctx, theOne)
	return c, err
}

// ReceivedMethod is how money changed hands, as the API has it: CASH for cash.
type ReceivedMethod string

// Receipt is what was written down about money that changed hands.
type Receipt struct{ booking.Receipt }

// Method is the method in capitals.
func (r Receipt) Method() ReceivedMethod { return ReceivedMethod(strings.ToUpper(r.Receipt.Method)) }

// Reference is nil if there is none.
func (r Receipt) Reference() *string { return known(r.Receipt.Reference) }

// OwedPayment is money to be given back by hand.
type OwedPayment struct{ booking.Debt }

// ID is what markPaymentReturned takes.
func (o OwedPayment) ID() string { return o.Ref }

// Received says how the money came.
func (o OwedPayment) Received() *Receipt { return &Receipt{o.Debt.Received} }

// Returned is nil until it was given back.
func (o OwedPayment) Returned() *Receipt {
	if o.Debt.ReturnedAt.IsZero() {
		return nil
	}
	return &Receipt{o.Debt.Returned}
}
