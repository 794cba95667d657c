package simulated_test

import (
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/payment/paymenttest"
	"github.com/vacancy/vacancy/internal/payment/simulated"
)

func now() time.Time { return time.Now().UTC() }

func TestMemoryGateway(t *testing.T) {
	paymenttest.Run(t, func(*testing.T) paymenttest.Harness {
		g := simulated.New(simulated.NewMemory(), simulated.Options{Now: now})
		return paymenttest.Harness{Gateway: g, Authorizes: "pm_ok", Declined: "pm_declined"}
	})
}
