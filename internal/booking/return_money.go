package booking

import (
	"context"
	"errors"
	"fmt"
)

// ReturnMoney gives back whatever the gateway holds for an ended reservation: an
// authorization is voided, a capture refunded. It is idempotent by payment and is
// called by the sweeper and by whoever got an authorization too late. On a live or PAID
// reservation it does nothing. An outcome that stays unknown is ErrGatewayUnknown: call
// again.
//
// Where the late-money policy says so it takes the apartment again instead (see
// [ReacquireHold]). Either way an execution is started if none runs: it captures, or tells
// the tenant that their money went back.
func (s *Service) ReturnMoney(ctx context.Context, id string) (Reservation, error) {
	r, _, err := s.returnHeard(ctx, id, nil)
	return r, err
}

// returnHeard is ReturnMoney on an event, which is stored with the first transition that
// follows from it; noted reports that.
func (s *Service) returnHeard(ctx context.Context, id string, event *Idempotency) (r Reservation, noted bool, err error) {
	r, became, noted, err := s.returnMoney(ctx, id, event)
	if became == moneyReacquired || became == moneyReturned && r.Status != ReservationRefunded {
		if err := s.followUp(ctx, r); err != nil {
			s.log.WarnContext(ctx, "no execution started for late money", "reservation", id, "became", became, "error", err)
		}
	}
	return r, noted, err
}

// followUp starts an execution for late money, unless one speaks for the reservation.
func (s *Service) followUp(ctx context.Context, r Reservation) error {
	if running, err := s.driven(ctx, r); err != nil || running {
		return err
	}
	return s.startLate(ctx, r)
}

// became says what became of the money of an ended reservation.
type became string

const (
	noMoney         became = "there was none"
	moneyReturned   became = "returned"
	moneyReacquired became = "reacquired" // the apartment
)

// ReturnedMoney is ReturnMoney for the execution: it answers what the store says then.
// ErrHoldStillLive when late money has taken the apartment again: the execution decides
// anew, and captures.
func (s *Service) ReturnedMoney(ctx context.Context, in ExecutionInput) (Reading, error) {
	r, _, _, err := s.returnMoney(ctx, in.ReservationID, nil)
	if err == nil && (r.Status.Live() || r.Status == ReservationPaid) {
		return Reading{}, fmt.Errorf("%w: late money has taken the apartment again", ErrHoldStillLive)
	}
	return read(r, s.now()), err
}

func (s *Service) returnMoney(ctx context.Context, id string, event *Idempotency) (r Reservation, what became, noted bool, err error) {
	r, err = s.store.Reservation(ctx, id)
	if err != nil || r.Status.Live() || r.Status == ReservationPaid || r.Payment.settled() {
		return r, noMoney, false, err
	}
	held, err := s.atGateway(ctx, r)
	if errors.Is(err, ErrNotAtGateway) {
		r, noted, err = s.recordReturn(ctx, r, GatewayPayment{Status: Voided}, event)
		return r, noMoney, noted, err
	}
	if err != nil {
		return r, noMoney, false, err
	}
	switch held.Status {
	case Authorized:
		if taken, ok, err := s.reacquire(ctx, r, held, event); err != nil {
			return taken, noMoney, false, err
		} else if ok {
			return taken, moneyReacquired, event != nil, nil
		}
		what = moneyReturned
	case Captured:
		what = moneyReturned
	default:
		what = noMoney
	}
	ref := held.Ref
	held, err = s.giveBack(ctx, ref, held, func(operation string) string { return gatewayKey(*r.Payment, operation) })
	if errors.Is(err, ErrGatewayUnknown) {
		if held, err = s.gateway.Lookup(ctx, ref); err == nil {
			// If nothing happened, a new key is safe now and the old one may be spoilt by
			// a stored server error (design, 10.7).
			held, err = s.giveBack(ctx, ref, held, func(operation string) string {
				return s.keyAfterLookup(*r.Payment, operation+"-again", r.EndedAt, keyLifetime)
			})
		}
	}
	if errors.Is(err, ErrGatewayRefused) { // another call has arrived meanwhile
		held, err = s.gateway.Lookup(ctx, ref)
	}
	if err != nil {
		return r, noMoney, false, fmt.Errorf("return payment %s: %w", r.Payment.ID, err)
	}
	if r, noted, err = s.recordReturn(ctx, r, held, event); err != nil {
		return r, noMoney, noted, err
	}
	return r, what, noted, nil
}

// atGateway answers what the gateway holds for the reservation's payment. ErrNotAtGateway:
// it made nothing; or a create is under way whose payment nobody will be shown.
func (s *Service) atGateway(ctx context.Context, r Reservation) (GatewayPayment, error) {
	ask := func() (GatewayPayment, error) { return s.gateway.Lookup(ctx, r.Payment.GatewayRef) }
	if r.Payment.GatewayRef == "" {
		ask = func() (GatewayPayment, error) { return s.gateway.Find(ctx, *r.Payment, r.ID) }
	}
	held, err := ask()
	if err != nil {
		return held, fmt.Errorf("look up payment %s: %w", r.Payment.ID, err)
	}
	return held, nil
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

// recordReturn writes down what has gone back. What was captured by somebody at the gateway
// is first written down as captured. The event, if there is one, is stored with the first of
// these; noted reports that.
func (s *Service) recordReturn(ctx context.Context, r Reservation, held GatewayPayment, event *Idempotency) (recorded Reservation, noted bool, err error) {
	var transitions []Intention
	switch held.Status {
	case Refunded:
		if r.Payment.Status != Captured {
			transitions = append(transitions, RecordCapture{On: s.on(r, BySystem), AfterEnd: true})
		}
		transitions = append(transitions, RecordRefund{On: s.on(r, BySystem), PaymentID: r.Payment.ID})
	case Voided, Declined:
		transitions = append(transitions, RecordVoid{On: s.on(r, BySystem), PaymentID: r.Payment.ID})
	default:
		return r, false, fmt.Errorf("return payment %s: the gateway still says %s: %w", r.Payment.ID, held.Status, ErrGatewayUnknown)
	}
	for _, transition := range transitions {
		b, err := s.store.Apply(ctx, transition, event)
		if err != nil {
			return r, noted, err
		}
		noted, event, r = noted || event != nil, nil, b.Reservation
	}
	return r, noted, nil
}
