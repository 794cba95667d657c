package booking

import (
	"context"
	"errors"
)

// payInApp makes sure that the gateway has something for the payer's app to confirm. What
// the payer has done already is found and taken at once.
func (s *Service) payInApp(ctx context.Context, who Principal, id string, idem *Idempotency) (Reservation, error) {
	begun, pending, err := s.beginPay(ctx, who, id, InApp, *idem)
	if !pending {
		return begun, err
	}
	var held GatewayPayment
	r, err := s.withGatewayRef(ctx, begun)
	if err == nil {
		held, err = s.gateway.Lookup(ctx, r.Payment.GatewayRef)
	}
	switch {
	case CodeOf(err) == ReservationNotHeld:
		return s.tooLate(ctx, begun)
	case errors.Is(err, ErrGatewayRefused):
		return s.refusedByGateway(ctx, begun, who, idem)
	case err != nil:
		s.log.WarnContext(ctx, "payment not prepared with the gateway", "reservation", begun.ID, "payment", begun.Payment.ID, "error", err)
		return begun, Refuse(PaymentPending, "the payment gateway does not answer; ask again in a moment, with the same idempotency key")
	}
	switch held.Status {
	case Authorized, Captured:
		return s.authorized(ctx, r, who, held, "", idem)
	case Declined, Voided:
		return s.declined(ctx, r, who, closedAtGateway(held), idem)
	}
	b, err := s.store.Apply(ctx, NoteEvent{On: s.on(r, who.ID)}, idem)
	return b.Reservation, err
}

// closedAtGateway says why nobody can pay what the gateway has closed.
func closedAtGateway(held GatewayPayment) *DeclinedError {
	if held.DeclineCode != "" {
		return &DeclinedError{Code: held.DeclineCode}
	}
	return &DeclinedError{Code: "closed_at_gateway"}
}

// Confirmation answers what the reservation's tenant needs to confirm its payment in their
// app. It is the zero Confirmation for anybody else, and when there is nothing to confirm:
// PayReservation comes first.
func (s *Service) Confirmation(ctx context.Context, who Principal, r Reservation) (Confirmation, error) {
	if who.ID != r.TenantID || r.Status != Held || !s.now().Before(r.HoldExpiresAt) {
		return Confirmation{}, nil
	}
	switch gateway := s.gateway.(type) {
	case RecordedByManager:
		if r.Payment == nil || r.Payment.Status == Pending {
			return Confirmation{Next: PayLandlord}, nil
		}
	case ConfirmedByPayer:
		if p := r.Payment; p != nil && p.Status == Pending && p.Method != "" && p.GatewayRef != "" {
			return gateway.Confirmation(ctx, p.GatewayRef)
		}
	}
	return Confirmation{}, nil
}

// refusedByGateway ends a pay that the gateway would not take. Where the hold has ended,
// that is why: its payment was closed. On a live hold the payment is closed and counts as
// declined, so that the tenant can try another method.
func (s *Service) refusedByGateway(ctx context.Context, r Reservation, who Principal, idem *Idempotency) (Reservation, error) {
	current, err := s.store.Reservation(ctx, r.ID)
	if err != nil {
		return r, err
	}
	if current.paid() {
		return current, nil
	}
	if current.Status != Held || current.Lapsed(s.now()) || current.Payment == nil || current.Payment.ID != r.Payment.ID {
		return s.tooLate(ctx, current)
	}
	held, err := s.closed(ctx, current)
	switch {
	case err != nil:
		s.log.WarnContext(ctx, "a payment that the gateway refused could not be closed", "reservation", r.ID, "payment", r.Payment.ID, "error", err)
		return current, Refuse(PaymentPending, "the payment has not been decided yet; ask for the reservation again in a moment")
	case held.Status == Authorized || held.Status == Captured:
		return s.authorized(ctx, current, who, held, "", idem)
	}
	if held.DeclineCode == "" {
		held.DeclineCode = "refused_by_gateway"
	}
	return s.declined(ctx, current, who, closedAtGateway(held), idem)
}

// closed answers what the gateway holds once nobody can pay it any more, or that it is paid.
func (s *Service) closed(ctx context.Context, r Reservation) (GatewayPayment, error) {
	ref, err := s.gatewayRef(ctx, r)
	if errors.Is(err, ErrGatewayRefused) {
		return GatewayPayment{Status: Voided}, nil // it made nothing
	}
	if err != nil {
		return GatewayPayment{}, err
	}
	held, err := s.gateway.Lookup(ctx, ref)
	if err == nil && held.Status == Pending {
		if held, err = s.gateway.Void(ctx, ref, gatewayKey(*r.Payment, "void")); errors.Is(err, ErrGatewayRefused) {
			held, err = s.gateway.Lookup(ctx, ref) // paid meanwhile
		}
	}
	if err == nil && held.Status == Pending {
		err = ErrGatewayUnknown
	}
	return held, err
}
