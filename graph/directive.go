package graph

import (
	"context"
	"slices"

	"github.com/99designs/gqlgen/graphql"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/identity"
)

// allow is the directive @allow: it resolves the field only for a principal who has
// one of the roles.
func allow(ctx context.Context, _ any, next graphql.Resolver, roles []booking.Role) (any, error) {
	who, ok := identity.PrincipalFrom(ctx)
	if !ok {
		return nil, booking.Refuse(booking.Unauthenticated, "this needs a bearer token: send the header Authorization: Bearer TOKEN")
	}
	if !slices.Contains(roles, who.Role) {
		return nil, booking.Refuse(booking.Forbidden, "this is not for the role %s", who.Role)
	}
	return next(ctx)
}

// principal answers who asks. Resolvers run behind @allow, which made sure of one.
func principal(ctx context.Context) booking.Principal {
	who, _ := identity.PrincipalFrom(ctx)
	return who
}
