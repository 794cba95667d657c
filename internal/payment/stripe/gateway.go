package stripe

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	sdk "github.com/stripe/stripe-go/v84"

	"github.com/vacancy/vacancy/internal/booking"
)

// callTimeout bounds one call. A workflow step has 30 seconds.
const callTimeout = 20 * time.Second

// What a PaymentIntent of ours says of itself.
const (
	metadataReservation = "reservation_id"
	metadataPayment     = "payment_id"
)

// Gateway is a booking.Gateway on Stripe's API. It is safe for concurrent use.
type Gateway struct {
	api         *sdk.Client
	publishable string
	now         func() time.Time
}

var _ booking.ConfirmedByPayer = (*Gateway)(nil)

// New makes a gateway. It calls nobody. now answers UTC.
func New(c Config, now func() time.Time) (*Gateway, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	backend := &sdk.BackendConfig{
		HTTPClient: &http.Client{Timeout: callTimeout, Transport: c.Transport},
		// The SDK's own log shows what is sent, and its retries would hide from us that an
		// outcome is unknown.
		LeveledLogger:     &sdk.LeveledLogger{Level: sdk.LevelNull},
		MaxNetworkRetries: sdk.Int64(0),
		EnableTelemetry:   sdk.Bool(false),
	}
	if c.URL != "" {
		backend.URL = sdk.String(c.URL)
	}
	return &Gateway{
		api:         sdk.NewClient(c.SecretKey, sdk.WithBackends(sdk.NewBackendsWithConfig(backend))),
		publishable: c.PublishableKey, now: now,
	}, nil
}

// Name is what this gateway is called in configurations and records.
const Name = "stripe"

// Name answers [Name].
func (g *Gateway) Name() string { return Name }

// Kinds of ids at Stripe, by what they begin with.
const (
	paymentMethod = "pm_"
	paymentIntent = "pi_"
)

// maxID is the longest rest of an id that is taken for one.
const maxID = 100

