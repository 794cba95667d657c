package booking

import (
	"context"
	"errors"
)

// PayReservation pays for a held reservation: it authorizes the amount with the
// gateway and wakes the execution, which captures. It answers once authorized.
//
// At a gateway where the payer confirms in their app ([ConfirmedByPayer]) a method of "" or
// InApp makes sure that there is something to confirm, and answers the payment PENDING:
// see Confirmation. Where a manager records payments ([RecordedByManager]) it is refused
// with INVALID_INPUT.
//
// Refused with NOT_FOUND, RESERVATION_NOT_HELD, HOLD_EXPIRED (whatever was
// authorized is voided), PAYMENT_DECLINED (the hold stays; another method may be
// tried under another key) or PAYMENT_PENDING (the gateway has not answered; ask
// for the reservation). On a refusal the reservation is answered too, where it is
// the caller's.
func (s *Service) PayReservation(ctx context.Context, who Principal, id, method, key string) (Reservation, error) {
	idem, err := s.idempotency(who, "payReservation", key, id, method)
	if err != nil {
		return Reservation{}, err
	}
	if _, recorded := s.gateway.(RecordedByManager); recorded {
		return Reservation{}, Invalid("paymentMethod", "this landlord takes cash and bank transfers: pay them, and a manager records it")
	}
	if _, inApp := s.gateway.(ConfirmedByPayer); inApp && (method == "" || method == InApp) {
		idem.ResultID = id
		return s.payInApp(ctx, who, id, idem)
	}
	if !s.gateway.Accepts(method) {
		return Reservation{}, Invalid("paymentMethod", "this is no payment method of the %s gateway", s.gateway.Name()) // which may be a card number, so it is not repeated
	}
	idem.ResultID = id
	r, pending, err := s.beginPay(ctx, who, id, method, *idem)
	if !pending {
		return r, err
	}
	answer, err := s.authorize(ctx, r)
	var declined *DeclinedError
	switch {
	case errors.As(err, &declined):
		return s.declined(ctx, r, who, declined, idem)
	case errors.Is(err, ErrGatewayRefused):
		return s.refusedByGateway(ctx, r, who, idem)
	case err != nil || answer.Status != Authorized && answer.Status != Captured:
		s.log.WarnContext(ctx, "payment outcome unknown", "reservation", r.ID, "payment", r.Payment.ID, "error", err)
		if current, err := s.store.Reservation(ctx, r.ID); err == nil {
			r = current // with the gateway's id, by which the payer may have to confirm
		}
		return r, Refuse(PaymentPending, "the payment has not been decided yet; ask for the reservation again in a moment")
	}
	return s.authorized(ctx, r, who, answer, "", idem)
}

// beginPay begins a payment that is to be asked of the gateway: pending says so. Else the
// pay has its answer already: it is a replay, too late, refused, or paid and waiting to be
// captured.
func (s *Service) beginPay(ctx context.Context, who Principal, id, method string, idem Idempotency) (r Reservation, pending bool, err error) {
	if r, err = s.ownReservation(ctx, who, id); err != nil {
		return Reservation{}, false, err
	}
	if past, err := s.store.Recall(ctx, idem); err != nil {
		return r, false, err
	} else if past != nil {
		return r, false, replayed(past)
	}
	begun, err := s.apply(ctx, BeginPayment{On: s.on(r, who.ID), Method: method})
	if CodeOf(err) == HoldExpired {
		r, err = s.afterDeadline(ctx, r)
		return r, false, err
	}
	if err != nil {
		return r, false, err
	}
	return begun, begun.Payment.Status == Pending, nil
}

// authorize asks the gateway to authorize, and, when no answer arrives, what came of
// it. It never guesses: an outcome that stays unknown is ErrGatewayUnknown.
func (s *Service) authorize(ctx context.Context, r Reservation) (GatewayPayment, error) {
	r, err := s.withGatewayRef(ctx, r)
	if err != nil {
		return GatewayPayment{}, err
	}
	ref := r.Payment.GatewayRef
	answer, err := s.gateway.Authorize(ctx, ref, r.Payment.Method, gatewayKey(*r.Payment, "authorize"))
	if err == nil && answer.Status == Pending {
		// The bank wants to see the payer. What is answered under the key stays so; since
		// then they may have been there.
		answer, err = s.gateway.Lookup(ctx, ref)
	}
	if errors.Is(err, ErrGatewayUnknown) {
		answer, err = s.gateway.Lookup(ctx, ref)
		if err == nil && answer.Status == Pending {
			// Nothing happened. The key may be spoilt by a stored server error, and a new
			// one is safe now (design, 10.7): it is the same object at the gateway, which
			// authorizes once.
			answer, err = s.gateway.Authorize(ctx, ref, r.Payment.Method, s.keyAfterLookup(*r.Payment, "authorize-again", r.Payment.CreatedAt, holdKeyLifetime))
			if errors.Is(err, ErrGatewayRefused) { // the first call has arrived meanwhile
				answer, err = s.gateway.Lookup(ctx, ref)
			}
		}
	}
	if err == nil && answer.Status == Declined {
		err = &DeclinedError{Code: answer.DeclineCode}
	}
	return answer, err
}

