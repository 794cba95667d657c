package cloud

import (
	"context"
	"fmt"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/payment/stripe"
)

// withoutKeys is Stripe to a function that was given no key: it answers none.
type withoutKeys struct{}

var _ booking.ConfirmedByPayer = withoutKeys{}

// errWithoutKeys decides nothing about a payment, as a gateway that does not answer decides nothing.
var errWithoutKeys = fmt.Errorf("%w: this function has no key of Stripe; give it %s and the permission to read that secret", booking.ErrGatewayUnknown, StripeSecretVariable)

func (withoutKeys) Name() string { return Stripe }

func (withoutKeys) Accepts(method string) bool { return stripe.IsMethod(method) }

func (withoutKeys) Confirmation(context.Context, string) (booking.Confirmation, error) {
	return booking.Confirmation{}, errWithoutKeys
}

func (withoutKeys) Create(context.Context, booking.Payment, string, string) (booking.GatewayPayment, error) {
	return booking.GatewayPayment{}, errWithoutKeys
}

func (withoutKeys) Authorize(context.Context, string, string, string) (booking.GatewayPayment, error) {
	return booking.GatewayPayment{}, errWithoutKeys
}

func (withoutKeys) Capture(context.Context, string, string) (booking.GatewayPayment, error) {
	return booking.GatewayPayment{}, errWithoutKeys
}

func (withoutKeys) Void(context.Context, string, string) (booking.GatewayPayment, error) {
	return booking.GatewayPayment{}, errWithoutKeys
}

func (withoutKeys) Refund(context.Context, string, string) (booking.GatewayPayment, error) {
	return booking.GatewayPayment{}, errWithoutKeys
}

func (withoutKeys) Lookup(context.Context, string) (booking.GatewayPayment, error) {
	return booking.GatewayPayment{}, errWithoutKeys
}

func (withoutKeys) Find(context.Context, booking.Payment, string) (booking.GatewayPayment, error) {
	return booking.GatewayPayment{}, errWithoutKeys
}
