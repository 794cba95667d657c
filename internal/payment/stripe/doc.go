// Package stripe is the payment gateway that speaks to Stripe: a PaymentIntent with manual
// capture for each payment, confirmed by the payer in their app, captured, cancelled and
// refunded by us. It is a [booking.Gateway] and a [booking.ConfirmedByPayer], and the
// handler of Stripe's webhooks.
//
// What Stripe promises of idempotency keys, and what follows for which calls are repeated
// under which key, is in docs/adr/0009. Neither keys, secrets nor anything about a card
// ever reaches a log or an error: an error names Stripe's code and request id, under which
// the dashboard has the rest.
package stripe
