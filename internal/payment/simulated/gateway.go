package simulated

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
)

// Options is what a deployment or a test decides about the gateway.
type Options struct {
	// Now is the gateway's clock, UTC; the ledger keeps microseconds. Required.
	Now func() time.Time
	// Wait waits, or answers ctx's error when that ends first. Nil waits by a timer.
	Wait func(ctx context.Context, d time.Duration) error
	// SlowFor is how long a slow authorization takes; 0 means DefaultSlowFor.
	SlowFor time.Duration
	// SilentFor is how long an outage lasts; 0 means DefaultSilentFor.
	SilentFor time.Duration
	// Fault, if not nil, is asked about every call (a Lookup too) before it is executed
	// and says what goes wrong with it. It must be safe for concurrent use.
	Fault func(Call) Fault
}

// How long slow methods and outages last unless Options say otherwise.
const (
	DefaultSlowFor   = 2 * time.Second
	DefaultSilentFor = 10 * time.Second
)

// Gateway is the simulated gateway. It is a booking.Gateway.
type Gateway struct {
	ledger  Ledger
	options Options
}

var _ booking.Gateway = (*Gateway)(nil)

// New makes a gateway on a ledger, which Close closes.
func New(ledger Ledger, o Options) *Gateway {
	if o.Wait == nil {
		o.Wait = waitByTimer
	}
	if o.SlowFor == 0 {
		o.SlowFor = DefaultSlowFor
	}
	if o.SilentFor == 0 {
		o.SilentFor = DefaultSilentFor
	}
	return &Gateway{ledger: ledger, options: o}
}

// Close closes the ledger. Calls under way end with ErrGatewayUnknown.
func (g *Gateway) Close() error { return g.ledger.Close() }

// Name is what this gateway is called in configurations and records.
const Name = "simulated"

// Name answers [Name].
func (g *Gateway) Name() string { return Name }

// Accepts reports whether method is one of Methods.
func (g *Gateway) Accepts(method string) bool {
	_, ok := methodNamed(method)
	return ok
}

// Create makes the gateway's payment, PENDING. An amount that is not positive or a
// payment without id or currency is refused.
func (g *Gateway) Create(ctx context.Context, p booking.Payment, reservationID, key string) (booking.GatewayPayment, error) {
	return g.call(ctx, Call{Operation: Create, Key: key, PaymentID: p.ID, ReservationID: reservationID, Amount: p.Amount})
}

// Authorize does what the method says. It waits for a slow one; when ctx ends first it
// answers ErrGatewayUnknown, and the authorization takes place all the same. While one is
// under way every other mutation of the payment answers ErrGatewayUnknown and stores nothing.
func (g *Gateway) Authorize(ctx context.Context, ref, method, key string) (booking.GatewayPayment, error) {
	return g.call(ctx, Call{Operation: Authorize, Key: key, Ref: ref, Method: method})
}

// Capture captures an AUTHORIZED payment.
func (g *Gateway) Capture(ctx context.Context, ref, key string) (booking.GatewayPayment, error) {
	return g.call(ctx, Call{Operation: Capture, Key: key, Ref: ref})
}

// Void voids a PENDING or AUTHORIZED payment.
func (g *Gateway) Void(ctx context.Context, ref, key string) (booking.GatewayPayment, error) {
	return g.call(ctx, Call{Operation: Void, Key: key, Ref: ref})
}

// Refund refunds a CAPTURED payment.
func (g *Gateway) Refund(ctx context.Context, ref, key string) (booking.GatewayPayment, error) {
	return g.call(ctx, Call{Operation: Refund, Key: key, Ref: ref})
}

// Lookup answers what the gateway holds, or ErrGatewayUnknown during an outage.
func (g *Gateway) Lookup(ctx context.Context, ref string) (booking.GatewayPayment, error) {
	if fault := g.fault(Call{Operation: Lookup, Ref: ref}); fault != NoFault {
		return booking.GatewayPayment{}, fmt.Errorf("%w: %s", booking.ErrGatewayUnknown, fault)
	}
	p, err := g.ledger.Payment(ctx, ref)
	if err != nil {
		return booking.GatewayPayment{}, answerable(err)
	}
	now := g.options.Now()
	if now.Before(p.SilentUntil) {
		return booking.GatewayPayment{}, booking.ErrGatewayUnknown
	}
	return p.at(now).seen(), nil
}

// Find answers the payment that a Create made, whatever the Create was answered with.
func (g *Gateway) Find(ctx context.Context, p booking.Payment, reservationID string) (booking.GatewayPayment, error) {
	if fault := g.fault(Call{Operation: Lookup, PaymentID: p.ID, ReservationID: reservationID}); fault != NoFault {
		return booking.GatewayPayment{}, fmt.Errorf("%w: %s", booking.ErrGatewayUnknown, fault)
	}
	entries, err := g.ledger.Entries(ctx, reservationID)
	if err != nil {
		return booking.GatewayPayment{}, answerable(err)
	}
	for _, e := range entries {
		if e.Operation == Create && e.PaymentID == p.ID && e.Ref != "" {
			return g.Lookup(ctx, e.Ref)
		}
	}
	return booking.GatewayPayment{}, booking.ErrNotAtGateway
}

