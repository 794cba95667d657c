package dynamo_test

import (
	"testing"

	"github.com/vacancy/vacancy/internal/saga/trip"
	"github.com/vacancy/vacancy/internal/store/dynamo"
	"github.com/vacancy/vacancy/internal/store/dynamo/dynamotest"
	"github.com/vacancy/vacancy/internal/store/storetest"
)

func TestTrips(t *testing.T) {
	storetest.RunTrips(t, func(t *testing.T) trip.Store { return dynamo.NewTrips(dynamotest.Table(t)) })
}

func TestTripsAtOnce(t *testing.T) {
	storetest.RunTripsAtOnce(t, func(t *testing.T) trip.Store { return dynamo.NewTrips(dynamotest.Table(t)) }, 200)
}

func TestACrashAtEveryWriteOfATrip(t *testing.T) {
	storetest.RunTripCrashes(t, func(t *testing.T, c *storetest.Crash) trip.Store { return dynamo.NewTrips(crashing(t, c)) })
}