// isID reports whether id has the form of an id of the kind. It is no regular expression: one
// that counts to a hundred takes longer to make than everything else in this package, in
// every start of a function.
func isID(kind, id string) bool {
	rest, ok := strings.CutPrefix(id, kind)
	return ok && rest != "" && len(rest) <= maxID && strings.Trim(rest, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") == ""
}

// IsMethod reports whether the text has the form of a PaymentMethod's id.
func IsMethod(method string) bool { return isID(paymentMethod, method) }

// Accepts reports whether method has the form of a PaymentMethod's id.
func (g *Gateway) Accepts(method string) bool { return IsMethod(method) }

// Create makes a PaymentIntent with manual capture, for cards.
func (g *Gateway) Create(ctx context.Context, p booking.Payment, reservationID, key string) (booking.GatewayPayment, error) {
	if p.ID == "" || p.Amount.Amount <= 0 || p.Amount.Currency == "" {
		return booking.GatewayPayment{}, fmt.Errorf("%w: a payment needs an id, a positive amount and a currency; it is %q over %d %q",
			booking.ErrGatewayRefused, p.ID, p.Amount.Amount, p.Amount.Currency)
	}
	params := &sdk.PaymentIntentCreateParams{
		Amount:             sdk.Int64(p.Amount.Amount),
		Currency:           sdk.String(strings.ToLower(p.Amount.Currency)),
		CaptureMethod:      sdk.String(string(sdk.PaymentIntentCaptureMethodManual)),
		PaymentMethodTypes: sdk.StringSlice([]string{"card"}),
		Description:        sdk.String("Reservation " + reservationID),
		Metadata:           map[string]string{metadataReservation: reservationID, metadataPayment: p.ID},
	}
	params.SetIdempotencyKey(key)
	return answer(g.api.V1PaymentIntents.Create(ctx, params))
}

// Authorize confirms the PaymentIntent with a PaymentMethod. Where the payer's bank declines,
// the PaymentIntent is cancelled, so that nobody can pay it afterwards. Where the bank wants
// to see the payer the payment stays PENDING: see Confirmation.
func (g *Gateway) Authorize(ctx context.Context, ref, method, key string) (booking.GatewayPayment, error) {
	if err := checkRef(ref); err != nil {
		return booking.GatewayPayment{}, err
	}
	if !g.Accepts(method) {
		return booking.GatewayPayment{}, fmt.Errorf("%w: %q is no PaymentMethod", booking.ErrGatewayRefused, method)
	}
	params := &sdk.PaymentIntentConfirmParams{PaymentMethod: sdk.String(method)}
	params.AddExpand(withCharge)
	params.SetIdempotencyKey(key)
	held, err := answer(g.api.V1PaymentIntents.Confirm(ctx, ref, params))
	var declined *booking.DeclinedError
	if !errors.As(err, &declined) {
		return held, err
	}
	// ErrGatewayRefused: it is cancelled already.
	if _, err := g.cancel(ctx, ref, key+":declined", sdk.PaymentIntentCancellationReasonAbandoned); err != nil && !errors.Is(err, booking.ErrGatewayRefused) {
		return booking.GatewayPayment{}, err
	}
	return booking.GatewayPayment{}, declined
}

// Capture takes all of an authorized amount.
func (g *Gateway) Capture(ctx context.Context, ref, key string) (booking.GatewayPayment, error) {
	if err := checkRef(ref); err != nil {
		return booking.GatewayPayment{}, err
	}
	params := &sdk.PaymentIntentCaptureParams{}
	params.AddExpand(withCharge)
	params.SetIdempotencyKey(key)
	held, err := answer(g.api.V1PaymentIntents.Capture(ctx, ref, params))
	if declined := (*booking.DeclinedError)(nil); errors.As(err, &declined) {
		// The bank no longer honours the authorization: for a capture that is a refusal.
		err = fmt.Errorf("%w to capture: %s", booking.ErrGatewayRefused, declined.Code)
	}
	return held, err
}

// Void cancels a PaymentIntent that was not captured.
func (g *Gateway) Void(ctx context.Context, ref, key string) (booking.GatewayPayment, error) {
	if err := checkRef(ref); err != nil {
		return booking.GatewayPayment{}, err
	}
	return g.cancel(ctx, ref, key, sdk.PaymentIntentCancellationReasonRequestedByCustomer)
}

func (g *Gateway) cancel(ctx context.Context, ref, key string, why sdk.PaymentIntentCancellationReason) (booking.GatewayPayment, error) {
	params := &sdk.PaymentIntentCancelParams{CancellationReason: sdk.String(string(why))}
	params.AddExpand(withCharge)
	params.SetIdempotencyKey(key)
	return answer(g.api.V1PaymentIntents.Cancel(ctx, ref, params))
}

// Refund returns all that is left of a captured amount.
func (g *Gateway) Refund(ctx context.Context, ref, key string) (booking.GatewayPayment, error) {
	if err := checkRef(ref); err != nil {
		return booking.GatewayPayment{}, err
	}
	params := &sdk.RefundCreateParams{PaymentIntent: sdk.String(ref), Reason: sdk.String(string(sdk.RefundReasonRequestedByCustomer))}
	params.SetIdempotencyKey(key)
	if _, err := g.api.V1Refunds.Create(ctx, params); err != nil {
		return booking.GatewayPayment{}, failure(err)
	}
	return g.Lookup(ctx, ref)
}

// Lookup retrieves the PaymentIntent and its charge.
func (g *Gateway) Lookup(ctx context.Context, ref string) (booking.GatewayPayment, error) {
	return answer(g.retrieve(ctx, ref))
}

func (g *Gateway) retrieve(ctx context.Context, ref string) (*sdk.PaymentIntent, error) {
	if err := checkRef(ref); err != nil {
		return nil, err
	}
	params := &sdk.PaymentIntentRetrieveParams{}
	params.AddExpand(withCharge)
	return g.api.V1PaymentIntents.Retrieve(ctx, ref, params)
}

// Confirmation answers the client secret of a PaymentIntent that its payer can still do
// something about.
func (g *Gateway) Confirmation(ctx context.Context, ref string) (booking.Confirmation, error) {
	intent, err := g.retrieve(ctx, ref)
	if err != nil {
		return booking.Confirmation{}, failure(err)
	}
	c := booking.Confirmation{ClientSecret: intent.ClientSecret, PublishableKey: g.publishable}
	switch intent.Status {
	case sdk.PaymentIntentStatusRequiresPaymentMethod, sdk.PaymentIntentStatusRequiresConfirmation:
		c.Next = booking.Confirm
	case sdk.PaymentIntentStatusRequiresAction:
		c.Next = booking.Authenticate
	case sdk.PaymentIntentStatusProcessing:
		c.Next = booking.WaitForBank
	default:
		return booking.Confirmation{}, nil
	}
	return c, nil
}

// checkRef refuses what is no id of a PaymentIntent before it gets into a path.
func checkRef(ref string) error {
	if !isID(paymentIntent, ref) {
		return fmt.Errorf("%w: %q is no PaymentIntent", booking.ErrGatewayRefused, ref)
	}
	return nil
}
