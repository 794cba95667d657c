package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/asl"
	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/notification"
	"github.com/vacancy/vacancy/internal/payment/simulated"
	"github.com/vacancy/vacancy/internal/saga"
	"github.com/vacancy/vacancy/internal/saga/trip"
	"github.com/vacancy/vacancy/internal/step"
	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/integration"
	"github.com/vacancy/vacancy/internal/workflow/trial"
)

// startsNothing is a workflow whose executions a test runs by itself.
type startsNothing struct{}

func (startsNothing) Start(context.Context, booking.WorkflowStart) error { return nil }
func (startsNothing) Wake(context.Context, string, json.RawMessage) error {
	return booking.ErrNobodyWaits
}
func (startsNothing) Running(context.Context, string) (bool, error) { return true, nil }

// tripWorld is a store under test with everything around it that runs trips: the domain
// service, the steps and the definition, and a simulated gateway. Time stands still in the
// domain and passes in executions.
type tripWorld struct {
	store   trip.Store
	gateway *simulated.Gateway
	service *trip.Service
	tasks   trial.Task
	machine *asl.Machine
}

// newTripWorld makes one in which compensations fail at a rate.
func newTripWorld(t *testing.T, store trip.Store, rate float64) *tripWorld {
	t.Helper()
	now := func() time.Time { return begin }
	w := &tripWorld{store: store, machine: definition(t, "trip"), gateway: simulated.New(simulated.NewMemory(), simulated.Options{Now: now})}
	injection, err := saga.NewInjection(saga.Development, rate, rand.Float64)
	if err != nil {
		t.Fatal(err)
	}
	silent := slog.New(slog.DiscardHandler)
	w.service = trip.NewService(trip.Ports{Store: store, Gateway: w.gateway, Workflow: startsNothing{}, Injection: injection, Now: now, Log: silent})
	w.tasks = trial.Steps(integration.New(step.New(step.Services{Trips: w.service}),
		map[string]workflow.Handler{"arn:aws:states:::sns:publish": notification.Publisher(notification.NewMemory(), now)}, silent))
	return w
}

// travel books a sample trip, runs its execution to its end, and says what is wrong with it.
func (w *tripWorld) travel(ctx context.Context, id string, failing trip.RunType, random func() uint64, tasks trial.Task) (trip.Trip, error) {
	request, err := trip.Sample().Request()
	if err != nil {
		return trip.Trip{}, err
	}
	if request.Failing = failing; failing == trip.RunSuccess {
		request.Failing = ""
	}
	booked, _, err := w.service.Book(ctx, booking.Principal{ID: "tenant"}, id, request)
	if err != nil {
		return booked, err
	}
	start, err := booked.Start()
	if err == nil {
		_, err = trial.Run(ctx, trial.Config{ID: workflow.ExecutionID{Machine: "trip", Name: start.Name}, Definition: w.machine, Input: start.Input,
			Now: begin, Rand: random, Run: tasks})
	}
	if err != nil {
		return booked, err
	}
	ended, err := w.store.Trip(ctx, id)
	if err == nil {
		err = wholeOrEmpty(ctx, ended, w.gateway)
	}
	return ended, err
}

// wholeOrEmpty says what is wrong with a trip that has ended.
func wholeOrEmpty(ctx context.Context, t trip.Trip, gateway *simulated.Gateway) error {
	totals, err := gateway.Totals(ctx, t.ID)
	if err != nil {
		return err
	}
	var kept int64
	for _, m := range totals {
		kept += m.Kept()
	}
	items, confirmed := t.Items(), 0
	for _, i := range items {
		if i.TransactionStatus == trip.Confirmed {
			confirmed++
		}
	}
	listed := map[string]bool{}
	for _, left := range t.NotUndone {
		listed[left.Step] = true
	}
	switch {
	case t.Status == trip.Booked && (confirmed != 4 || kept != t.Payment.Amount.Amount):
		return fmt.Errorf("it is booked with %d confirmed items and %d kept", confirmed, kept)
	case t.Status == trip.Failed && (len(items) != 0 || kept != 0 || len(listed) != 0):
		return fmt.Errorf("it failed with %v, %d kept", items, kept)
	case t.Status == trip.NeedsAttention:
		for step, stands := range map[string]bool{trip.ReserveHotel: t.Hotel != nil, trip.ReserveFlight: t.Flight != nil,
			trip.ReserveCarRental: t.CarRental != nil, trip.TakePayment: t.Payment != nil || kept != 0} {
			if stands && !listed[step] {
				return fmt.Errorf("%s stands and is not listed in %v", step, t.NotUndone)
			}
		}
		if len(listed) == 0 {
			return errors.New("it needs attention and lists nothing")
		}
	case !t.Status.Ended():
		return fmt.Errorf("it ended %s", t.Status)
	}
	return nil
}
