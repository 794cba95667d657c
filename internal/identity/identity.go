package identity

import (
	"context"
	"errors"

	"github.com/vacancy/vacancy/internal/booking"
)

// Verifier answers who a bearer token speaks for. It is safe for concurrent use.
type Verifier interface {
	// Verify answers the principal, or an error that wraps ErrInvalidToken. The
	// error's text is for logs and does not hold the token; a caller is told
	// only that the token was not accepted.
	Verify(ctx context.Context, token string) (booking.Principal, error)
}

// ErrInvalidToken says that a token is not one of ours, has expired, or says something that
// we do not accept.
var ErrInvalidToken = errors.New("invalid token")

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
