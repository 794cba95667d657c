package trip

import (
	"context"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
)

// Store keeps trips. Methods that write return only when what they wrote survives a crash
// of the machine. All are safe for concurrent use. Refusals are *booking.Error, and what an
// intention answers; any other error is a fault of the store, after which the effect may or
// may not be there (asking again is safe).
//
// internal/store/storetest holds every store to this (RunTrips).
type Store interface {
	// CreateTrip stores a new trip. One whose id is known stays as it is: it is answered,
	// and created is false.
	CreateTrip(ctx context.Context, t Trip) (stored Trip, created bool, err error)
	// ApplyToTrip applies an intention to the trip and its items in one transaction and
	// answers the trip as it then is. Refused with NotFound if there is no such trip.
	ApplyToTrip(ctx context.Context, i Intention) (Trip, error)
	// Trip answers the stored trip with its items, or NotFound. Consistent.
	Trip(ctx context.Context, id string) (Trip, error)
	// TripsToStart lists trips whose execution is still to be started, at most limit.
	// It may lag.
	TripsToStart(ctx context.Context, limit int) ([]Trip, error)
	// UnfinishedTrips lists trips that have not ended and that nothing has changed since
	// the time, at most limit. It may lag.
	UnfinishedTrips(ctx context.Context, since time.Time, limit int) ([]Trip, error)
	// TripsNeedingAttention lists the trips that need attention, those that ended first
	// before the others, at most limit. It may lag.
	TripsNeedingAttention(ctx context.Context, limit int) ([]Trip, error)
}

// NotFound is the refusal for a trip that is not there, or not the caller's.
func NotFound(id string) *booking.Error {
	return &booking.Error{Code: booking.NotFound, Field: "tripId", Message: "there is no trip " + id}
}
