package simulated_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/groupcommit"
	"github.com/vacancy/vacancy/internal/payment/simulated"
	"github.com/vacancy/vacancy/internal/payment/simulated/ledgertest"
	"github.com/vacancy/vacancy/internal/payment/simulated/sqliteledger"
)

// TestCrashAtEveryBoundary crashes the gateway before and after the commit of each
// operation. Whoever asked does not know what became of it; after a restart the repetition
// under the same key is answered, and the effect is there once.
func TestCrashAtEveryBoundary(t *testing.T) {
	for _, operation := range []simulated.Operation{simulated.Create, simulated.Authorize, simulated.Capture, simulated.Void, simulated.Refund} {
		for _, boundary := range []groupcommit.Boundary{groupcommit.BeforeCommit, groupcommit.AfterCommit} {
			t.Run(fmt.Sprintf("%s/%s", operation, boundary), func(t *testing.T) {
				path := filepath.Join(t.TempDir(), sqliteledger.FileName)
				var armed bool
				ledger, err := sqliteledger.Open(t.Context(), path, func(at groupcommit.Boundary) error {
					if armed && at == boundary {
						return groupcommit.ErrCrash
					}
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
				g := simulated.New(ledger, simulated.Options{Now: now})
				ref := prepared(t, g, operation)
				armed = true
				_, err = perform(t.Context(), g, operation, ref)
				wantUnknown(t, "the call during which the gateway crashed", err)
				_ = g.Close()

				g = openFile(t, path)
				want := 0
				if boundary == groupcommit.AfterCommit {
					want = 1
				}
				if n := effects(t, g, operation); n != want {
					t.Errorf("after the restart the effect is there %d times, want %d", n, want)
				}
				if _, err := perform(t.Context(), g, operation, ref); err != nil {
					t.Errorf("the repetition: %v", err)
				}
				if n := effects(t, g, operation); n != 1 {
					t.Errorf("after the repetition the effect is there %d times", n)
				}
			})
		}
	}
}

func TestSecondProcessIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), sqliteledger.FileName)
	openFile(t, path)
	if _, err := sqliteledger.Open(t.Context(), path, nil); !errors.Is(err, groupcommit.ErrInUse) {
		t.Errorf("opening again: %v, want ErrInUse", err)
	}
}

func TestFullDiskIsUnknown(t *testing.T) {
	path := filepath.Join(t.TempDir(), sqliteledger.FileName)
	var full bool
	ledger, err := sqliteledger.Open(t.Context(), path, func(at groupcommit.Boundary) error {
		if full && at == groupcommit.BeforeCommit {
			return groupcommit.ErrFull
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	g := simulated.New(ledger, simulated.Options{Now: now})
	defer g.Close()
	ref := authorized(t, g, "pm_ok")
	full = true
	_, err = g.Capture(t.Context(), ref, "capture")
	wantUnknown(t, "Capture on a full disk", err)
	full = false
	wantStatus(t, g, ref, booking.Authorized)
	if _, err := g.Capture(t.Context(), ref, "capture"); err != nil {
		t.Errorf("Capture when there is room again: %v", err)
	}
}

func TestFileAndMemoryAgree(t *testing.T) {
	directory := t.TempDir()
	var files atomic.Int64
	ledgertest.Agrees(t, func(t testing.TB) simulated.Ledger {
		ledger, err := sqliteledger.Open(t.Context(), filepath.Join(directory, fmt.Sprintf("%d.db", files.Add(1))), nil)
		if err != nil {
			t.Fatal(err)
		}
		return ledger
	})
}
