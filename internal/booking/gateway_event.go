package booking

import (
	"context"
	"errors"
	"fmt"
)

// gatewayEvent is the operation under which events of the gateway are remembered.
const gatewayEvent = "gatewayEvent"

// GatewayEvent sees to what has happened to the payment of this ref, of which an event of
// the gateway told. The gateway is asked what is there now, and that alone counts: an event
// that is delivered twice, days late or in another order has its effect once, and none that
// is wrong by now.
//
// The event's id is stored in the transaction of its first effect here. What is to follow
// from that (an execution to be started, money to be given back) can be read from the
// reservation then, and the sweeper does it if this call does not get that far. Where there
// is nothing to change here, as for a stray payment, the id is stored when all is done.
//
// It answers nil for what is about no payment of ours. After an error the event is to be
// delivered again.
func (s *Service) GatewayEvent(ctx context.Context, eventID, ref string) error {
	event := &Idempotency{Principal: "gateway:" + s.gateway.Name(), Operation: gatewayEvent, Key: eventID, Fingerprint: ref, At: s.now()}
	past, err := s.store.Recall(ctx, *event)
	if err != nil {
		return fmt.Errorf("recall event %s: %w", eventID, err)
	}
	if past != nil {
		return nil
	}
	held, err := s.gateway.Lookup(ctx, ref)
	if errors.Is(err, ErrGatewayRefused) || err == nil && held.ReservationID == "" {
		s.log.InfoContext(ctx, "an event about a payment that is not ours", "event", eventID, "ref", ref)
		return nil
	}
	if err != nil {
		return fmt.Errorf("look up %s of event %s: %w", ref, eventID, err)
	}
	r, err := s.store.Reservation(ctx, held.ReservationID)
	if CodeOf(err) == NotFound {
		s.log.InfoContext(ctx, "an event about a payment of no reservation", "event", eventID, "ref", ref, "of", held.ReservationID)
		return nil
	}
	if err != nil {
		return err
	}
	event.ResultID = r.ID
	noted, err := s.heard(ctx, r, held, event)
	if err != nil || noted {
		return err
	}
	_, err = s.store.Apply(ctx, NoteEvent{On: s.on(r, BySystem)}, event)
	return err
}

// heard acts on what the gateway holds, and reports whether the event was stored with it.
func (s *Service) heard(ctx context.Context, r Reservation, held GatewayPayment, event *Idempotency) (noted bool, err error) {
	p := r.Payment
	switch {
	case p == nil || p.ID != held.PaymentID || p.GatewayRef != "" && p.GatewayRef != held.Ref:
		return false, s.returnStray(ctx, r, held)
	case r.Status == Held && p.Status == Pending:
		return s.heardWhileHeld(ctx, r, held, event)
	case r.Status.Live():
		return s.drive(ctx, r, new(Sweep), event)
	case r.Status == ReservationPaid:
		if held.Status != Captured {
			s.log.ErrorContext(ctx, "a PAID reservation's money is gone from the gateway; 'vacancy doctor' explains", "reservation", r.ID, "ref", held.Ref, "gateway", held.Status)
		}
		return false, nil
	}
	_, noted, err = s.settleEnded(ctx, r, event)
	return noted, err
}

func (s *Service) heardWhileHeld(ctx context.Context, r Reservation, held GatewayPayment, event *Idempotency) (noted bool, err error) {
	var decision Intention
	switch held.Status {
	case Authorized, Captured:
		decision = AuthorizePayment{On: s.on(r, BySystem), PaymentID: r.Payment.ID, GatewayRef: held.Ref, Authorization: held}
	case Declined, Voided: // nobody can pay it any more; the tenant may begin another
		decision = DeclinePayment{On: s.on(r, BySystem), PaymentID: r.Payment.ID, DeclineCode: closedAtGateway(held).Code}
	default:
		return false, nil
	}
	b, err := s.store.Apply(ctx, decision, event)
	switch CodeOf(err) {
	case "":
		if err != nil {
			return false, err
		}
		if b.Reservation.paid() && !s.wake(ctx, b.Reservation) {
			_, err = s.drive(ctx, b.Reservation, new(Sweep), nil)
		}
		return true, err
	case HoldExpired, ReservationNotHeld: // too late, or another has decided
		return s.heardTooLate(ctx, r, event)
	}
	return false, err
}

// heardTooLate releases the hold, if it has lapsed, and sees to the money. When the
// execution has found the payment in time after all, there is nothing to do.
func (s *Service) heardTooLate(ctx context.Context, r Reservation, event *Idempotency) (noted bool, err error) {
	b, err := s.store.Apply(ctx, ReleaseHold{On: s.on(r, BySystem), Reason: ReleaseExpired}, event)
	current := b.Reservation
	switch {
	case err == nil:
		noted, event = event != nil, nil
		s.wake(ctx, r)
	case CodeOf(err) == "":
		return false, err
	default:
		if current, err = s.store.Reservation(ctx, r.ID); err != nil || current.Status.Live() || current.Status == ReservationPaid {
			return false, err
		}
	}
	_, settled, err := s.settleEnded(ctx, current, event)
	if noted && err != nil {
		s.log.WarnContext(ctx, "late money not seen to yet; the sweeper will", "reservation", r.ID, "error", err)
		err = nil
	}
	return noted || settled, err
}

// returnStray gives back what was paid into an object that no payment of the reservation
// stands for any more: one of an earlier attempt, or of a create that arrived twice.
func (s *Service) returnStray(ctx context.Context, r Reservation, held GatewayPayment) error {
	if held.Status != Authorized && held.Status != Captured {
		return nil
	}
	s.log.WarnContext(ctx, "money in a payment that the reservation no longer knows; it goes back", "reservation", r.ID, "payment", held.PaymentID, "ref", held.Ref)
	back, err := s.giveBack(ctx, held.Ref, held, func(operation string) string {
		return s.keyAfterLookup(Payment{ID: held.PaymentID}, "stray-"+held.Ref+"-"+operation, r.PlacedAt, keyLifetime)
	})
	if err != nil {
		return fmt.Errorf("return the stray payment %s: %w", held.Ref, err)
	}
	if back.Status == Authorized || back.Status == Captured {
		return fmt.Errorf("return the stray payment %s: the gateway still says %s: %w", held.Ref, back.Status, ErrGatewayUnknown)
	}
	return nil
}
