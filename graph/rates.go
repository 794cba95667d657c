package graph

import (
	"time"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/ratelimit"
)

// Rates bound how often each principal may do what costs others something. A nil one
// is no bound.
type Rates struct {
	Reserve *ratelimit.Limiter // reserveApartment, bookTrip
	Pay     *ratelimit.Limiter // payReservation, placeOrder
}

// tooOften takes one call of the principal, and answers the refusal if it is one too many.
func tooOften(limiter *ratelimit.Limiter, who booking.Principal) *booking.Error {
	wait := limiter.Take(who.ID)
	if wait == 0 {
		return nil
	}
	refusal := booking.Refuse(booking.RateLimited, "you ask too often; ask again in %d seconds", int((wait+time.Second-1)/time.Second))
	refusal.RetryAfter = wait
	return refusal
}
