package trip

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/saga"
)

// Progress is what an execution knows of its trip: enough to find it and to choose the
// steps. What has become of it stands in the store.
type Progress struct {
	TripID    string `json:"tripId"`
	TenantID  string `json:"tenantId"`
	Status    Status `json:"status"`
	Hotel     bool   `json:"hotel"`     // whether one is wanted
	CarRental bool   `json:"carRental"` // whether one is wanted
}

// Validate refuses an input that names no trip.
func (p Progress) Validate() error { return saga.CheckID("tripId", p.TripID) }

func progressOf(t Trip) Progress {
	tenant := t.TenantID
	if tenant == "" {
		tenant = booking.BySystem // an attribute of a message may not be empty (Amazon SNS API, MessageAttributeValue)
	}
	return Progress{TripID: t.ID, TenantID: tenant, Status: t.Status, Hotel: t.Lodging != nil, CarRental: t.Car != nil}
}

// ReadTrip answers where the trip of an execution's input stands. One that was started as
// an execution by itself, not through Book, is stored now; without a trip_id it is named
// as the execution.
func (s *Service) ReadTrip(ctx context.Context, execution string, input json.RawMessage) (Progress, error) {
	in, err := ParseInput(input)
	if err != nil {
		return Progress{}, err
	}
	if in.TripID == "" {
		in.TripID = execution
	}
	if t, err := s.Store.Trip(ctx, in.TripID); err == nil {
		// A repair, or Book has stored it: the method that Book chose stands in the input.
		r, err := in.Request()
		if err != nil {
			return Progress{}, err
		}
		if r.PaymentMethod == "" {
			r.PaymentMethod = t.PaymentMethod
		}
		return progressOf(t), reused(t, Trip{TenantID: in.TenantID, Request: r})
	} else if booking.CodeOf(err) != booking.NotFound {
		return Progress{}, err
	}
	r, err := in.Request()
	if err != nil {
		return Progress{}, err
	}
	t, err := s.newTrip(ctx, in.TenantID, in.TripID, r)
	if err != nil {
		return Progress{}, err
	}
	t.Execution.Started = true
	if execution != "" {
		t.ExecutionName = execution
	}
	stored, created, err := s.Store.CreateTrip(ctx, t)
	if err == nil && !created {
		err = reused(stored, t)
	}
	return progressOf(stored), err
}

// forward reads the trip that a step is for, unless it is made to fail. done says whether
// the step's effect is there already.
func (s *Service) forward(ctx context.Context, p Progress, step string, failing RunType, done func(Trip) bool) (t Trip, goOn bool, err error) {
	t, err = s.Store.Trip(ctx, p.TripID)
	if err != nil || done(t) {
		return t, false, err
	}
	if err := goesOn(t, step); err != nil {
		return t, false, err
	}
	return t, true, s.Injection.Forward(string(t.Failing), string(failing))
}

// apply applies an intention and answers where the trip then stands.
func (s *Service) apply(ctx context.Context, i Intention) (Progress, error) {
	t, err := s.Store.ApplyToTrip(ctx, i)
	return progressOf(t), err
}

// ReserveHotel reserves the lodging. On an apartment of ours it places a hold by the rules
// of every hold; one that comes to be placed although the trip is being undone is released.
func (s *Service) ReserveHotel(ctx context.Context, p Progress) (Progress, error) {
	t, goOn, err := s.forward(ctx, p, ReserveHotel, FailHotelReservation, func(t Trip) bool { return t.Hotel != nil })
	if err != nil || !goOn {
		return progressOf(t), err
	}
	record := RecordHotel{On: s.on(t.ID)}
	if t.inOurApartment() {
		hold, err := s.Lodging.HoldForTrip(ctx, t.hold())
		if err != nil {
			return progressOf(t), err
		}
		record.Hold = &hold
	}
	reserved, err := s.apply(ctx, record)
	if errors.Is(err, saga.ErrStepUndone) && record.Hold != nil {
		err = errors.Join(err, s.Lodging.ReleaseForTrip(ctx, t.hold()))
	}
	return reserved, err
}

