package simulated_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/groupcommit"
	"github.com/vacancy/vacancy/internal/payment/simulated"
)

// TestCrashAtEveryBoundary crashes the gateway before and after the commit of each
// operation. Whoever asked does not know what became of it; after a restart the repetition
// under the same key is answered, and the effect is there once.
func TestCrashAtEveryBoundary(t *testing.T) {
	for _, operation := range []simulated.Operation{simulated.Create, simulated.Authorize, simulated.Capture, simulated.Void, simulated.Refund} {
		for _, boundary := range []groupcommit.Boundary{groupcommit.BeforeCommit, groupcommit.AfterCommit} {
			t.Run(fmt.Sprintf("%s/%s", operation, boundary), func(t *testing.T) {
				path := filepath.Join(t.TempDir(), simulated.FileName)
				var armed bool
				ledger, err := simulated.OpenFile(t.Context(), path, func(at groupcommit.Boundary) error {
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
	path := filepath.Join(t.TempDir(), simulated.FileName)
	openFile(t, path)
	if _, err := simulated.OpenFile(t.Context(), path, nil); !errors.Is(err, groupcommit.ErrInUse) {
		t.Errorf("opening again: %v, want ErrInUse", err)
	}
}

func TestFullDiskIsUnknown(t *testing.T) {
	path := filepath.Join(t.TempDir(), simulated.FileName)
	var full bool
	ledger, err := simulated.OpenFile(t.Context(), path, func(at groupcommit.Boundary) error {
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

// TestFileAndMemoryAgree performs random calls on both ledgers, with faults and a moving
// clock, and compares every answer, every entry and the totals. Against the entries it
// checks that no payment is captured or refunded twice, or refunded without a capture.
func TestFileAndMemoryAgree(t *testing.T) {
	directory := t.TempDir()
	var files atomic.Int64
	rapid.Check(t, func(rt *rapid.T) {
		clock := time.Date(2026, time.March, 1, 0, 0, 0, 0, time.UTC)
		var fault simulated.Fault
		options := simulated.Options{Now: func() time.Time { return clock }, Fault: func(simulated.Call) simulated.Fault { return fault }}
		ledger, err := simulated.OpenFile(t.Context(), filepath.Join(directory, fmt.Sprintf("%d.db", files.Add(1))), nil)
		if err != nil {
			rt.Fatal(err)
		}
		memory, file := simulated.New(simulated.NewMemory(), options), simulated.New(ledger, options)
		defer file.Close()

		var methods []string
		for _, m := range simulated.Methods() {
			if m.Name != "pm_slow" { // waits by the real clock; method_test.go has it
				methods = append(methods, m.Name)
			}
		}
		for range rapid.IntRange(1, 30).Draw(rt, "calls") {
			ref := fmt.Sprintf("sim_%d", rapid.IntRange(1, 3).Draw(rt, "ref"))
			key := fmt.Sprintf("key %d", rapid.IntRange(1, 8).Draw(rt, "key"))
			method := rapid.SampledFrom(methods).Draw(rt, "method")
			fault = rapid.SampledFrom(simulated.Faults()).Draw(rt, "fault")
			clock = clock.Add(time.Duration(rapid.IntRange(0, 6).Draw(rt, "seconds")) * time.Second)
			operation := rapid.IntRange(0, 5).Draw(rt, "operation")
			call := func(g booking.Gateway) string {
				var p booking.GatewayPayment
				var err error
				switch operation {
				case 0:
					payment := booking.Payment{ID: "res_1-p" + key, Amount: booking.Money{Amount: amount, Currency: "USD"}}
					p, err = g.Create(t.Context(), payment, "res_1", key)
				case 1:
					p, err = g.Authorize(t.Context(), ref, method, key)
				case 2:
					p, err = g.Capture(t.Context(), ref, key)
				case 3:
					p, err = g.Void(t.Context(), ref, key)
				case 4:
					p, err = g.Refund(t.Context(), ref, key)
				case 5:
					p, err = g.Lookup(t.Context(), ref)
				}
				return fmt.Sprintf("%+v, %v", p, err)
			}
			if inMemory, inFile := call(memory), call(file); inMemory != inFile {
				rt.Fatalf("operation %d on %s under %s:\nin memory %s\n  in file %s", operation, ref, key, inMemory, inFile)
			}
		}
		compareLedgers(t, rt, memory, file)
	})
}

func compareLedgers(t *testing.T, rt *rapid.T, memory, file *simulated.Gateway) {
	inMemory, err := memory.EntriesAfter(t.Context(), 0, 1000)
	if err != nil {
		rt.Fatal(err)
	}
	inFile, err := file.EntriesAfter(t.Context(), 0, 1000)
	if err != nil {
		rt.Fatal(err)
	}
	if a, b := fmt.Sprintf("%+v", inMemory), fmt.Sprintf("%+v", inFile); a != b {
		rt.Fatalf("the ledgers differ:\nin memory %s\n  in file %s", a, b)
	}
	byReservation, err := file.Entries(t.Context(), "res_1")
	if err != nil || len(byReservation) != len(inFile) {
		rt.Fatalf("Entries answers %d of %d, %v", len(byReservation), len(inFile), err)
	}
	totals, err := file.Totals(t.Context(), "res_1")
	if err != nil {
		rt.Fatal(err)
	}
	for _, sum := range totals {
		if sum.Captures > 1 || sum.Refunds > sum.Captures || sum.Kept() != 0 && sum.Kept() != amount || sum.Voided > 0 && sum.Captured > 0 {
			rt.Fatalf("the sums of a payment are wrong: %+v", sum)
		}
	}
}
