package order

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/saga"
)

// Config is what a deployment decides about orders.
type Config struct {
	// ShipmentTimeout is how long the carrier may take to answer.
	ShipmentTimeout time.Duration
}

// Bounds of Config.ShipmentTimeout: a Task waits for a year at most (AWS Step Functions
// developer guide, "Quotas": execution time).
const (
	MinShipmentTimeout     = time.Second
	MaxShipmentTimeout     = 300 * 24 * time.Hour
	DefaultShipmentTimeout = 14 * 24 * time.Hour
)

// OrderKind is the kind of the ids that Service makes.
const OrderKind = "ord"

// Ports are what the service stands on.
type Ports struct {
	Store     Store
	Gateway   booking.Gateway
	Cards     Cards // nil where the gateway charges nobody: every order is then refused
	Carrier   Carrier
	Workflow  booking.Workflow
	Injection *saga.Injection
	Now       func() time.Time // UTC
	NewID     booking.NewID
	Log       *slog.Logger
}

// Service is the domain service: what the API, the workflow steps and the sweeper call. It
// is safe for concurrent use.
type Service struct {
	Ports
	cashier *saga.Cashier
	config  Config
}

// NewService makes a service.
func NewService(p Ports, c Config) *Service {
	if c.ShipmentTimeout == 0 {
		c.ShipmentTimeout = DefaultShipmentTimeout
	}
	return &Service{Ports: p, cashier: saga.NewCashier(p.Gateway, p.Now), config: c}
}

func (s *Service) on(id, by string) On { return On{ID: id, Now: s.Now(), By: by} }

// Place accepts an order and starts its execution. The card's number is exchanged for a
// token first; nothing else ever sees it. The order is durable when it returns. The same id
// with the same content answers the same order, in its present state; with another, or from
// somebody else, it is refused with IDEMPOTENCY_KEY_REUSED. Without an id a new one is made.
// Otherwise refused with INVALID_INPUT.
func (s *Service) Place(ctx context.Context, who booking.Principal, r Request) (Order, error) {
	if r.OrderID == "" {
		r.OrderID = s.NewID(OrderKind)
	}
	if err := r.Validate(); err != nil {
		return Order{}, err
	}
	if err := s.cashier.CheckCharges("cardNumber"); err != nil {
		return Order{}, err
	}
	content := Content{Total: r.Total, Address: r.Address}
	if r.Card != nil {
		card, err := s.Cards.Exchange(ctx, *r.Card)
		if err != nil {
			return Order{}, err
		}
		content.Card = &card
	}
	o, err := s.Store.Apply(ctx, Place{On: s.on(r.OrderID, who.ID), TenantID: who.ID, Content: content})
	if err != nil {
		return Order{}, err
	}
	if !o.Execution.Started && o.Status == Placed {
		if err := s.startExecution(ctx, o); err != nil {
			s.Log.WarnContext(ctx, "execution not started yet; the sweeper will", "order", o.ID, "error", err)
		}
	}
	return o, nil
}

// startExecution starts the execution that speaks for the order now. One that exists is
// success: the name is the key.
func (s *Service) startExecution(ctx context.Context, o Order) error {
	start, err := o.start()
	if err != nil {
		return err
	}
	return s.Workflow.Start(ctx, start)
}

// Order answers an order of the principal's, or any to who manages. Somebody else's is
// refused with NOT_FOUND, exactly as a missing one.
func (s *Service) Order(ctx context.Context, who booking.Principal, id string) (Order, error) {
	o, err := s.Store.Order(ctx, id)
	if err != nil {
		return Order{}, err
	}
	if o.TenantID != who.ID && !who.Manages() {
		return Order{}, NotFound(id)
	}
	return o, nil
}

// NeedingAttention lists the orders that need attention, oldest first and at most limit,
// for who manages.
func (s *Service) NeedingAttention(ctx context.Context, limit int) ([]Order, error) {
	return s.Store.OrdersNeedingAttention(ctx, limit)
}

// Resume has the compensations of an order that NEEDS_ATTENTION run again. Refused with
// NOT_FOUND or NOTHING_TO_RESUME; one that is being undone already is answered as it is.
func (s *Service) Resume(ctx context.Context, who booking.Principal, id string) (Order, error) {
	o, err := s.Store.Apply(ctx, Resume{On: s.on(id, who.ID)})
	if err != nil {
		return Order{}, err
	}
	if err := s.startExecution(ctx, o); err != nil {
		s.Log.WarnContext(ctx, "execution not started yet; the sweeper will", "order", id, "error", err)
	}
	return o, nil
}

// AnswerShipment notes what the carrier, or an operator in its place, says became of a
// shipment: Sent or Cancelled. The order's execution goes on at once. The same answer again
// changes nothing. Refused with NOT_FOUND, SHIPMENT_NOT_AWAITED or INVALID_INPUT.
func (s *Service) AnswerShipment(ctx context.Context, by, id string, answer ShipmentStatus) (Order, error) {
	if answer != Sent && answer != Cancelled {
		return Order{}, booking.Invalid("answer", "a carrier answers SENT or CANCELLED, not %q", answer)
	}
	o, err := s.Store.Apply(ctx, RecordAnswer{On: s.on(id, by), Answer: answer})
	if err != nil {
		return Order{}, err
	}
	s.wake(ctx, o)
	return o, nil
}

// wake has the execution that waits for the carrier look at the store. A wake that gets lost
// costs time: the token stays until the execution has seen the answer, and the sweeper wakes
// it again.
func (s *Service) wake(ctx context.Context, o Order) {
	if o.TaskToken == "" {
		return
	}
	if err := s.Workflow.Wake(ctx, o.TaskToken, nil); err != nil && !errors.Is(err, booking.ErrNobodyWaits) {
		s.Log.WarnContext(ctx, "execution not woken; the sweeper will", "order", o.ID, "error", err)
	}
}
