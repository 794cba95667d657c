package order

import (
	"context"
	"errors"

	"github.com/vacancy/vacancy/internal/booking"
)

// Undo is what a compensation is told.
type Undo struct {
	OrderID  string
	TenantID string
	Failure  *Failure // what the order failed with, if the execution says
}

func (s *Service) onUndo(u Undo) OnUndo {
	return OnUndo{On: s.on(u.OrderID, booking.BySystem), TenantID: u.TenantID, Failure: u.Failure}
}

// current answers the stored order, nil if there is none.
func (s *Service) current(ctx context.Context, id string) (*Order, error) {
	o, err := s.Store.Order(ctx, id)
	if booking.CodeOf(err) == booking.NotFound {
		return nil, nil //nolint:nilnil // intentions take it so
	}
	return &o, err
}

// lookAgain is how often a compensation looks again at an order that changes under it. A
// forward step that is still under way changes it a few times at most.
const lookAgain = 5

// begin keeps the step from being done any more, and then fails where failures are made on
// purpose.
func (s *Service) begin(ctx context.Context, u Undo, step Step) error {
	if _, err := s.Store.Apply(ctx, BeginUndo{OnUndo: s.onUndo(u), Step: step}); err != nil {
		return s.seen(ctx, u, err)
	}
	return s.Injection.Compensation(step.Compensation())
}

// seen notes, when the error is that the order is fulfilled, that its execution has seen it.
func (s *Service) seen(ctx context.Context, u Undo, err error) error {
	if booking.CodeOf(err) != ShipmentAlreadySent {
		return err
	}
	if _, fault := s.Store.Apply(ctx, ForgetToken{s.on(u.OrderID, booking.BySystem)}); fault != nil {
		return fault
	}
	return err
}

// settled applies what undo makes of the order as it is, again when it has changed since.
func (s *Service) settled(ctx context.Context, u Undo, undo func(*Order) (Intention, error)) (Reading, error) {
	var err error
	for range lookAgain {
		var current *Order
		if current, err = s.current(ctx, u.OrderID); err != nil {
			return Reading{}, err
		}
		var i Intention
		if i, err = undo(current); err != nil {
			return Reading{}, err
		}
		var o Order
		if o, err = s.Store.Apply(ctx, i); err == nil {
			return s.read(o), nil
		}
		if !errors.Is(err, ErrChanged) {
			break
		}
	}
	return Reading{}, s.seen(ctx, u, err)
}

// CancelShipment undoes ProcessShipment: the carrier calls the shipment off. It is safe when
// there is none. One that has been sent meanwhile is refused with SHIPMENT_ALREADY_SENT: the
// order is fulfilled.
func (s *Service) CancelShipment(ctx context.Context, u Undo) (Reading, error) {
	if err := s.begin(ctx, u, ProcessShipment); err != nil {
		return Reading{}, err
	}
	return s.settled(ctx, u, func(current *Order) (Intention, error) {
		undo := UndoShipment{OnUndo: s.onUndo(u)}
		if current == nil || current.Shipment == nil || current.Shipment.Status == Sent {
			return undo, nil
		}
		switch err := s.Carrier.Cancel(ctx, *current.Shipment); {
		case errors.Is(err, ErrAlreadySent):
			// It fulfils the order, and the undoing is refused; unless the money has been
			// given back by now, and then people have to see to it.
			if _, err := s.Store.Apply(ctx, RecordAnswer{On: s.on(u.OrderID, booking.BySystem), Answer: Sent}); err != nil {
				return nil, err
			}
			return undo, nil
		case err != nil:
			return nil, err
		}
		undo.CarrierTold = true
		return undo, nil
	})
}

// RefundPayment undoes ProcessPayment: whatever the gateway holds is voided or refunded, and
// the payment closed, so that a step that arrives late takes nothing. It is safe when there
// is no payment. An outcome that stays unknown is booking.ErrGatewayUnknown.
func (s *Service) RefundPayment(ctx context.Context, u Undo) (Reading, error) {
	if err := s.begin(ctx, u, ProcessPayment); err != nil {
		return Reading{}, err
	}
	return s.settled(ctx, u, func(current *Order) (Intention, error) {
		undo := UndoPayment{OnUndo: s.onUndo(u)}
		if current == nil || current.Payment == nil || current.Status == Fulfilled {
			return undo, nil
		}
		settled, err := s.cashier.Return(ctx, *current.Payment)
		undo.Ref, undo.Settled = current.Payment.GatewayRef, settled.Status
		return undo, err
	})
}

// DeleteOrder undoes CreateOrder: what was ordered is deleted. It is safe when the order was
// never created.
func (s *Service) DeleteOrder(ctx context.Context, u Undo) (Reading, error) {
	if err := s.begin(ctx, u, CreateOrder); err != nil {
		return Reading{}, err
	}
	o, err := s.Store.Apply(ctx, UndoOrder{s.onUndo(u)})
	if err != nil {
		return Reading{}, s.seen(ctx, u, err)
	}
	return s.read(o), nil
}

// CloseOrder writes down how an order ended whose compensations have run: FAILED, or
// NEEDS_ATTENTION with the list of what was not undone and what the compensations gave up
// with.
func (s *Service) CloseOrder(ctx context.Context, u Undo, gaveUp map[Step]Failure) (Reading, error) {
	o, err := s.Store.Apply(ctx, Close{OnUndo: s.onUndo(u), GaveUp: gaveUp})
	if err != nil {
		return Reading{}, s.seen(ctx, u, err)
	}
	return s.read(o), nil
}
