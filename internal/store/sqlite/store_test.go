package sqlite_test

import (
	"testing"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/store/sqlite"
	"github.com/vacancy/vacancy/internal/store/storetest"
)

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) booking.Store { return open(t, t.TempDir(), sqlite.Options{}) })
}

func TestStoreThatStartsExecutions(t *testing.T) {
	storetest.Run(t, func(t *testing.T) booking.Store {
		return openMemory(t, sqlite.Options{StartExecutions: startReservation})
	})
}

// TestRaceForOneApartment is the design's: 64 callers, one apartment, 1,000 rounds.
// Run it with -race.
func TestRaceForOneApartment(t *testing.T) {
	rounds := 1000
	if testing.Short() {
		rounds = 50
	}
	storetest.RunRace(t, func(t *testing.T) booking.Store {
		return open(t, t.TempDir(), sqlite.Options{StartExecutions: startReservation})
	}, 64, rounds)
}
