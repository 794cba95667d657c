package manual

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
)

// Gateway is the manual gateway. It is a booking.RecordedByManager.
type Gateway struct {
	ledger *Ledger
	now    func() time.Time
}

var _ booking.RecordedByManager = (*Gateway)(nil)

// New makes a gateway on a ledger, which Close closes. now answers UTC.
func New(ledger *Ledger, now func() time.Time) *Gateway { return &Gateway{ledger: ledger, now: now} }

// Close closes the ledger.
func (g *Gateway) Close() error { return g.ledger.Close() }

// Name is what this gateway is called in configurations and records.
const Name = "manual"

// Name answers [Name].
func (g *Gateway) Name() string { return Name }

// Accepts reports whether method is one of Methods.
func (g *Gateway) Accepts(method string) bool { return slices.Contains(methods, method) }

// Create notes that a payment is awaited. Without an id, a positive amount and a currency
// it is refused.
func (g *Gateway) Create(ctx context.Context, p booking.Payment, reservationID, key string) (booking.GatewayPayment, error) {
	if p.ID == "" || p.Amount.Amount <= 0 || p.Amount.Currency == "" {
		return booking.GatewayPayment{}, fmt.Errorf("%w: a payment needs an id, a positive amount and a currency; it is %q over %d %q",
			booking.ErrGatewayRefused, p.ID, p.Amount.Amount, p.Amount.Currency)
	}
	return g.execute(ctx, key, call{Operation: opCreate, PaymentID: p.ID, ReservationID: reservationID, Amount: p.Amount})
}

// Authorize is Receive without a reference.
func (g *Gateway) Authorize(ctx context.Context, ref, method, key string) (booking.GatewayPayment, error) {
	return g.Receive(ctx, ref, booking.Receipt{Method: method}, key)
}

// Receive records that the money of a PENDING payment came.
func (g *Gateway) Receive(ctx context.Context, ref string, receipt booking.Receipt, key string) (booking.GatewayPayment, error) {
	if !g.Accepts(receipt.Method) {
		return booking.GatewayPayment{}, fmt.Errorf("%w: %q is neither cash nor bank_transfer", booking.ErrGatewayRefused, receipt.Method)
	}
	return g.mutate(ctx, ref, key, call{Operation: opReceive, Receipt: receipt})
}

// Capture notes that recorded money is kept.
func (g *Gateway) Capture(ctx context.Context, ref, key string) (booking.GatewayPayment, error) {
	return g.mutate(ctx, ref, key, call{Operation: opCapture})
}

// Void closes a payment. Money that was recorded is owed from then on.
func (g *Gateway) Void(ctx context.Context, ref, key string) (booking.GatewayPayment, error) {
	return g.mutate(ctx, ref, key, call{Operation: opVoid})
}

// Refund notes that money which was kept is owed back.
func (g *Gateway) Refund(ctx context.Context, ref, key string) (booking.GatewayPayment, error) {
	return g.mutate(ctx, ref, key, call{Operation: opRefund})
}

// Lookup answers what the ledger holds for the ref.
func (g *Gateway) Lookup(ctx context.Context, ref string) (booking.GatewayPayment, error) {
	number, ok := numberOf(ref)
	if !ok {
		return booking.GatewayPayment{}, refuse(errNoPayment)
	}
	p, err := g.ledger.payment(ctx, number)
	if err != nil {
		return booking.GatewayPayment{}, refuse(err)
	}
	return p.seen(), nil
}

// Find answers the payment that was created under the payment's id.
func (g *Gateway) Find(ctx context.Context, p booking.Payment, _ string) (booking.GatewayPayment, error) {
	found, err := g.ledger.find(ctx, p.ID)
	if errors.Is(err, errNoPayment) {
		return booking.GatewayPayment{}, booking.ErrNotAtGateway
	}
	if err != nil {
		return booking.GatewayPayment{}, refuse(err)
	}
	return found.seen(), nil
}

// Owed lists what is to be given back.
func (g *Gateway) Owed(ctx context.Context, after string, limit int) ([]booking.Debt, error) {
	number := int64(0)
	if after != "" {
		var ok bool
		if number, ok = numberOf(after); !ok {
			return nil, booking.Invalid("after", "%q is no cursor of this list", after)
		}
	}
	return g.ledger.owed(ctx, number, limit)
}

// MarkReturned notes that what is owed for the ref was given back.
func (g *Gateway) MarkReturned(ctx context.Context, ref string, receipt booking.Receipt) (booking.Debt, error) {
	number, ok := numberOf(ref)
	if !ok {
		return booking.Debt{}, refuse(errNoPayment)
	}
	p, err := g.ledger.markReturned(ctx, number, receipt, g.now())
	if err != nil {
		return booking.Debt{}, refuse(err)
	}
	return p.debt(), nil
}

func (g *Gateway) mutate(ctx context.Context, ref, key string, c call) (booking.GatewayPayment, error) {
	number, ok := numberOf(ref)
	if !ok {
		return booking.GatewayPayment{}, refuse(errNoPayment)
	}
	c.Number = number
	return g.execute(ctx, key, c)
}

func (g *Gateway) execute(ctx context.Context, key string, c call) (booking.GatewayPayment, error) {
	answer, err := g.ledger.execute(ctx, key, c, g.now())
	if err != nil {
		return booking.GatewayPayment{}, refuse(err)
	}
	if answer.Refusal != "" {
		return booking.GatewayPayment{}, fmt.Errorf("%w: %s", booking.ErrGatewayRefused, answer.Refusal)
	}
	return answer.After, nil
}

// refuse makes a definite no of an error of the ledger's that is one; whatever else
// failed in it, nobody knows whether it took effect.
func refuse(err error) error {
	if errors.Is(err, errNoPayment) || errors.Is(err, errKeyReused) || errors.Is(err, errNothingOwed) {
		return fmt.Errorf("%w: %w", booking.ErrGatewayRefused, err)
	}
	return fmt.Errorf("%w: %w", booking.ErrGatewayUnknown, err)
}
