package app

import (
	"fmt"
	"log/slog"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
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
	// SlowPayment is how long pm_slow takes at the simulated gateway; 0: 2 s.
	SlowPayment time.Duration
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
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c, nil
}

func (c Config) holds() booking.Config {
	return booking.Config{PaymentWindow: c.PaymentWindow, MaxExtensions: c.MaxExtensions, MaxWindows: c.MaxWindows}
}
