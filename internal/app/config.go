// Package app makes a wired program of a configuration: the store, the payment
// gateway, the domain service, the workflow runner with its steps, and the loops that
// keep them going. With cmd and lambdas it is the only reader of the clock.
package app

import (
	"fmt"
	"log/slog"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/notification"
)

// Config is what a deployment decides. The zero value of a field is its default.
type Config struct {
	// DataDir is the directory that everything is kept in. It is made if it is not there.
	DataDir string
	// PaymentWindow is how long a hold lasts; 0: 15 minutes.
	PaymentWindow time.Duration
	// MaxExtensions is how often a hold may be extended, and MaxWindows how many payment
	// windows it lasts at the most; 0: 2 and 3.
	MaxExtensions int
	MaxWindows    int
	// Workers bounds the executions driven at once; 0: the runner's default.
	Workers int
	// SlowPayment is how long pm_slow takes at the simulated gateway; 0: 2 s.
	SlowPayment time.Duration
	// Receiver is where notifications go; nil: they are kept and listed.
	Receiver notification.Receiver
	// Log; nil: nothing is logged.
	Log *slog.Logger

	// Faults are for tests of what happens when something fails.
	Faults Faults
}

func (c Config) withDefaults() (Config, error) {
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
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c, nil
}

func (c Config) holds() booking.Config {
	return booking.Config{PaymentWindow: c.PaymentWindow, MaxExtensions: c.MaxExtensions, MaxWindows: c.MaxWindows}
}
