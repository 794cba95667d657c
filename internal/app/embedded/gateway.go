package embedded

import (
	"context"
	cryptorand "crypto/rand"
	"fmt"
	"io"
	"path/filepath"

	"github.com/vacancy/vacancy/internal/app"
	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/payment/manual"
	"github.com/vacancy/vacancy/internal/payment/simulated"
	"github.com/vacancy/vacancy/internal/payment/simulated/sqliteledger"
	"github.com/vacancy/vacancy/internal/payment/stripe"
	"github.com/vacancy/vacancy/internal/saga/order"
)

// GatewayFileName is the simulated gateway's ledger in the data directory. It is a
// file of its own, since a gateway is a third system: it commits by itself.
const GatewayFileName = sqliteledger.FileName

// Names of the payment gateways.
const (
	Simulated = simulated.Name
	Manual    = manual.Name
	Stripe    = stripe.Name
)

// Gateways lists the names.
func Gateways() []string { return []string{Simulated, Manual, Stripe} }

// gateway is a payment gateway with what belongs to it.
type gateway struct {
	booking.Gateway
	cards order.Cards // nil where nobody is charged
	close io.Closer
}

// openGateway opens the payment gateway that the configuration names.
func openGateway(ctx context.Context, c Config) (gateway, error) {
	switch c.Gateway {
	case "", Simulated:
		cards, err := simulated.OpenCards(filepath.Join(c.DataDir, CardKeyFileName), cryptorand.Reader)
		if err != nil {
			return gateway{}, err
		}
		ledger, err := sqliteledger.Open(ctx, filepath.Join(c.DataDir, GatewayFileName), c.Faults.Ledger)
		if err != nil {
			return gateway{}, err
		}
		g := simulated.New(ledger, simulated.Options{Now: app.Now, SlowFor: c.SlowPayment, Fault: c.Faults.Gateway})
		return gateway{g, cards, g}, nil
	case Manual:
		ledger, err := manual.OpenFile(ctx, filepath.Join(c.DataDir, manual.FileName))
		if err != nil {
			return gateway{}, err
		}
		g := manual.New(ledger, app.Now)
		return gateway{g, nil, g}, nil
	case Stripe:
		g, err := stripe.New(c.Stripe, app.Now)
		return gateway{g, stripe.Cards{}, nothingToClose{}}, err
	}
	return gateway{}, fmt.Errorf("there is no payment gateway %q; there are %v", c.Gateway, Gateways())
}

// nothingToClose closes what is at the other end of a network.
type nothingToClose struct{}

func (nothingToClose) Close() error { return nil }
