package identity

import (
	"context"
	"errors"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
)

// Verifier answers who a bearer token speaks for. It is safe for concurrent use.
type Verifier interface {
	// Verify answers the principal, or an error that wraps ErrInvalidToken or
	// ErrUnavailable. The error's text is for logs and does not hold the token; a
	// caller is told only that the token was not accepted.
	Verify(ctx context.Context, token string) (booking.Principal, error)
}

// Checker answers what a bearer token says, with the errors of a Verifier. It is safe
// for concurrent use.
type Checker interface {
	Check(ctx context.Context, token string) (Token, error)
}

// Token is what a token said that was found good.
type Token struct {
	Who       booking.Principal
	ID        string // TokenID of our own, jti of a provider's; may be ""
	IssuedAt  time.Time
	ExpiresAt time.Time // from then on it is good no more
}

// ErrInvalidToken says that a token is not one of ours, has expired, or says something that
// we do not accept.
var ErrInvalidToken = errors.New("invalid token")

// ErrUnavailable says that nobody could tell whether the token is good: its issuer does not
// answer. Asking again later makes sense.
var ErrUnavailable = errors.New("the token's issuer does not answer")

type principalKey struct{}

// WithPrincipal answers a context of a request by this principal.
func WithPrincipal(ctx context.Context, who booking.Principal) context.Context {
	return context.WithValue(ctx, principalKey{}, who)
}

// PrincipalFrom answers who asks; ok is false for a request that nobody was found for.
func PrincipalFrom(ctx context.Context) (who booking.Principal, ok bool) {
	who, ok = ctx.Value(principalKey{}).(booking.Principal)
	return who, ok
}
