package app

import (
	"context"
	"errors"
)

// sweepSagas runs the sweepers of imports, orders and trips once.
func (a *App) sweepSagas(ctx context.Context) error {
	return errors.Join(
		sweepSaga(ctx, a, ImportMachine, a.Imports.Sweep),
		sweepSaga(ctx, a, OrderMachine, a.Orders.Sweep),
		sweepSaga(ctx, a, TripMachine, a.Trips.Sweep),
	)
}

// sweepSaga runs a sweeper, and logs what it found and did, if anything.
func sweepSaga[S comparable](ctx context.Context, a *App, machine string, sweep func(context.Context) (S, error)) error {
	found, err := sweep(ctx)
	var nothing S
	if found != nothing {
		a.Config.Log.InfoContext(ctx, "sweep of sagas", "machine", machine, "found", found)
	}
	return err
}
