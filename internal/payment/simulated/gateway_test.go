package simulated_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/payment/paymenttest"
	"github.com/vacancy/vacancy/internal/payment/simulated"
	"github.com/vacancy/vacancy/internal/payment/simulated/sqliteledger"
)

func now() time.Time { return time.Now().UTC() }

func TestMemoryGateway(t *testing.T) {
	paymenttest.Run(t, func(*testing.T) paymenttest.Harness {
		g := simulated.New(simulated.NewMemory(), simulated.Options{Now: now})
		return paymenttest.Harness{Gateway: g, Authorizes: "pm_ok", Declined: "pm_declined"}
	})
}

func TestFileGateway(t *testing.T) {
	paymenttest.Run(t, func(t *testing.T) paymenttest.Harness {
		path := filepath.Join(t.TempDir(), sqliteledger.FileName)
		g := openFile(t, path)
		reopen := func(t *testing.T) booking.Gateway {
			if err := g.Close(); err != nil {
				t.Fatal(err)
			}
			return openFile(t, path)
		}
		return paymenttest.Harness{Gateway: g, Authorizes: "pm_ok", Declined: "pm_declined", Reopen: reopen}
	})
}

func openFile(t testing.TB, path string) *simulated.Gateway {
	t.Helper()
	ledger, err := sqliteledger.Open(t.Context(), path, nil)
	if err != nil {
		t.Fatal(err)
	}
	g := simulated.New(ledger, simulated.Options{Now: now})
	t.Cleanup(func() { _ = g.Close() })
	return g
}