// ReserveFlight reserves the flight.
func (s *Service) ReserveFlight(ctx context.Context, p Progress) (Progress, error) {
	t, goOn, err := s.forward(ctx, p, ReserveFlight, FailFlightsReservation, func(t Trip) bool { return t.Flight != nil })
	if err != nil || !goOn {
		return progressOf(t), err
	}
	return s.apply(ctx, RecordFlight{s.on(t.ID)})
}

// ReserveCarRental reserves the car.
func (s *Service) ReserveCarRental(ctx context.Context, p Progress) (Progress, error) {
	t, goOn, err := s.forward(ctx, p, ReserveCarRental, FailCarRentalReservation, func(t Trip) bool { return t.CarRental != nil })
	if err != nil || !goOn {
		return progressOf(t), err
	}
	return s.apply(ctx, RecordCarRental{s.on(t.ID)})
}

// TakePayment takes the trip's money: it authorizes, claims the hold on an apartment of
// ours, so that nobody expires it, and captures. Errors are the gateway's (see
// saga.Cashier), HOLD_EXPIRED, and those of a step that comes too late.
func (s *Service) TakePayment(ctx context.Context, p Progress) (Progress, error) {
	t, goOn, err := s.forward(ctx, p, TakePayment, FailPayment, Trip.captured)
	if err != nil || !goOn {
		return progressOf(t), err
	}
	if t, err = s.Store.ApplyToTrip(ctx, BeginCharge{s.on(t.ID)}); err != nil {
		return progressOf(t), err
	}
	ref, err := s.cashier.Open(ctx, *t.Charge, t.ID)
	if err != nil {
		return progressOf(t), err
	}
	if t, err = s.Store.ApplyToTrip(ctx, RecordRef{On: s.on(t.ID), Ref: ref}); err != nil {
		return progressOf(t), err
	}
	if t.Charge.Status == booking.Pending {
		answer, err := s.cashier.Authorize(ctx, *t.Charge)
		if err != nil {
			return progressOf(t), err
		}
		if t, err = s.Store.ApplyToTrip(ctx, RecordAuthorization{On: s.on(t.ID), Authorization: answer}); err != nil {
			return progressOf(t), err
		}
	}
	if t.inOurApartment() {
		if _, err := s.Lodging.ClaimForTrip(ctx, t.hold(), t.Hotel.Epoch); err != nil {
			return progressOf(t), err
		}
	}
	if _, err := s.cashier.Capture(ctx, *t.Charge); err != nil {
		return progressOf(t), err
	}
	return s.apply(ctx, RecordCapture{s.on(t.ID)})
}

// ConfirmHotel confirms the lodging.
func (s *Service) ConfirmHotel(ctx context.Context, p Progress) (Progress, error) {
	t, goOn, err := s.forward(ctx, p, ReserveHotel, FailHotelConfirmation, func(t Trip) bool { return t.Hotel != nil && t.Hotel.Status == Confirmed })
	if err != nil || !goOn {
		return progressOf(t), err
	}
	if err := t.confirmable("ConfirmHotel", ReserveHotel, t.Hotel != nil); err != nil {
		return progressOf(t), err
	}
	if t.inOurApartment() {
		if _, err := s.Lodging.ConfirmForTrip(ctx, t.hold(), t.Hotel.Epoch); err != nil {
			return progressOf(t), err
		}
	}
	return s.apply(ctx, ConfirmHotel{s.on(t.ID)})
}

// ConfirmFlight confirms the flight.
func (s *Service) ConfirmFlight(ctx context.Context, p Progress) (Progress, error) {
	t, goOn, err := s.forward(ctx, p, ReserveFlight, FailFlightsConfirmation, func(t Trip) bool { return t.Flight != nil && t.Flight.Status == Confirmed })
	if err != nil || !goOn {
		return progressOf(t), err
	}
	return s.apply(ctx, ConfirmFlight{s.on(t.ID)})
}

// ConfirmCarRental confirms the car rental.
func (s *Service) ConfirmCarRental(ctx context.Context, p Progress) (Progress, error) {
	t, goOn, err := s.forward(ctx, p, ReserveCarRental, FailCarRentalConfirm, func(t Trip) bool { return t.CarRental != nil && t.CarRental.Status == Confirmed })
	if err != nil || !goOn {
		return progressOf(t), err
	}
	return s.apply(ctx, ConfirmCarRental{s.on(t.ID)})
}
