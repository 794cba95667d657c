package stripe

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"time"

	sdk "github.com/stripe/stripe-go/v84"

	"github.com/vacancy/vacancy/internal/booking"
)

const (
	// searchable is the age from which Stripe's search shows an object, at the worst. Until
	// then objects are listed, which shows them at once.
	searchable = time.Hour
	// clockSkew is how far Stripe's clock may be behind ours.
	clockSkew = 5 * time.Minute
	// looked bounds how many PaymentIntents of the last hour are looked through.
	looked = 5000
)

// Find answers the PaymentIntent whose metadata names the payment. Of several, which only a
// call that took minutes to arrive can make, it answers the one that somebody has paid, or
// else the first.
func (g *Gateway) Find(ctx context.Context, p booking.Payment, _ string) (booking.GatewayPayment, error) {
	var found *sdk.PaymentIntent
	seen := 0
	for intent, err := range g.candidates(ctx, p) {
		if err != nil {
			return booking.GatewayPayment{}, failure(err)
		}
		if seen++; seen > looked {
			return booking.GatewayPayment{}, fmt.Errorf("%w: payment %s is not among the last %d of the account", booking.ErrGatewayUnknown, p.ID, looked)
		}
		if intent.Metadata[metadataPayment] != p.ID {
			continue
		}
		if found == nil || paid(intent) || !paid(found) && intent.Created < found.Created {
			found = intent
		}
	}
	if found == nil {
		return booking.GatewayPayment{}, booking.ErrNotAtGateway
	}
	return seenOf(found), nil
}

// candidates are the PaymentIntents among which the payment's is, if there is one.
func (g *Gateway) candidates(ctx context.Context, p booking.Payment) iter.Seq2[*sdk.PaymentIntent, error] {
	if g.now().Sub(p.CreatedAt) > searchable {
		params := &sdk.PaymentIntentSearchParams{}
		params.Query = "metadata['" + metadataPayment + "']:'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(p.ID) + "'"
		params.Limit = sdk.Int64(100)
		params.AddExpand("data." + withCharge)
		return iter.Seq2[*sdk.PaymentIntent, error](g.api.V1PaymentIntents.Search(ctx, params))
	}
	params := &sdk.PaymentIntentListParams{CreatedRange: &sdk.RangeQueryParams{GreaterThanOrEqual: p.CreatedAt.Add(-clockSkew).Unix()}}
	params.Limit = sdk.Int64(100)
	params.AddExpand("data." + withCharge)
	return iter.Seq2[*sdk.PaymentIntent, error](g.api.V1PaymentIntents.List(ctx, params))
}

func paid(intent *sdk.PaymentIntent) bool {
	return intent.Status == sdk.PaymentIntentStatusRequiresCapture || intent.Status == sdk.PaymentIntentStatusSucceeded
}
