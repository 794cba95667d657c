package booking

import "context"

// reacquire takes the apartment again with money that was authorized after the hold had
// ended, if the policy says so and it is still vacant. ok reports whether it did; otherwise
// the money goes back.
func (s *Service) reacquire(ctx context.Context, r Reservation, held GatewayPayment, event *Idempotency) (taken Reservation, ok bool, err error) {
	if r.Status != Expired || r.Payment.Status != Pending || r.reacquired() {
		return r, false, nil
	}
	a, err := s.store.Apartment(ctx, r.ApartmentID)
	if err != nil {
		return r, false, err
	}
	if s.lateMoney(a) != ReacquireElseRefund {
		return r, false, nil
	}
	b, err := s.store.Apply(ctx, ReacquireHold{On: s.on(r, BySystem), PaymentID: r.Payment.ID, Authorization: held}, event)
	if CodeOf(err) != "" {
		return r, false, nil // somebody else has the apartment, or another has seen to the money
	}
	return b.Reservation, err == nil, err
}

// lateMoney answers the policy for an apartment.
func (s *Service) lateMoney(a Apartment) LateMoney {
	if a.LateMoney != "" {
		return a.LateMoney
	}
	return s.config.LateMoney
}

// settleEnded sees to the payment of a reservation that has ended and that no execution
// speaks for. Where nobody has paid it is closed. Money is seen to by an execution of its
// own, so that the tenant is told what became of it.
//
// noted reports whether the event, if there is one, was stored: with the return of the
// payment, or with the note that money came, after which the sweeper does what this call
// does not.
func (s *Service) settleEnded(ctx context.Context, r Reservation, event *Idempotency) (settled Reservation, noted bool, err error) {
	if r.Status == ReservationRefunded { // a manager ordered it, and told the tenant
		return s.returnHeard(ctx, r.ID, event)
	}
	held, err := s.atGateway(ctx, r)
	if err != nil || held.Status != Authorized && held.Status != Captured {
		return s.returnHeard(ctx, r.ID, event)
	}
	b, err := s.store.Apply(ctx, NoteLateMoney{On: s.on(r, BySystem), PaymentID: r.Payment.ID}, event)
	if err != nil {
		return r, false, err
	}
	settled, err = s.settleLate(ctx, b.Reservation)
	if event != nil && err != nil {
		s.log.WarnContext(ctx, "late money not seen to yet; the sweeper will", "reservation", r.ID, "error", err)
		err = nil
	}
	return settled, event != nil, err
}

func (s *Service) settleLate(ctx context.Context, r Reservation) (Reservation, error) {
	if running, err := s.driven(ctx, r); err != nil || running {
		return r, err // it is on its way to ReturnMoney
	}
	if err := s.startLate(ctx, r); err != nil {
		return r, err
	}
	if running, err := s.workflow.Running(ctx, lateExecution(r.ID)); err != nil || running {
		return r, err
	}
	return s.ReturnMoney(ctx, r.ID)
}

// startLate starts the execution that sees to late money. Starting it again is no error.
func (s *Service) startLate(ctx context.Context, r Reservation) error {
	start, err := r.Start()
	if err != nil {
		return err
	}
	start.Name = lateExecution(r.ID)
	return s.workflow.Start(ctx, start)
}

// lateExecution is the name of the execution that sees to a reservation's late money. The
// reservation has one primary execution beside it (design, section 4).
func lateExecution(reservationID string) string { return reservationID + "-late" }

// driven reports whether an execution speaks for the reservation now.
func (s *Service) driven(ctx context.Context, r Reservation) (bool, error) {
	names := []string{executionName(r.ID, r.Repairs)}
	if r.Repairs > 0 {
		names = append(names, r.ID)
	}
	if r.reacquired() || !r.Status.Live() {
		names = append(names, lateExecution(r.ID))
	}
	for _, name := range names {
		if running, err := s.workflow.Running(ctx, name); err != nil || running {
			return running, err
		}
	}
	return false, nil
}
