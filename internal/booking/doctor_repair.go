package booking

import (
	"context"
	"fmt"
)

// repairDisagreement mends one kind of disagreement, by the same intentions and calls that
// would have kept it from arising.
func (s *Service) repairDisagreement(ctx context.Context, kind DisagreementKind, f facts) error {
	r := f.r
	switch kind {
	case HeldWithoutExecution:
		if !r.WorkflowStarted {
			if !s.startWorkflow(ctx, r).WorkflowStarted {
				return fmt.Errorf("the execution of %s could not be started; see the log", r.ID)
			}
			return nil
		}
		_, err := s.drive(ctx, r, new(Sweep), nil)
		return err
	case HoldOverdue:
		return s.sweepHold(ctx, r.ID, new(Sweep))
	case PaidButVacant:
		_, err := s.apply(ctx, ReclaimApartment{On: s.on(r, BySystem)})
		return err
	case ApartmentOfNobody:
		_, err := s.apply(ctx, FreeApartment{On: s.on(r, BySystem)})
		return err
	case AuthorizedUnnoticed:
		_, err := s.heardWhileHeld(ctx, r, *f.held, nil)
		return err
	case MoneyOfNobody:
		return s.returnMoneyOfNobody(ctx, f)
	case PaidNotCaptured:
		return s.repairPaid(ctx, f)
	}
	return fmt.Errorf("%s is not mended by a program", kind)
}

// returnMoneyOfNobody gives back what the gateway holds for an ended reservation, also where
// the store says that this was done.
func (s *Service) returnMoneyOfNobody(ctx context.Context, f facts) error {
	if !f.r.Payment.settled() {
		_, err := s.ReturnMoney(ctx, f.r.ID)
		return err
	}
	_, err := s.giveBack(ctx, f.held.Ref, *f.held, func(operation string) string {
		return s.keyAfterLookup(*f.r.Payment, "doctor-"+operation, f.r.EndedAt, keyLifetime)
	})
	return err
}

func (s *Service) repairPaid(ctx context.Context, f facts) error {
	if f.held.Status == Authorized {
		_, err := s.gateway.Capture(ctx, f.held.Ref, s.keyAfterLookup(*f.r.Payment, "doctor-capture", f.r.EndedAt, keyLifetime))
		return err
	}
	refunded, err := s.apply(ctx, RefundReservation{On: s.on(f.r, BySystem)})
	if err != nil {
		return err
	}
	_, _, err = s.recordReturn(ctx, refunded, *f.held, nil)
	return err
}
