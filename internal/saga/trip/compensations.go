package trip

import (
	"context"
	"errors"

	"github.com/vacancy/vacancy/internal/booking"
)

// Undo is a compensation's input.
type Undo struct {
	Progress
	Failure Failure // of the step that failed, where this execution knows it
}

// fence keeps every step of the trip from going on; then the compensation may be made to fail.
func (s *Service) fence(ctx context.Context, u Undo, compensation string) (Trip, error) {
	t, err := s.Store.ApplyToTrip(ctx, BeginCompensation{On: s.on(u.TripID), Failure: u.Failure})
	if err != nil {
		return t, err
	}
	return t, s.Injection.Compensation(compensation)
}

// RefundPayment gives back whatever the gateway holds for the trip. An outcome that stays
// unknown is booking.ErrGatewayUnknown: call again.
func (s *Service) RefundPayment(ctx context.Context, u Undo) (Progress, error) {
	t, err := s.fence(ctx, u, RefundPayment)
	if err != nil || t.Undone.Has(TakePayment) {
		return progressOf(t), err
	}
	var returned booking.GatewayPayment
	if t.Charge != nil {
		if returned, err = s.cashier.Return(ctx, *t.Charge); err != nil {
			return progressOf(t), err
		}
	}
	return s.apply(ctx, RecordReturn{On: s.on(t.ID), Returned: returned})
}

// CancelCarRental cancels the car rental, if there is one.
func (s *Service) CancelCarRental(ctx context.Context, u Undo) (Progress, error) {
	t, err := s.fence(ctx, u, CancelCarRental)
	if err != nil {
		return progressOf(t), err
	}
	return s.apply(ctx, RemoveCarRental{s.on(t.ID)})
}

// CancelFlight cancels the flight, if there is one.
func (s *Service) CancelFlight(ctx context.Context, u Undo) (Progress, error) {
	t, err := s.fence(ctx, u, CancelFlight)
	if err != nil {
		return progressOf(t), err
	}
	return s.apply(ctx, RemoveFlight{s.on(t.ID)})
}

// CancelHotel cancels the lodging, if there is one. A hold on an apartment of ours is
// released, also one that the trip does not know of.
func (s *Service) CancelHotel(ctx context.Context, u Undo) (Progress, error) {
	t, err := s.fence(ctx, u, CancelHotel)
	if err != nil {
		return progressOf(t), err
	}
	if t.inOurApartment() {
		if err := s.Lodging.ReleaseForTrip(ctx, t.hold()); err != nil {
			return progressOf(t), err
		}
	}
	return s.apply(ctx, RemoveHotel{s.on(t.ID)})
}

// Ending is RecordOutcome's input: what the execution knows of how it came here.
type Ending struct {
	Progress
	Failure Failure
	// GaveUp says why compensations gave up, by the name of the step that they undo.
	GaveUp map[string]string
}

// Outcome is how a trip that failed ended.
type Outcome struct {
	Status    Status      `json:"status"`
	Failure   Failure     `json:"failure"`
	NotUndone []Remainder `json:"notUndone"`
}

// RecordOutcome records how the trip ended: FAILED, or NEEDS_ATTENTION with what still
// stands. One that is BOOKED stays so.
func (s *Service) RecordOutcome(ctx context.Context, e Ending) (Outcome, error) {
	_, err := s.Store.ApplyToTrip(ctx, BeginCompensation{On: s.on(e.TripID), Failure: e.Failure})
	if errors.Is(err, ErrBooked) {
		return Outcome{Status: Booked, NotUndone: []Remainder{}}, nil
	}
	if err != nil {
		return Outcome{}, err
	}
	t, err := s.Store.ApplyToTrip(ctx, Conclude{On: s.on(e.TripID), GaveUp: e.GaveUp})
	outcome := Outcome{Status: t.Status, Failure: t.Failure, NotUndone: t.NotUndone}
	if outcome.NotUndone == nil {
		outcome.NotUndone = []Remainder{}
	}
	return outcome, err
}
