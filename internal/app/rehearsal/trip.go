package rehearsal

import (
	"context"
	"log/slog"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/notification"
	"github.com/vacancy/vacancy/internal/payment/simulated"
	"github.com/vacancy/vacancy/internal/saga"
	"github.com/vacancy/vacancy/internal/saga/trip"
	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/trial"
)

// TripScript says which trip is booked, and what fails while its execution runs.
type TripScript struct {
	// Input is that of the patterns; without a trip_id it is trip_1. The apartmentId apt_1 is
	// one that is made for it.
	Input trip.Input
	// FailureRate is the share of compensations that fail on purpose, 0 to 1.
	FailureRate float64

	Now     time.Time // when it begins
	Rand    func() uint64
	Sleep   func(context.Context, time.Duration) // as trial.Config
	Observe func(trial.Observation)
	Mock    func(next trial.Task) trial.Task // answers tasks in place of our steps; may be nil
}

// TripResult is how the execution ended, and what is in the store then.
type TripResult struct {
	trial.Result
	Trip          trip.Trip
	Apartment     *booking.Apartment // the trip's lodging, where it is one of ours
	Money         []simulated.Totals
	Notifications []notification.Notification
}

// traveller is who books trips in a rehearsal.
var traveller = booking.Principal{ID: "tenant", Role: booking.Tenant}

// Trip rehearses a trip. An input that the door refuses is a *booking.Error.
func Trip(ctx context.Context, definition []byte, s TripScript) (TripResult, error) {
	stage, err := newStage(ctx, s.Now, 0)
	if err != nil {
		return TripResult{}, err
	}
	defer func() { _ = stage.store.Close() }()
	booked, err := stage.book(ctx, s)
	if err != nil {
		return TripResult{}, err
	}
	var out TripResult
	out.Result, err = stage.execute(ctx, definition, s.Mock, stage.entered, trial.Config{
		ID: workflow.ExecutionID{Machine: "trip"}, Observe: s.Observe, Now: s.Now, Rand: s.Rand, Sleep: s.Sleep,
	})
	if err != nil {
		return out, err
	}
	return out, stage.tripHoldings(ctx, booked.ID, &out)
}

// book makes the apartment that the input names and books the trip.
func (s *stage) book(ctx context.Context, script TripScript) (trip.Trip, error) {
	injection, err := failing(script.FailureRate, script.Rand)
	if err != nil {
		return trip.Trip{}, err
	}
	s.trips.Injection = injection
	if script.Input.ApartmentID != "" {
		if _, err := s.offer(ctx); err != nil {
			return trip.Trip{}, err
		}
	}
	request, err := script.Input.Request()
	if err != nil {
		return trip.Trip{}, err
	}
	booked, _, err := s.trips.Book(ctx, traveller, script.Input.TripID, request)
	return booked, err
}

func (s *stage) newTrips(injection *saga.Injection) *trip.Service {
	return trip.NewService(trip.Ports{
		Store: s.ports.TripStore, Lodging: s.reservations, Gateway: s.ports.Gateway, Workflow: s,
		Injection: injection, Now: s.now, NewID: s.newID, Log: slog.New(slog.DiscardHandler),
	})
}

// tripHoldings reads what the store and the gateway hold in the end.
func (s *stage) tripHoldings(ctx context.Context, id string, out *TripResult) (err error) {
	if out.Trip, err = s.store.Trips().Trip(ctx, id); err != nil {
		return err
	}
	if l := out.Trip.Lodging; l != nil && l.ApartmentID != "" {
		a, err := s.store.Apartment(ctx, l.ApartmentID)
		if err != nil {
			return err
		}
		out.Apartment = &a
	}
	if out.Money, err = s.gateway.Totals(ctx, id); err != nil {
		return err
	}
	const all = 1000
	out.Notifications, err = s.outbox.List(ctx, all)
	return err
}
