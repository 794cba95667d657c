package stripe

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	sdk "github.com/stripe/stripe-go/v84"

	"github.com/vacancy/vacancy/internal/booking"
)

// withCharge expands what says when the money was authorized and how much went back.
const withCharge = "latest_charge"

// answer is a PaymentIntent, or why there is none, in the domain's terms.
func answer(intent *sdk.PaymentIntent, err error) (booking.GatewayPayment, error) {
	if err != nil {
		return booking.GatewayPayment{}, failure(err)
	}
	return seenOf(intent), nil
}

// seenOf is a PaymentIntent in the domain's terms. One whose card was declined waits for
// another card of the same payer, and is PENDING; DECLINED is one that we gave up after a
// decline.
func seenOf(intent *sdk.PaymentIntent) booking.GatewayPayment {
	p := booking.GatewayPayment{Ref: intent.ID, Status: booking.Pending,
		PaymentID: intent.Metadata[metadataPayment], ReservationID: intent.Metadata[metadataReservation]}
	charge := intent.LatestCharge
	if charge == nil {
		charge = &sdk.Charge{}
	}
	if charge.Created > 0 && paid(intent) {
		p.AuthorizedAt = time.Unix(charge.Created, 0).UTC()
	}
	switch intent.Status {
	case sdk.PaymentIntentStatusRequiresCapture:
		p.Status = booking.Authorized
	case sdk.PaymentIntentStatusSucceeded:
		p.Status, p.Captured, p.Refunded = booking.Captured, intent.AmountReceived, charge.AmountRefunded
		if p.Captured > 0 && p.Refunded >= p.Captured {
			p.Status = booking.Refunded
		}
	case sdk.PaymentIntentStatusCanceled:
		p.Status = booking.Voided
		if intent.CancellationReason == sdk.PaymentIntentCancellationReasonAbandoned {
			p.Status, p.DeclineCode = booking.Declined, declineCode(intent.LastPaymentError)
		}
	}
	return p
}

// declineCode says why a card was declined, as Stripe names it.
func declineCode(e *sdk.Error) string {
	switch {
	case e != nil && e.DeclineCode != "":
		return string(e.DeclineCode)
	case e != nil && e.Code != "":
		return string(e.Code)
	}
	return "card_declined"
}

// failure is an error of the SDK in the domain's terms, without Stripe's message, which may
// repeat what was sent.
//
// What Stripe answered with a definite no is ErrGatewayRefused. A server error (which Stripe
// stores under the key), a conflict with a call under way, too many calls, a key that is no
// good any more, and no answer at all say nothing about the payment: ErrGatewayUnknown.
func failure(err error) error {
	var answered *sdk.Error
	if !errors.As(err, &answered) {
		if errors.Is(err, booking.ErrGatewayRefused) {
			return err
		}
		if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
			return fmt.Errorf("%w: %w", booking.ErrGatewayUnknown, contextError(err))
		}
		return fmt.Errorf("%w: Stripe could not be reached, or its answer not be read", booking.ErrGatewayUnknown)
	}
	if answered.Type == sdk.ErrorTypeCard {
		return &booking.DeclinedError{Code: declineCode(answered)}
	}
	said := fmt.Sprintf("Stripe answered %d %s %s (request %s)", answered.HTTPStatusCode, answered.Type, answered.Code, answered.RequestID)
	switch status := answered.HTTPStatusCode; {
	case status >= http.StatusInternalServerError, status == http.StatusConflict, status == http.StatusTooManyRequests,
		status == http.StatusUnauthorized, status == http.StatusForbidden, status == 0:
		return fmt.Errorf("%w: %s", booking.ErrGatewayUnknown, said)
	}
	return fmt.Errorf("%w: %s", booking.ErrGatewayRefused, said)
}

func contextError(err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return context.DeadlineExceeded
	}
	return context.Canceled
}