// Entries answers the ledger's entries about one reservation, in order.
func (g *Gateway) Entries(ctx context.Context, reservationID string) ([]Entry, error) {
	return g.ledger.Entries(ctx, reservationID)
}

// EntriesAfter answers the entries later than seq, in order, at most limit: the whole
// ledger, page by page from seq 0.
func (g *Gateway) EntriesAfter(ctx context.Context, seq int64, limit int) ([]Entry, error) {
	return g.ledger.EntriesAfter(ctx, seq, limit)
}

// Totals adds up the ledger for one reservation, a line for each of its payments.
func (g *Gateway) Totals(ctx context.Context, reservationID string) ([]Totals, error) {
	entries, err := g.ledger.Entries(ctx, reservationID)
	return Sum(entries), err
}

func (g *Gateway) fault(c Call) Fault {
	if g.options.Fault == nil {
		return NoFault
	}
	return g.options.Fault(c)
}

// call executes a mutation and answers as a gateway at the other end of a network does.
func (g *Gateway) call(ctx context.Context, c Call) (booking.GatewayPayment, error) {
	if err := valid(c); err != nil {
		return booking.GatewayPayment{}, fmt.Errorf("%w: %w", booking.ErrGatewayRefused, err)
	}
	fault := g.fault(c)
	if fault == TimeoutBefore {
		return booking.GatewayPayment{}, fmt.Errorf("%w: %s", booking.ErrGatewayUnknown, fault)
	}
	r := rules{now: g.options.Now().Truncate(time.Microsecond), slowFor: g.options.SlowFor, silentFor: g.options.SilentFor, fault: fault}
	entry, fresh, err := g.ledger.Execute(ctx, c, func(p Payment) (Payment, Entry, error) { return r.execute(c, p) })
	if err != nil {
		return booking.GatewayPayment{}, answerable(err)
	}
	if !entry.answers(c) {
		return booking.GatewayPayment{}, fmt.Errorf("%w: the idempotency key %q was used for another call (%s) before", booking.ErrGatewayRefused, c.Key, entry.Operation)
	}
	if fault == TimeoutAfter || fresh && losesAnswer(entry) {
		return booking.GatewayPayment{}, booking.ErrGatewayUnknown
	}
	return g.answer(ctx, entry)
}

// answer says what the stored entry says, once the gateway can say it.
func (g *Gateway) answer(ctx context.Context, e Entry) (booking.GatewayPayment, error) {
	switch e.Outcome {
	case ServerFailed:
		return booking.GatewayPayment{}, fmt.Errorf("%w: the gateway answered with status 500", booking.ErrGatewayUnknown)
	case RefusedBy:
		return booking.GatewayPayment{}, fmt.Errorf("%w to %s: %s", booking.ErrGatewayRefused, e.Operation, e.Reason)
	case DeclinedBy:
		return booking.GatewayPayment{}, &booking.DeclinedError{Code: e.Reason}
	}
	if e.Operation == Authorize && e.After.Status == booking.Pending {
		if wait := e.At.Sub(g.options.Now()); wait > 0 {
			if err := g.options.Wait(ctx, wait); err != nil {
				return booking.GatewayPayment{}, fmt.Errorf("%w: %w", booking.ErrGatewayUnknown, err)
			}
		}
		e.After.Status, e.After.AuthorizedAt = booking.Authorized, e.At
	}
	if g.options.Now().Before(e.SilentUntil) {
		return booking.GatewayPayment{}, booking.ErrGatewayUnknown
	}
	return e.After, nil
}

// losesAnswer reports whether the first answer of the entry never arrives.
func losesAnswer(e Entry) bool {
	m, _ := methodNamed(e.Method)
	switch e.Operation {
	case Authorize:
		return m.loseAuthorization
	case Capture:
		return m.loseCapture
	}
	return false
}

// maxKey is the longest idempotency key, as Stripe has it.
const maxKey = 255

// valid refuses what no gateway would begin to execute.
func valid(c Call) error {
	switch {
	case c.Key == "" || len(c.Key) > maxKey:
		return fmt.Errorf("%w: an idempotency key of 1 to %d bytes is needed, this one has %d", errInvalid, maxKey, len(c.Key))
	case c.Operation == Create && (c.PaymentID == "" || c.Amount.Amount <= 0 || c.Amount.Currency == ""):
		return fmt.Errorf("%w: a payment needs an id, a positive amount and a currency; it is %q over %d %q", errInvalid, c.PaymentID, c.Amount.Amount, c.Amount.Currency)
	}
	if _, known := methodNamed(c.Method); c.Operation == Authorize && !known {
		return fmt.Errorf("%w: this is no payment method", errInvalid)
	}
	return nil
}

// answerable turns an error of the ledger into one of the gateway's: whatever failed
// inside it, those outside do not know whether it took effect.
func answerable(err error) error {
	switch {
	case errors.Is(err, ErrNoPayment):
		return fmt.Errorf("%w: %w", booking.ErrGatewayRefused, err)
	case errors.Is(err, booking.ErrGatewayUnknown):
		return err
	}
	return fmt.Errorf("%w: %w", booking.ErrGatewayUnknown, err)
}

func waitByTimer(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d) //nolint:forbidigo // the default of what is injected
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
