package stripe

import (
	"context"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/saga/order"
)

// Cards takes the id of a PaymentMethod in place of a card number. The number itself is given
// to Stripe by its payer, through Stripe's own libraries, and never to us: a server that
// receives numbers is in the scope of PCI DSS in full (Stripe, "Integration security guide").
type Cards struct{}

var _ order.Cards = Cards{}

// Exchange answers the PaymentMethod as the card's token. Anything else is refused with
// INVALID_INPUT, which does not repeat it.
func (Cards) Exchange(_ context.Context, number order.CardNumber) (order.Card, error) {
	if !IsMethod(string(number)) {
		return order.Card{}, booking.Invalid("cardNumber", "card numbers are given to Stripe alone: have the payer's app make a PaymentMethod of the card, and send its id (pm_…) as the card number")
	}
	return order.Card{Token: string(number)}, nil
}
