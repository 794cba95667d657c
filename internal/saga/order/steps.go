package order

import (
	"context"
	"errors"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
)

// Reading is what a step answers its execution: facts of the store.
type Reading struct {
	OrderID        string         `json:"order_id"`
	TenantID       string         `json:"tenant_id"` // "unknown" for an execution that nobody placed
	Status         Status         `json:"status"`
	ShipmentStatus ShipmentStatus `json:"shipment_status,omitempty"`
	// TimeoutSeconds is how long the execution may wait for the carrier: what is left,
	// rounded up, at least 1.
	TimeoutSeconds int64 `json:"timeout_seconds"`
}

func (s *Service) read(o Order) Reading {
	r := Reading{OrderID: o.ID, TenantID: o.TenantID, Status: o.Status}
	if r.TenantID == "" {
		r.TenantID = "unknown"
	}
	left := s.config.ShipmentTimeout
	if o.Shipment != nil {
		r.ShipmentStatus = o.Shipment.Status
		left = o.Shipment.AnswerBy.Sub(s.Now())
	}
	r.TimeoutSeconds = max(1, int64((left+time.Second-1)/time.Second))
	return r
}

// CreateOrder creates the order. Refused with TOTAL_MISSING, STEP_UNDONE or
// IDEMPOTENCY_KEY_REUSED.
func (s *Service) CreateOrder(ctx context.Context, in ExecutionInput) (Reading, error) {
	o, err := s.Store.Apply(ctx, Create{On: s.on(in.OrderID, booking.BySystem), TenantID: in.TenantID, Content: in.content()})
	if err != nil {
		return Reading{}, err
	}
	return s.read(o), nil
}

// ProcessPayment takes the money: it is authorized and captured. It may run any number of
// times, and finds what it did. Errors are those of saga.Cashier, and CARD_MISSING,
// STEP_UNDONE or STEP_TOO_EARLY.
func (s *Service) ProcessPayment(ctx context.Context, in ExecutionInput) (Reading, error) {
	o, err := s.Store.Apply(ctx, BeginPayment{s.on(in.OrderID, booking.BySystem)})
	if err != nil {
		return Reading{}, err
	}
	switch o.Payment.Status {
	case booking.Captured:
		return s.read(o), nil
	case booking.Declined:
		return Reading{}, &booking.DeclinedError{Code: o.Payment.DeclineCode}
	}
	if !s.Gateway.Accepts(o.Payment.Method) {
		// What stands there may be anything, a card's number too: it is not repeated.
		return Reading{}, booking.Invalid("card", "the card's token is none of the %s gateway's", s.Gateway.Name())
	}
	ref, err := s.cashier.Open(ctx, *o.Payment, o.ID)
	if err != nil {
		return Reading{}, err
	}
	if o, err = s.Store.Apply(ctx, RecordGatewayRef{On: s.on(o.ID, booking.BySystem), Ref: ref}); err != nil {
		return Reading{}, err
	}
	if _, err = s.cashier.Authorize(ctx, *o.Payment); err == nil {
		_, err = s.cashier.Capture(ctx, *o.Payment)
	}
	var declined *booking.DeclinedError
	if errors.As(err, &declined) {
		_, noted := s.Store.Apply(ctx, RecordDecline{On: s.on(o.ID, booking.BySystem), DeclineCode: declined.Code})
		if booking.CodeOf(noted) == "" && noted != nil {
			return Reading{}, noted
		}
	}
	if err != nil {
		return Reading{}, err
	}
	if o, err = s.Store.Apply(ctx, RecordCapture{s.on(o.ID, booking.BySystem)}); err != nil {
		return Reading{}, err
	}
	return s.read(o), nil
}

// ProcessShipment asks the carrier for the shipment. token is by which the execution that
// waits for the answer is woken; it is stored before the carrier is asked, and an answer
// that was faster is seen. Refused with ADDRESS_MISSING, STEP_UNDONE or STEP_TOO_EARLY.
func (s *Service) ProcessShipment(ctx context.Context, in ExecutionInput, token string) (Reading, error) {
	o, err := s.Store.Apply(ctx, RequestShipment{On: s.on(in.OrderID, booking.BySystem), Token: token,
		Carrier: s.Carrier.Name(), Within: s.config.ShipmentTimeout})
	if err != nil {
		return Reading{}, err
	}
	if o.Shipment.Status == Requested {
		if err := s.Carrier.Ship(ctx, *o.Shipment); err != nil {
			return Reading{}, err
		}
		if o, err = s.Store.Order(ctx, o.ID); err != nil {
			return Reading{}, err
		}
	}
	if o.Shipment == nil || o.Shipment.Status != Requested {
		if err := s.Workflow.Wake(ctx, token, nil); err != nil && !errors.Is(err, booking.ErrNobodyWaits) {
			return Reading{}, err
		}
	}
	return s.read(o), nil
}

// ReadShipment answers whether the shipment is SENT or still REQUESTED with time left.
// Refused with SHIPMENT_CANCELLED or SHIPMENT_TIMED_OUT, on which the order is undone.
func (s *Service) ReadShipment(ctx context.Context, in ExecutionInput) (Reading, error) {
	o, err := s.Store.Order(ctx, in.OrderID)
	if err != nil {
		return Reading{}, err
	}
	switch {
	case o.Shipment == nil:
		return Reading{}, booking.Refuse(StepUndone, "order %s is %s and has no shipment", o.ID, o.Status)
	case o.Shipment.Status == Sent:
		if o, err = s.Store.Apply(ctx, ForgetToken{s.on(o.ID, booking.BySystem)}); err != nil {
			return Reading{}, err
		}
	case o.Shipment.Status == Cancelled:
		return Reading{}, booking.Refuse(ShipmentWasCancelled, "the carrier has cancelled the shipment")
	case o.Shipment.Status == Requested && !s.Now().Before(o.Shipment.AnswerBy):
		return Reading{}, booking.Refuse(ShipmentTimedOut, "the carrier has not answered by %s", o.Shipment.AnswerBy.Format(time.RFC3339))
	}
	return s.read(o), nil
}
