// Package storetest is the contract of [booking.Store] as a suite. Every store runs it
// with its own set-up and nothing else:
//
//	func TestStore(t *testing.T) {
//		storetest.Run(t, func(t *testing.T) booking.Store { … })
//	}
//
// What it expects is written from the tables of the design (sections 3 and 10), not
// from the rules in package booking, so that a mistake there is found here too. Lists
// and sweeps may lag behind: it waits for them.
package storetest

import (
	"testing"

	"github.com/vacancy/vacancy/internal/booking"
)

// Factory answers an empty store and cleans up by t.Cleanup.
type Factory func(t *testing.T) booking.Store

type test struct {
	name string
	run  func(*suite)
}

// Run runs the whole contract, each test on a store of its own.
func Run(t *testing.T, open Factory) { RunSample(t, open, 1) }

// RunSample is Run for a store that takes milliseconds for what others do in microseconds:
// of the thousands of scenes around a deadline it plays each n-th, of every order.
func RunSample(t *testing.T, open Factory, n int) {
	groups := [][]test{apartmentTests, placeHoldTests, takeoverTests, holdLimitTests, transitionTests, lateMoneyTests, mendingTests, eventTests, extensionTests, idempotencyTests,
		apartmentListTests, reservationListTests, sweepTests, raceTests, deadlineTests, propertyTests, tripHoldTests}
	for _, group := range groups {
		for _, c := range group {
			t.Run(c.name, func(t *testing.T) { c.run(newSuite(t, open, n)) })
		}
	}
}
