package saga

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
)

// Cashier takes and returns a saga's money at the payment gateway. The payment is PENDING
// in the store before the gateway hears of it ([Cashier.Open]); the gateway's id is
// recorded there before any money is asked for, and the first to record one wins, so that
// two attempts never take money by two objects. It is safe for concurrent use, and every
// call may be repeated: calls to the gateway go under keys made of payment and operation,
// and an outcome that is not known is asked about, never guessed.
//
// Errors are the gateway's: booking.ErrGatewayUnknown (ask again), booking.ErrGatewayRefused
// and *booking.DeclinedError (nothing was taken).
type Cashier struct {
	gateway booking.Gateway
	now     func() time.Time
}

// NewCashier makes one. now answers UTC.
func NewCashier(gateway booking.Gateway, now func() time.Time) *Cashier {
	return &Cashier{gateway: gateway, now: now}
}

// CheckCharges refuses, with INVALID_INPUT about the field, to begin a saga at a gateway that
// charges nobody: where a manager records what came, a workflow would only write down that
// money was there, and a tenant would have said so.
func (c *Cashier) CheckCharges(field string) error {
	if _, recorded := c.gateway.(booking.RecordedByManager); recorded {
		return booking.Invalid(field, "with the %s payment gateway nobody is charged, a manager records what came; trips and orders are charged by the workflow: run the server with --gateway stripe, or simulated to try them", c.gateway.Name())
	}
	return nil
}

// HasDefaultMethod reports whether the gateway may have a method for whoever names none. A
// payer's own gateway has not.
func (c *Cashier) HasDefaultMethod() bool {
	_, own := c.gateway.(booking.ConfirmedByPayer)
	return !own
}

// CheckMethod refuses, with INVALID_INPUT about the field, a payment method that is none
// of the gateway's, and any where CheckCharges refuses.
func (c *Cashier) CheckMethod(field, method string) error {
	if err := c.CheckCharges(field); err != nil {
		return err
	}
	if method == "" {
		return booking.Invalid(field, "say the payment method: the %s gateway has none for whoever names none", c.gateway.Name())
	}
	if !c.gateway.Accepts(method) {
		return booking.Invalid(field, "this is no payment method of the %s gateway", c.gateway.Name()) // which may be a card number, so it is not repeated
	}
	return nil
}

// Open makes the gateway's object for a payment and answers its id, to be recorded as the
// payment's GatewayRef before Authorize. owner is the saga's id, by which the gateway's
// ledger is searched.
func (c *Cashier) Open(ctx context.Context, p booking.Payment, owner string) (ref string, err error) {
	if p.GatewayRef != "" {
		return p.GatewayRef, nil
	}
	created, err := c.gateway.Create(ctx, p, owner, key(p, "create"))
	if errors.Is(err, booking.ErrGatewayUnknown) {
		// The key may be spoilt by a stored server error. An object too many holds no
		// money: only the one that is recorded is ever authorized.
		created, err = c.gateway.Create(ctx, p, owner, key(p, "create-again"))
	}
	if err != nil {
		return "", fmt.Errorf("create payment %s: %w", p.ID, err)
	}
	return created.Ref, nil
}

// authenticationRequired is the decline code of a payment that its payer would have to
// confirm (Stripe, "Decline codes").
const authenticationRequired = "authentication_required"

// Authorize takes the amount into reserve by the payment's Method. A payment that is
// captured already stays so. One that the payer would have to confirm is declined: no payer
// is there while a saga runs, and whatever the gateway has of it is closed by Return.
func (c *Cashier) Authorize(ctx context.Context, p booking.Payment) (booking.GatewayPayment, error) {
	held, err := c.ask(ctx, p, "authorize", booking.Pending, func(key string) (booking.GatewayPayment, error) {
		return c.gateway.Authorize(ctx, p.GatewayRef, p.Method, key)
	})
	switch {
	case err == nil && held.Status == booking.Declined:
		err = &booking.DeclinedError{Code: held.DeclineCode}
	case err == nil && held.Status == booking.Pending && !c.HasDefaultMethod():
		err = &booking.DeclinedError{Code: authenticationRequired}
	}
	return only(held, err, booking.Authorized, booking.Captured)
}

