package cloud

import (
	"crypto/rand"
	"fmt"
	"strings"

	"github.com/vacancy/vacancy/internal/app"
	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/payment/simulated"
	"github.com/vacancy/vacancy/internal/payment/simulated/dynamoledger"
	"github.com/vacancy/vacancy/internal/payment/stripe"
	"github.com/vacancy/vacancy/internal/saga/order"
	"github.com/vacancy/vacancy/internal/store/dynamo"
)

// Names of the payment gateways.
const (
	Simulated = simulated.Name
	Stripe    = stripe.Name
)

// Gateways lists the names.
func Gateways() []string { return []string{Simulated, Stripe} }

// openGateway opens the payment gateway that the configuration names. Stripe without any key
// is a gateway that answers no call: most functions need none, and so are given none.
func openGateway(table *dynamo.Table, c Config) (booking.Gateway, error) {
	switch c.Gateway {
	case "", Simulated:
		if c.StripeSecret != "" {
			return nil, fmt.Errorf("%s names a secret, but the gateway is the simulated one; set %s=%s", StripeSecretVariable, GatewayVariable, Stripe)
		}
		return simulated.New(dynamoledger.New(table, app.Now), simulated.Options{Now: app.Now, SlowFor: c.SlowPayment}), nil
	case Stripe:
		if c.Stripe.SecretKey == "" {
			return withoutKeys{}, nil
		}
		return stripe.New(c.Stripe, app.Now)
	}
	return nil, fmt.Errorf("there is no payment gateway %q on AWS; there are %s", c.Gateway, strings.Join(Gateways(), " and "))
}

// cards is the vault of the payment gateway that the configuration names.
func cards(table *dynamo.Table, c Config) order.Cards {
	if c.Gateway == Stripe {
		return stripe.Cards{}
	}
	return dynamoledger.NewCards(table, rand.Reader)
}
