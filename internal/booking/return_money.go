package booking

import (
	"context"
	"errors"
	"fmt"
)

// ReturnMoney gives back whatever the gateway holds for an ended reservation: an
// authorization is voided, a capture refunded. It is idempotent by payment and is
// called by the execution, the sweeper and whoever got an authorization too late.
// On a live or PAID reservation it does nothing. An outcome that stays unknown is
// ErrGatewayUnknown: call again.
func (s *Service) ReturnMoney(ctx context.Context, id string) (Reservation, error) {
	r, err := s.store.Reservation(ctx, id)
	if err != nil || r.Status.Live() || r.Status == ReservationPaid || r.Payment.settled() {
		return r, err
	}
	ref, err := s.gatewayRef(ctx, r)
	if err != nil {
		return r, fmt.Errorf("learn the gateway's id of payment %s: %w", r.Payment.ID, err)
	}
	held, err := s.gateway.Lookup(ctx, ref)
	if err != nil {
		return r, fmt.Errorf("look up payment %s: %w", r.Payment.ID, err)
	}
	held, err = s.giveBack(ctx, ref, held, func(operation string) string { return gatewayKey(*r.Payment, operation) })
	if errors.Is(err, ErrGatewayUnknown) {
		if held, err = s.gateway.Lookup(ctx, ref); err == nil {
			// If nothing happened, a new key is safe now and the old one may be spoilt by
			// a stored server error (design, 10.7).
			held, err = s.giveBack(ctx, ref, held, func(operation string) string {
				return s.keyAfterLookup(*r.Payment, operation+"-again", r.EndedAt)
			})
		}
	}
	if errors.Is(err, ErrGatewayRefused) { // another call has arrived meanwhile
		held, err = s.gateway.Lookup(ctx, ref)
	}
	if err != nil {
		return r, fmt.Errorf("return payment %s: %w", r.Payment.ID, err)
	}
	return s.recordReturn(ctx, r, held)
}

// giveBack voids or refunds what the gateway holds, under the operation's key, and
// answers what it then holds. Where it holds nothing it asks for nothing.
func (s *Service) giveBack(ctx context.Context, ref string, held GatewayPayment, key func(operation string) string) (GatewayPayment, error) {
	switch held.Status {
	case Captured:
		return s.gateway.Refund(ctx, ref, key("refund"))
	case Pending, Authorized:
		return s.gateway.Void(ctx, ref, key("void"))
	}
	return held, nil
}

func (s *Service) recordReturn(ctx context.Context, r Reservation, held GatewayPayment) (Reservation, error) {
	switch held.Status {
	case Refunded:
		return s.apply(ctx, RecordRefund{On: s.on(r, BySystem), PaymentID: r.Payment.ID})
	case Voided, Declined:
		return s.apply(ctx, RecordVoid{On: s.on(r, BySystem), PaymentID: r.Payment.ID})
	}
	return r, fmt.Errorf("return payment %s: the gateway still says %s: %w", r.Payment.ID, held.Status, ErrGatewayUnknown)
}

// ReturnedMoney is ReturnMoney for the execution: it answers what the store says then.
func (s *Service) ReturnedMoney(ctx context.Context, in ExecutionInput) (Reading, error) {
	r, err := s.ReturnMoney(ctx, in.ReservationID)
	return read(r, s.now()), err
}
