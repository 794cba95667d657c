package rehearsal

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/vacancy/vacancy/internal/asl"
	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/notification"
	"github.com/vacancy/vacancy/internal/payment/simulated"
	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/trial"
)

// Script says what the tenant does while the reservation's execution runs, and how.
// The zero value: they never pay.
type Script struct {
	Method      string        // payment method of the simulated gateway; "": nobody pays
	PayAfter    time.Duration // after the hold was placed
	CancelAfter time.Duration // 0: nobody cancels
	Window      time.Duration // payment window; 0: the default

	Now     time.Time // when it begins
	Rand    func() uint64
	Sleep   func(context.Context, time.Duration) // as trial.Config
	Observe func(trial.Observation)
	Tenant  func(Answer) // hears what the tenant was told; may be nil
	// Mock, if any, answers tasks in place of our steps.
	Mock func(next trial.Task) trial.Task
}

// Result is how the execution ended, and what is in the store then.
type Result struct {
	trial.Result
	Apartment     booking.Apartment
	Reservation   booking.Reservation
	Money         []simulated.Totals
	Notifications []notification.Notification
}

// Answer is what the tenant was told.
type Answer struct {
	At     time.Time
	Action string // "pay pm_ok", "cancel"
	Err    error  // the refusal, if it was one
}

// Reservation rehearses the reservation workflow on an apartment made for it.
func Reservation(ctx context.Context, definition []byte, s Script) (Result, error) {
	stage, err := newStage(ctx, s.Now, s.Window)
	if err != nil {
		return Result{}, err
	}
	defer func() { _ = stage.store.Close() }()
	tenant := booking.Principal{ID: "tenant", Role: booking.Tenant}
	reservation, err := stage.reserve(ctx, tenant)
	if err != nil {
		return Result{}, err
	}
	var out Result
	out.Result, err = stage.execute(ctx, definition, s.Mock, func(tasks trial.Task) trial.Task {
		return stage.scripted(ctx, tasks, s, tenant, reservation.ID)
	}, trial.Config{
		ID: workflow.ExecutionID{Machine: "reservation"}, Observe: s.Observe, Now: s.Now, Rand: s.Rand, Sleep: s.Sleep,
	})
	if err != nil {
		return out, err
	}
	return out, stage.holdings(ctx, reservation, &out)
}

// reserve makes an apartment and places a hold on it.
func (s *stage) reserve(ctx context.Context, tenant booking.Principal) (booking.Reservation, error) {
	apartment, err := s.offer(ctx)
	if err != nil {
		return booking.Reservation{}, err
	}
	return s.reservations.ReserveApartment(ctx, tenant, apartment.ID, "rehearsal")
}

// offer makes an apartment to rehearse with.
func (s *stage) offer(ctx context.Context) (booking.Apartment, error) {
	manager := booking.Principal{ID: "manager", Role: booking.Manager}
	apartment, err := s.reservations.CreateApartment(ctx, manager, booking.Listing{
		Title: "An apartment to rehearse with", City: "Austin", State: "TX",
		Price: booking.Money{Amount: 79_000, Currency: "USD"}, RentPeriod: booking.Monthly,
	}, "rehearsal")
	if err != nil {
		return booking.Apartment{}, fmt.Errorf("make an apartment: %w", err)
	}
	return apartment, nil
}

// scripted makes the appointments of the script when the first task runs.
func (s *stage) scripted(ctx context.Context, tasks trial.Task, script Script, tenant booking.Principal, id string) trial.Task {
	act := func(x *trial.Execution, after time.Duration, action string, do func() error) {
		x.After(after, func() {
			answer := Answer{At: x.Now(), Action: action, Err: do()}
			if script.Tenant != nil {
				script.Tenant(answer)
			}
		})
	}
	appoint := func(x *trial.Execution) {
		if script.Method != "" {
			act(x, script.PayAfter, "pay "+script.Method, func() error {
				_, err := s.reservations.PayReservation(ctx, tenant, id, script.Method, "pay")
				return err
			})
		}
		if script.CancelAfter > 0 {
			act(x, script.CancelAfter, "cancel", func() error {
				_, err := s.reservations.CancelReservation(ctx, tenant, id)
				return err
			})
		}
	}
	return func(taskContext context.Context, x *trial.Execution, c asl.Command) (json.RawMessage, error) {
		if s.execution() == nil {
			s.enter(x)
			appoint(x)
		}
		return tasks(taskContext, x, c)
	}
}

// holdings reads what the store and the gateway hold in the end.
func (s *stage) holdings(ctx context.Context, r booking.Reservation, out *Result) (err error) {
	if out.Apartment, err = s.store.Apartment(ctx, r.ApartmentID); err != nil {
		return err
	}
	if out.Reservation, err = s.store.Reservation(ctx, r.ID); err != nil {
		return err
	}
	if out.Money, err = s.gateway.Totals(ctx, r.ID); err != nil {
		return err
	}
	const all = 1000
	out.Notifications, err = s.outbox.List(ctx, all)
	return err
}