// Capture takes all of an authorized payment.
func (c *Cashier) Capture(ctx context.Context, p booking.Payment) (booking.GatewayPayment, error) {
	held, err := c.ask(ctx, p, "capture", booking.Authorized, func(key string) (booking.GatewayPayment, error) {
		return c.gateway.Capture(ctx, p.GatewayRef, key)
	})
	return only(held, err, booking.Captured)
}

// Return gives back whatever the gateway holds for the payment: a capture is refunded, an
// authorization voided, and a payment that nobody authorized is closed, so that it cannot be
// authorized any more. It answers what the gateway then has: REFUNDED, VOIDED or DECLINED.
// Without a GatewayRef no money was ever asked for, and it asks for nothing; the caller
// must have noted in the store that the payment is undone, so that none is recorded later.
func (c *Cashier) Return(ctx context.Context, p booking.Payment) (booking.GatewayPayment, error) {
	if p.GatewayRef == "" {
		return booking.GatewayPayment{Status: booking.Voided}, nil
	}
	held, err := c.gateway.Lookup(ctx, p.GatewayRef)
	if err != nil {
		return held, fmt.Errorf("look up payment %s: %w", p.ID, err)
	}
	switch held.Status {
	case booking.Captured:
		held, err = c.ask(ctx, p, "refund", booking.Captured, func(key string) (booking.GatewayPayment, error) {
			return c.gateway.Refund(ctx, p.GatewayRef, key)
		})
	case booking.Pending, booking.Authorized:
		held, err = c.ask(ctx, p, "void", held.Status, func(key string) (booking.GatewayPayment, error) {
			return c.gateway.Void(ctx, p.GatewayRef, key)
		})
	}
	return only(held, err, booking.Refunded, booking.Voided, booking.Declined)
}

// ask asks for an operation under its key. Without an answer it looks up: if the payment is
// still as it was before, nothing happened, and another key is safe where the first may
// be spoilt by a stored server error (design, 10.7). A refusal is looked up too: another
// call may have done it meanwhile.
func (c *Cashier) ask(ctx context.Context, p booking.Payment, operation string, before booking.PaymentStatus, do func(key string) (booking.GatewayPayment, error)) (booking.GatewayPayment, error) {
	held, err := do(key(p, operation))
	if errors.Is(err, booking.ErrGatewayUnknown) {
		if held, err = c.gateway.Lookup(ctx, p.GatewayRef); err == nil && held.Status == before {
			held, err = do(c.keyAfterLookup(p, operation+"-again"))
		}
	}
	if refused := err; errors.Is(refused, booking.ErrGatewayRefused) {
		if held, err = c.gateway.Lookup(ctx, p.GatewayRef); err == nil && held.Status == before {
			err = refused
		}
	}
	if err != nil {
		return held, fmt.Errorf("%s payment %s: %w", operation, p.ID, err)
	}
	return held, nil
}

// only makes a refusal of a payment that has come to another end than the caller wants:
// an authorization that arrives after the payment was returned, say.
func only(held booking.GatewayPayment, err error, wanted ...booking.PaymentStatus) (booking.GatewayPayment, error) {
	if err != nil {
		return held, err
	}
	for _, status := range wanted {
		if held.Status == status {
			return held, nil
		}
	}
	if held.Status == booking.Pending || held.Status == booking.Authorized || held.Status == booking.Captured {
		return held, fmt.Errorf("the gateway still says %s: %w", held.Status, booking.ErrGatewayUnknown)
	}
	return held, fmt.Errorf("the payment is %s: %w", held.Status, booking.ErrGatewayRefused)
}

// key makes the key of one operation on one payment.
func key(p booking.Payment, operation string) string { return p.ID + ":" + operation }

// keyLifetime is how long an operation that a lookup precedes is repeated under one key.
const keyLifetime = 15 * time.Minute

// keyAfterLookup makes the key of an operation that a lookup has just shown not to have
// happened: another one each keyLifetime.
func (c *Cashier) keyAfterLookup(p booking.Payment, operation string) string {
	if n := int(c.now().Sub(p.CreatedAt) / keyLifetime); n > 0 {
		operation += "-" + strconv.Itoa(n+1)
	}
	return key(p, operation)
}
