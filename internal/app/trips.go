package app

import (
	"context"

	"github.com/vacancy/vacancy/internal/saga"
	"github.com/vacancy/vacancy/internal/saga/trip"
)

func (a *App) newTrips(injection *saga.Injection) *trip.Service {
	return trip.NewService(trip.Ports{
		Store: a.TripStore, Lodging: a.Reservations, Gateway: a.Gateway, Workflow: executions{a, TripMachine},
		Injection: injection, Now: Now, NewID: NewID, Log: a.Config.Log,
	})
}

// sweepTrips runs the sweeper of trips once.
func (a *App) sweepTrips(ctx context.Context) error {
	found, err := a.Trips.Sweep(ctx)
	if found != (trip.Sweep{}) {
		a.Config.Log.InfoContext(ctx, "sweep of trips", "started", found.Started, "repaired", found.Repaired, "failed", found.Failed)
	}
	return err
}
