package app

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/carrier"
	"github.com/vacancy/vacancy/internal/saga"
	"github.com/vacancy/vacancy/internal/saga/order"
)

// Config is what a deployment decides, on either backend. The zero value of a field is
// its default.
type Config struct {
	// PaymentWindow is how long a hold lasts; 0: 15 minutes.
	PaymentWindow time.Duration
	// MaxExtensions is how often a hold may be extended, and MaxWindows how many payment
	// windows it lasts at the most; 0: 2 and 3.
	MaxExtensions int
	MaxWindows    int
	// Limits are those of each principal.
	Limits Limits
	// LateMoney is what becomes of money that comes after its hold has ended, where the
	// apartment does not say; "": it goes back.
	LateMoney booking.LateMoney
	// SlowPayment is how long pm_slow takes at the simulated gateway; 0: 2 s.
	SlowPayment time.Duration
	// Stage is where the deployment stands; "": development.
	Stage saga.Stage
	// RefuseFailures refuses failures on purpose in the other stages, too.
	RefuseFailures bool
	// CompensationFailureRate makes the sagas' compensations fail at random, from 0 to 1, to
	// be seen recovering. Refused in production.
	CompensationFailureRate float64
	// Carrier takes the shipments of move-in orders: "simulated" or "manual"; "": simulated,
	// in production manual.
	Carrier string
	// ShipmentTimeout is how long the carrier may take to answer; 0: 14 days.
	ShipmentTimeout time.Duration
	// Log; nil: nothing is logged.
	Log *slog.Logger
}

// WithDefaults fills in what is not said, and refuses what makes no sense.
func (c Config) WithDefaults() (Config, error) {
	holds := booking.DefaultConfig()
	if c.PaymentWindow == 0 {
		c.PaymentWindow = holds.PaymentWindow
	}
	if c.PaymentWindow < booking.MinPaymentWindow || c.PaymentWindow > booking.MaxPaymentWindow {
		return c, fmt.Errorf("the payment window must be from %s to %s, it is %s", booking.MinPaymentWindow, booking.MaxPaymentWindow, c.PaymentWindow)
	}
	if c.MaxExtensions == 0 {
		c.MaxExtensions = holds.MaxExtensions
	}
	if c.MaxWindows == 0 {
		c.MaxWindows = holds.MaxWindows
	}
	if c.MaxExtensions < 0 || c.MaxWindows < 1 {
		return c, fmt.Errorf("a hold cannot be extended %d times and last %d payment windows; say at least 0 and 1", c.MaxExtensions, c.MaxWindows)
	}
	if c.MaxWindows > booking.MaxWindowsEver {
		return c, fmt.Errorf("a hold lasts at most %d payment windows, not %d", booking.MaxWindowsEver, c.MaxWindows)
	}
	var err error
	if c.Limits, err = c.Limits.withDefaults(); err != nil {
		return c, err
	}
	if c.Stage, err = saga.ParseStage(string(c.Stage)); err != nil {
		return c, err
	}
	if _, err := c.injection(); err != nil {
		return c, err
	}
	if c, err = c.withShipping(); err != nil {
		return c, err
	}
	if c.LateMoney == "" {
		c.LateMoney = booking.RefundLate
	}
	if !c.LateMoney.Valid() {
		return c, fmt.Errorf("late money must be %s or %s, it is %q", booking.RefundLate, booking.ReacquireElseRefund, c.LateMoney)
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c, nil
}

func (c Config) withShipping() (Config, error) {
	if c.Carrier == "" {
		c.Carrier = carrier.SimulatedName
		if c.Stage == saga.Production {
			c.Carrier = carrier.ManualName
		}
	}
	if c.ShipmentTimeout == 0 {
		c.ShipmentTimeout = order.DefaultShipmentTimeout
	}
	if c.ShipmentTimeout < order.MinShipmentTimeout || c.ShipmentTimeout > order.MaxShipmentTimeout {
		return c, fmt.Errorf("the shipment timeout must be from %s to %s, it is %s", order.MinShipmentTimeout, order.MaxShipmentTimeout, c.ShipmentTimeout)
	}
	return c, carrier.CheckName(c.Carrier)
}

// injection is what makes sagas fail on purpose.
func (c Config) injection() (*saga.Injection, error) {
	stage := c.Stage
	if c.RefuseFailures {
		stage = saga.Production
	}
	return saga.NewInjection(stage, c.CompensationFailureRate, rand.Float64)
}

func (c Config) holds() booking.Config {
	return booking.Config{PaymentWindow: c.PaymentWindow, MaxExtensions: c.MaxExtensions, MaxWindows: c.MaxWindows, Limits: c.Limits.holds(), LateMoney: c.LateMoney}
}
