package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
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

// RunTripsAtOnce runs many trips at once by the real definition and steps, with tasks failing
// and repeated at random: each ends whole or empty, or lists what is left, and the gateway
// has kept what it should.
func RunTripsAtOnce(t *testing.T, open TripFactory, trips int) {
	store, outbox := open(t), notification.NewMemory()
	now := func() time.Time { return begin }
	gateway := simulated.New(simulated.NewMemory(), simulated.Options{Now: now})
	injection, err := saga.NewInjection(saga.Development, 0.4, rand.Float64)
	if err != nil {
		t.Fatal(err)
	}
	silent := slog.New(slog.DiscardHandler)
	service := trip.NewService(trip.Ports{Store: store, Gateway: gateway, Workflow: startsNothing{}, Injection: injection, Now: now, Log: silent})
	tasks := trial.Steps(integration.New(step.New(step.Services{Trips: service}),
		map[string]workflow.Handler{"arn:aws:states:::sns:publish": notification.Publisher(outbox, now)}, silent))
	machine := definition(t, "trip")
	ended := make([]trip.Status, trips)
	var running sync.WaitGroup
	for n := range trips {
		running.Go(func() {
			random := rand.New(rand.NewPCG(uint64(n), 4711)) // #nosec G404 -- a test that can be repeated
			request, err := trip.Sample().Request()
			if err != nil {
				t.Error(err)
				return
			}
			request.Failing = trip.RunTypes()[n%len(trip.RunTypes())]
			if request.Failing == trip.RunSuccess {
				request.Failing = ""
			}
			booked, _, err := service.Book(t.Context(), booking.Principal{ID: "tenant"}, fmt.Sprintf("trip_%d", n), request)
			if err != nil {
				t.Error(err)
				return
			}
			start, err := booked.Start()
			if err != nil {
				t.Error(err)
				return
			}
			if _, err := trial.Run(t.Context(), trial.Config{ID: workflow.ExecutionID{Machine: "trip", Name: start.Name}, Definition: machine, Input: start.Input,
				Now: begin, Rand: random.Uint64, Run: unreliableTrip(random, tasks)}); err != nil {
				t.Error(err)
				return
			}
			got, err := store.Trip(t.Context(), booked.ID)
			if err == nil {
				err = wholeOrEmpty(t.Context(), got, gateway)
			}
			if err != nil {
				t.Errorf("trip %d: %v", n, err)
			}
			ended[n] = got.Status
		})
	}
	running.Wait()
	count := map[trip.Status]int{}
	for _, status := range ended {
		count[status]++
	}
	t.Logf("%v", count)
	if trips >= 100 && (count[trip.Booked] == 0 || count[trip.Failed] == 0 || count[trip.NeedsAttention] == 0) {
		t.Errorf("not every end occurred: %v", count)
	}
}

// unreliableTrip makes tasks fail for a while before and after their effects, and run twice,
// and compensations fail for good.
func unreliableTrip(random *rand.Rand, next trial.Task) trial.Task {
	return func(ctx context.Context, x *trial.Execution, c asl.Command) (json.RawMessage, error) {
		if strings.HasPrefix(c.State, "Notify") || c.State == "RecordOutcome" || c.State == "ReadTrip" {
			return next(ctx, x, c)
		}
		lost := workflow.Error{Name: "Lambda.ServiceException", Cause: "made to fail"}
		switch draw := random.Float64(); {
		case draw < 0.1:
			return nil, lost
		case draw < 0.2:
			_, _ = next(ctx, x, c)
			return nil, lost
		case draw < 0.3:
			_, _ = next(ctx, x, c)
		}
		return next(ctx, x, c)
	}
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
