package embedded

import (
	"context"
	"fmt"
	"io"
	"path/filepath"

	"github.com/vacancy/vacancy/internal/app"
	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/payment/manual"
	"github.com/vacancy/vacancy/internal/payment/simulated"
	"github.com/vacancy/vacancy/internal/payment/simulated/sqliteledger"
	"github.com/vacancy/vacancy/internal/payment/stripe"
)

// GatewayFileName is the simulated gateway's ledger in the data directory. It is a
// file of its own, since a gateway is a third system: it commits by itself.
const GatewayFileName = sqliteledger.FileName

// Names of the payment gateways.
const (
	Simulated = "simulated"
	Manual    = "manual"
	Stripe    = "stripe"
)

// Gateways lists the names.
func Gateways() []string { return []string{Simulated, Manual, Stripe} }

// openGateway opens the payment gateway that the configuration names, and what closes it.
func openGateway(ctx context.Context, c Config) (booking.Gateway, io.Closer, error) {
	switch c.Gateway {
	case "", Simulated:
		ledger, err := sqliteledger.Open(ctx, filepath.Join(c.DataDir, GatewayFileName), c.Faults.Ledger)
		if err != nil {
			return nil, nil, err
		}
		g := simulated.New(ledger, simulated.Options{Now: app.Now, SlowFor: c.SlowPayment, Fault: c.Faults.Gateway})
		return g, g, nil
	case Manual:
		ledger, err := manual.OpenFile(ctx, filepath.Join(c.DataDir, manual.FileName))
		if err != nil {
			return nil, nil, err
		}
		g := manual.New(ledger, app.Now)
		return g, g, nil
	case Stripe:
		g, err := stripe.New(c.Stripe, app.Now)
		return g, nothingToClose{}, err
	}
	return nil, nil, fmt.Errorf("there is no payment gateway %q; there are %v", c.Gateway, Gateways())
}

// nothingToClose closes what is at the other end of a network.
type nothingToClose struct{}

func (nothingToClose) Close() error { return nil }