func (s *Service) authorized(ctx context.Context, r Reservation, who Principal, answer GatewayPayment, note string, idem *Idempotency) (Reservation, error) {
	// A pay that is answered after the deadline is late, whenever the gateway says
	// that it authorized (design, 10.8): only the execution may still honour it.
	intention := AuthorizePayment{On: s.on(r, who.ID), PaymentID: r.Payment.ID, GatewayRef: answer.Ref, Authorization: answer, Note: note}
	if !intention.Now.Before(r.HoldExpiresAt) {
		intention.Authorization.AuthorizedAt = intention.Now
	}
	b, err := s.store.Apply(ctx, intention, idem)
	switch CodeOf(err) {
	case "":
		if err != nil {
			return r, err
		}
		if !s.wake(ctx, b.Reservation) {
			// Nobody waits: the execution is on its way to the store, or it is dead and
			// the payment needs another.
			if _, err := s.drive(ctx, b.Reservation, new(Sweep), nil); err != nil {
				s.log.WarnContext(ctx, "paid reservation not driven yet; the sweeper will", "reservation", r.ID, "error", err)
			}
		}
		return b.Reservation, nil
	case HoldExpired, ReservationNotHeld:
		return s.tooLate(ctx, r)
	}
	return r, err
}

func (s *Service) declined(ctx context.Context, r Reservation, who Principal, declined *DeclinedError, idem *Idempotency) (Reservation, error) {
	idem.Outcome = PaymentDeclined
	b, err := s.store.Apply(ctx, DeclinePayment{On: s.on(r, who.ID), PaymentID: r.Payment.ID, DeclineCode: declined.Code}, idem)
	if err != nil {
		return r, err
	}
	return b.Reservation, Refuse(PaymentDeclined, "the payment was declined (%s); try another payment method before the hold ends", declined.Code)
}

// afterDeadline answers a pay that comes when the hold has lapsed. An earlier one, whose
// answer got lost, may have been authorized in time: the execution would honour that,
// so nobody is told that the hold has ended before the gateway was asked, or before the
// hold is released.
func (s *Service) afterDeadline(ctx context.Context, r Reservation) (Reservation, error) {
	current, err := s.store.Reservation(ctx, r.ID)
	if err == nil && current.Lapsed(s.now()) {
		current, err = s.askAtDeadline(ctx, current)
	}
	if err != nil {
		return r, err
	}
	if current.paid() {
		s.wake(ctx, current)
		return current, nil
	}
	return s.tooLate(ctx, current)
}

// tooLate ends a pay that the store no longer takes: the hold is released if it has
// lapsed, and what was authorized is given back. When the execution has found the
// payment in time after all, it is paid.
func (s *Service) tooLate(ctx context.Context, r Reservation) (Reservation, error) {
	released, err := s.apply(ctx, ReleaseHold{On: s.on(r, BySystem), Reason: ReleaseExpired})
	if err == nil {
		s.wake(ctx, r)
	} else if released, err = s.store.Reservation(ctx, r.ID); err != nil {
		return r, err
	}
	if released.paid() {
		return released, nil
	}
	if !released.Status.Live() && released.Status != ReservationPaid {
		if released, err = s.ReturnMoney(ctx, r.ID); err != nil {
			s.log.WarnContext(ctx, "late authorization not voided yet; the sweeper will", "reservation", r.ID, "error", err)
			released = r
		}
	}
	if released.Status == Expired {
		return released, holdExpired(released)
	}
	return released, notHeld(released)
}

// replayed answers again what the remembered call was answered with.
func replayed(past *Idempotency) error {
	if past.Outcome == PaymentDeclined {
		return Refuse(PaymentDeclined, "the payment was declined; try another payment method, under another idempotency key")
	}
	return nil
}
