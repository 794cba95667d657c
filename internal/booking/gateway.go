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
	// Find answers what Create made for a payment whose ref never arrived, or
	// ErrNotAtGateway if it made nothing. It changes nothing.
	Find(ctx context.Context, p Payment, reservationID string) (GatewayPayment, error)
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
	// PaymentID and ReservationID are what the gateway was told at Create; "" from a
	// gateway that does not repeat them.
	PaymentID     string
	ReservationID string
}

// ConfirmedByPayer is a Gateway at which the payer authorizes a payment themselves, in
// their app, with a secret that the gateway gave for it.
type ConfirmedByPayer interface {
	Gateway
	// Confirmation answers what the payer's app needs. The secret is for the payer only:
	// it is neither stored nor logged.
	Confirmation(ctx context.Context, ref string) (Confirmation, error)
}

// InApp is Payment.Method of a payment that the payer confirms in their app.
const InApp = "in_app"

// Confirmation is what an app needs to have its payer confirm a payment.
type Confirmation struct {
	ClientSecret   string
	PublishableKey string
	Next           NextAction
}

// NextAction is what the payer is to do next; "": nothing.
type NextAction string

const (
	Confirm      NextAction = "CONFIRM"      // choose what to pay with, and confirm
	Authenticate NextAction = "AUTHENTICATE" // to their bank (3-D Secure)
	WaitForBank  NextAction = "WAIT"
	PayLandlord  NextAction = "PAY_LANDLORD" // in cash or by bank transfer
)

// RecordedByManager is a Gateway for money that a landlord is handed: a manager records
// that it came, and what is owed back until it is returned.
type RecordedByManager interface {
	Gateway
	// Receive is Authorize with what the manager wrote down.
	Receive(ctx context.Context, ref string, receipt Receipt, key string) (GatewayPayment, error)
	// Owed lists what is to be given back and has not been, the oldest first: at most
	// limit, those after the ref.
	Owed(ctx context.Context, after string, limit int) ([]Debt, error)
	// MarkReturned notes that what is owed for the ref was given back. Again it changes
	// nothing. ErrGatewayRefused where nothing is owed.
	MarkReturned(ctx context.Context, ref string, receipt Receipt) (Debt, error)
}

// Receipt is what a manager writes down about money that changed hands.
type Receipt struct {
	Method    string // "cash" or "bank_transfer"
	Reference string // of the receipt or the transfer
	By        string // the manager
}

// Debt is money to be given back to a tenant.
type Debt struct {
	Ref           string
	PaymentID     string
	ReservationID string
	Amount        Money
	Received      Receipt
	Since         time.Time
	Returned      Receipt   // once it was given back
	ReturnedAt    time.Time // zero until then
}

// ErrNotAtGateway: the gateway has made nothing for the payment.
var ErrNotAtGateway = errors.New("the payment gateway knows no such payment")

// ErrGatewayUnknown: no answer arrived. Look up before anything else is tried.
var ErrGatewayUnknown = errors.New("the payment gateway did not answer; the outcome is unknown")

// ErrGatewayRefused: the gateway refused, and nothing happened.
var ErrGatewayRefused = errors.New("the payment gateway refused")

// DeclinedError: the payer's bank or card said no. Nothing was taken.
type DeclinedError struct{ Code string } // "card_declined", …

func (e *DeclinedError) Error() string { return "the payment was declined: " + e.Code }
