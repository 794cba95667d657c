package embedded

import (
	"github.com/vacancy/vacancy/internal/app"
	"github.com/vacancy/vacancy/internal/notification"
	"github.com/vacancy/vacancy/internal/payment/stripe"
)

// Config is what the deployment decides, and where it keeps what. The zero value of a
// field is its default.
type Config struct {
	app.Config
	// DataDir is the directory that everything is kept in. It is made if it is not there.
	DataDir string
	// Gateway is the payment gateway, one of Gateways; "": the simulated one.
	Gateway string
	// Stripe is for the gateway of that name.
	Stripe stripe.Config
	// Workers bounds the executions driven at once; 0: the runner's default.
	Workers int
	// Receiver is where notifications go; nil: they are kept and listed.
	Receiver notification.Receiver

	// Faults are for tests of what happens when something fails.
	Faults Faults
}
