package graph

import (
	"context"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/ratelimit"
)

// Rates bound how often each principal may do what costs others something. A nil one
// is no bound.
type Rates struct {
	Reserve ratelimit.Limiter // reserveApartment, bookTrip
	Pay     ratelimit.Limiter // payReservation, placeOrder
}

// tooOften takes one call of the principal. It answers the refusal if it is one too many.
func tooOften(ctx context.Context, limiter ratelimit.Limiter, who booking.Principal) (*booking.Error, error) {
	if limiter == nil {
		return nil, nil //nolint:nilnil // neither refused nor failed
	}
	wait, err := limiter.Take(ctx, who.ID)
	if err != nil || wait == 0 {
		return nil, err
	}
	refusal := booking.Refuse(booking.RateLimited, "you ask too often; ask again in %d seconds", int((wait+time.Second-1)/time.Second))
	refusal.RetryAfter = wait
	return refusal, nil
}
