package booking

import (
	"context"
	"errors"
	"time"
)

// Gateway is a payment gateway: a third system, whose outcome may stay unknown.
// Every mutating call carries a key made of payment and operation; asking twice
// under one key is asking once.
//
// Errors: ErrGatewayUnknown when no answer arrived and the effect may or may not be
// there; *DeclinedError when the payer's side said no; ErrGatewayRefused when the
// gateway said a definite no for another reason (nothing happened).
type Gateway interface {
	// Name is what configuration calls it: "simulated", "stripe", "manual".
	Name() string
	// Accepts reports whether method is one that Authorize can be called with.
	Accepts(method string) bool
	// Create makes the gateway's object for a payment. Repeated under the same key it
	// answers the same object.
	Create(ctx context.Context, p Payment, reservationID, key string) (GatewayPayment, error)
	// Authorize takes the money into reserve with the method given.
	Authorize(ctx context.Context, ref, method, key string) (GatewayPayment, error)
	// Capture takes all of an authorized amount.
	Capture(ctx context.Context, ref, key string) (GatewayPayment, error)
	// Void gives an authorization up, or closes an object that has none.
	Void(ctx context.Context, ref, key string) (GatewayPayment, error)
	// Refund returns all of a captured amount.
	Refund(ctx context.Context, ref, key string) (GatewayPayment, error)
	// Lookup answers what the gateway holds for the ref. It changes nothing.
	Lookup(ctx context.Context, ref string) (GatewayPayment, error)
}

// GatewayPayment is a payment as the gateway sees it. Status PENDING means that it
// waits for a method or for the payer.
type GatewayPayment struct {
	Ref          string
	Status       PaymentStatus
	Captured     int64     // minor units
	Refunded     int64     // minor units
	AuthorizedAt time.Time // zero where the gateway gives none
	DeclineCode  string
}

// ErrGatewayUnknown: no answer arrived. Look up before anything else is tried.
var ErrGatewayUnknown = errors.New("the payment gateway did not answer; the outcome is unknown")

// ErrGatewayRefused: the gateway refused, and nothing happened.
var ErrGatewayRefused = errors.New("the payment gateway refused")

// DeclinedError: the payer's bank or card said no. Nothing was taken.
type DeclinedError struct{ Code string } // "card_declined", …

func (e *DeclinedError) Error() string { return "the payment was declined: " + e.Code }
