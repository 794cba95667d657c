package app

import (
	"fmt"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/imports"
	"github.com/vacancy/vacancy/internal/saga/batch"
	"github.com/vacancy/vacancy/internal/saga/trip"
	"github.com/vacancy/vacancy/internal/step"
	"github.com/vacancy/vacancy/internal/workflow"
)

// Ports are what a backend gives the domain.
type Ports struct {
	Store   booking.Store
	Gateway booking.Gateway
	OrderPorts
	Batches   batch.Store // of imports
	TripStore trip.Store
	// NewRunner makes the workflow runner. Its steps are those to run tasks with, for a
	// runner that runs them itself; they may be called only after it was made.
	NewRunner func(steps step.Table) (workflow.Runner, error)
}

// App is the domain services on a backend, and the loops that keep them going.
type App struct {
	step.Services
	Ports
	Runner workflow.Runner
	Config Config

	swept    sweeps
	examined examined
}

// New wires the domain services on a backend's ports. The config must have its defaults.
func New(c Config, p Ports) (*App, error) {
	a := &App{Ports: p, Config: c}
	a.Reservations = booking.NewService(p.Store, p.Gateway, executions{a, ReservationMachine}, Now, NewID, c.holds(), c.Log)
	var err error
	if a.Orders, err = a.newOrders(); err != nil {
		return nil, err
	}
	injection, err := c.injection()
	if err != nil {
		return nil, err
	}
	a.Imports = batch.NewService(p.Batches, imports.Format{}, executions{a, ImportMachine}, injection, Now, NewID, c.Log)
	a.Trips = a.newTrips(injection)
	if a.Runner, err = p.NewRunner(a.Steps()); err != nil {
		return nil, fmt.Errorf("make the workflow runner: %w", err)
	}
	return a, nil
}

// Steps are the workflow steps, which call the services.
func (a *App) Steps() step.Table { return step.New(a.Services) }

// Now is the clock of a deployment, UTC.
func Now() time.Time { return time.Now().UTC() }
