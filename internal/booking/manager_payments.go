package booking

import (
	"context"
	"errors"
	"fmt"
)

// MaxReferenceLength is the longest reference of a receipt, in bytes.
const MaxReferenceLength = 200

// RecordPayment notes, for a manager, that the money for a held reservation came, and wakes
// the execution, which confirms it. The same key answers the reservation as it then is.
//
// Refused with FORBIDDEN, INVALID_INPUT (also where the deployment's gateway takes the money
// itself), NOT_FOUND, RESERVATION_NOT_HELD or HOLD_EXPIRED: then nothing is recorded, and
// whoever has the money gives it back.
func (s *Service) RecordPayment(ctx context.Context, who Principal, id string, receipt Receipt, key string) (Reservation, error) {
	gateway, err := s.recorded(who)
	if err != nil {
		return Reservation{}, err
	}
	if err := checkReceipt(gateway, receipt); err != nil {
		return Reservation{}, err
	}
	idem, err := s.idempotency(who, "recordPayment", key, id, receipt.Method, receipt.Reference)
	if err != nil {
		return Reservation{}, err
	}
	idem.ResultID = id
	r, err := s.ownReservation(ctx, who, id)
	if err != nil {
		return Reservation{}, err
	}
	if past, err := s.store.Recall(ctx, *idem); err != nil || past != nil {
		return r, err
	}
	begun, err := s.apply(ctx, BeginPayment{On: s.on(r, who.ID), Method: receipt.Method})
	if err != nil {
		return r, err
	}
	if r = begun; r.Payment.Status != Pending {
		return r, nil // recorded already
	}
	if r, err = s.withGatewayRef(ctx, begun); err != nil {
		return begun, err
	}
	receipt.By = who.ID
	answer, err := gateway.Receive(ctx, r.Payment.GatewayRef, receipt, gatewayKey(*r.Payment, "authorize"))
	if errors.Is(err, ErrGatewayRefused) { // recorded before, with another reference; or the hold has ended
		if answer, err = gateway.Lookup(ctx, r.Payment.GatewayRef); err == nil && answer.Status != Authorized && answer.Status != Captured {
			return s.tooLate(ctx, r)
		}
	}
	if err != nil {
		return r, fmt.Errorf("record the payment of %s: %w", id, err)
	}
	return s.authorized(ctx, r, who, answer, noteOf(receipt), idem)
}

// RefundReservation gives a PAID reservation's money back, for a manager: the apartment is
// VACANT again. What the gateway does not do at once, the sweeper sees to. Refunding a
// REFUNDED one succeeds. Refused with FORBIDDEN, NOT_FOUND, or APARTMENT_NOT_PAID.
func (s *Service) RefundReservation(ctx context.Context, who Principal, id string) (Reservation, error) {
	if !who.Manages() {
		return Reservation{}, Refuse(Forbidden, "refunding is not for the role %s", who.Role)
	}
	r, err := s.ownReservation(ctx, who, id)
	if err != nil {
		return Reservation{}, err
	}
	b, err := s.store.Apply(ctx, RefundReservation{On: s.on(r, who.ID)}, nil)
	if err != nil {
		return r, err
	}
	returned, err := s.ReturnMoney(ctx, id)
	if err != nil {
		s.log.WarnContext(ctx, "refund not done yet; the sweeper will", "reservation", id, "error", err)
		return b.Reservation, nil
	}
	return returned, nil
}

// PaymentsOwed lists, for a manager, what is to be given back by hand, at most first, those
// after the ref. A deployment whose gateway returns money itself owes nothing.
func (s *Service) PaymentsOwed(ctx context.Context, who Principal, after string, first int) (Page[Debt], error) {
	if !who.Manages() {
		return Page[Debt]{}, Refuse(Forbidden, "what is owed is not for the role %s", who.Role)
	}
	if err := checkFirst(first); err != nil {
		return Page[Debt]{}, err
	}
	gateway, ok := s.gateway.(RecordedByManager)
	if !ok {
		return Page[Debt]{End: after}, nil
	}
	debts, err := gateway.Owed(ctx, after, first+1)
	if err != nil {
		return Page[Debt]{}, err
	}
	page := Page[Debt]{Items: debts, End: after}
	if page.HasNext = len(debts) > first; page.HasNext {
		page.Items = debts[:first]
	}
	for _, d := range page.Items {
		page.Cursors = append(page.Cursors, d.Ref)
		page.End = d.Ref
	}
	return page, nil
}

// MarkPaymentReturned notes, for a manager, that owed money was given back. Noting it again
// answers what was noted first. Refused with FORBIDDEN, INVALID_INPUT or NOT_FOUND.
func (s *Service) MarkPaymentReturned(ctx context.Context, who Principal, ref string, receipt Receipt) (Debt, error) {
	gateway, err := s.recorded(who)
	if err != nil {
		return Debt{}, err
	}
	if err := checkReceipt(gateway, receipt); err != nil {
		return Debt{}, err
	}
	receipt.By = who.ID
	d, err := gateway.MarkReturned(ctx, ref, receipt)
	if errors.Is(err, ErrGatewayRefused) {
		return Debt{}, &Error{Code: NotFound, Field: "owedPaymentId", Message: "nothing is owed for " + ref}
	}
	return d, err
}

// recorded answers the gateway, if payments are recorded and the principal may.
func (s *Service) recorded(who Principal) (RecordedByManager, error) {
	if !who.Manages() {
		return nil, Refuse(Forbidden, "recording payments is not for the role %s", who.Role)
	}
	gateway, ok := s.gateway.(RecordedByManager)
	if !ok {
		return nil, Refuse(InvalidInput, "the %s gateway takes and returns the money itself; payments are recorded only with the manual one", s.gateway.Name())
	}
	return gateway, nil
}

func checkReceipt(gateway Gateway, receipt Receipt) error {
	switch {
	case !gateway.Accepts(receipt.Method):
		return Invalid("method", "the method must be CASH or BANK_TRANSFER, it is %q", receipt.Method)
	case len(receipt.Reference) > MaxReferenceLength:
		return Invalid("reference", "the reference has %d bytes, at most %d are allowed", len(receipt.Reference), MaxReferenceLength)
	}
	return nil
}

func noteOf(receipt Receipt) string {
	if receipt.Reference == "" {
		return receipt.Method
	}
	return receipt.Method + ", " + receipt.Reference
}
