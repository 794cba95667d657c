package app

import (
	"github.com/vacancy/vacancy/internal/saga"
	"github.com/vacancy/vacancy/internal/saga/trip"
)

func (a *App) newTrips(injection *saga.Injection) *trip.Service {
	return trip.NewService(trip.Ports{
		Store: a.TripStore, Lodging: a.Reservations, Gateway: a.Gateway, Workflow: executions{a, TripMachine},
		Injection: injection, Now: Now, NewID: NewID, Log: a.Config.Log,
	})
}
