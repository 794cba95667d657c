package sqlite_test

import (
	"testing"

	"github.com/vacancy/vacancy/internal/saga/trip"
	"github.com/vacancy/vacancy/internal/store/sqlite"
	"github.com/vacancy/vacancy/internal/store/storetest"
)

func TestTrips(t *testing.T) {
	storetest.RunTrips(t, func(t *testing.T) trip.Store { return open(t, t.TempDir(), sqlite.Options{}).Trips() })
}

func TestTripsAtOnce(t *testing.T) {
	storetest.RunTripsAtOnce(t, func(t *testing.T) trip.Store { return open(t, t.TempDir(), sqlite.Options{}).Trips() }, 200)
}
