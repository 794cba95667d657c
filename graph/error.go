package graph

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/vacancy/vacancy/internal/booking"
)

// Codes of GraphQL errors (extensions.code) beside those of UserErrorCode, and beside
// GRAPHQL_PARSE_FAILED, GRAPHQL_VALIDATION_FAILED and COMPLEXITY_LIMIT_EXCEEDED.
const (
	codeInternal   = "INTERNAL"    // our fault; extensions.requestId finds it in the log
	codeTimeout    = "TIMEOUT"     // it took too long
	codeBadRequest = "BAD_REQUEST" // no GraphQL request at all
)

// refused tells a refusal, which goes into the payload, from a fault, which is returned.
func refused(err error) (*booking.Error, error) {
	var refusal *booking.Error
	if errors.As(err, &refusal) {
		return refusal, nil
	}
	return nil, err
}

// absent reports whether the error says that there is no such thing: to a query that
// is null.
func absent(err error) bool { return booking.CodeOf(err) == booking.NotFound }

// presenter makes GraphQL errors of Go errors.
type presenter struct {
	log       *slog.Logger
	requestID func(context.Context) string
}

// present shows what the caller did wrong, and masks everything else.
func (p presenter) present(ctx context.Context, err error) *gqlerror.Error {
	shown := &gqlerror.Error{Path: graphql.GetPath(ctx)}
	var located *gqlerror.Error
	if errors.As(err, &located) {
		if located.Path != nil {
			shown.Path = located.Path
		}
		shown.Locations = located.Locations
	}
	var refusal *booking.Error
	switch {
	case errors.As(err, &refusal):
		shown.Message = refusal.Message
		shown.Extensions = map[string]any{"code": string(refusal.Code)}
		if refusal.Field != "" {
			shown.Extensions["field"] = refusal.Field
		}
	case ofArguments(ctx):
		shown.Message = "an argument has a value that its type does not allow"
		shown.Extensions = map[string]any{"code": string(booking.InvalidInput)}
	case located != nil && located.Extensions["code"] != nil:
		// Made by the parser, the validator or a limit, about the document.
		shown.Message, shown.Extensions = shorten(located.Message), located.Extensions
	case errors.Is(err, context.DeadlineExceeded):
		p.log.WarnContext(ctx, "graphql: out of time", "requestId", p.requestID(ctx), "path", shown.Path.String(), "error", err)
		shown.Message = timeoutMessage
		shown.Extensions = map[string]any{"code": codeTimeout, "requestId": p.requestID(ctx)}
	default:
		p.log.LogAttrs(ctx, faultLevel(err), "graphql: internal error",
			slog.String("requestId", p.requestID(ctx)), slog.String("path", shown.Path.String()), slog.Any("error", cause(err)))
		shown.Message = "internal error"
		shown.Extensions = map[string]any{"code": codeInternal, "requestId": p.requestID(ctx)}
	}
	return shown
}

// ofArguments reports whether the error arose while a field's arguments were read:
// gqlgen then has not set them yet.
func ofArguments(ctx context.Context) bool {
	field := graphql.GetFieldContext(ctx)
	return field != nil && field.Args == nil && field.Field.Field != nil &&
		field.Field.Definition != nil && len(field.Field.Definition.Arguments) > 0
}

const timeoutMessage = "it took too long to answer; what was asked may or may not have happened: ask again, with the same idempotency key"

// faultLevel is lower for a caller who went away.
func faultLevel(err error) slog.Level {
	if errors.Is(err, context.Canceled) {
		return slog.LevelInfo
	}
	return slog.LevelError
}

// cause takes off the wrapping that says where in the answer it happened.
func cause(err error) error {
	var located *gqlerror.Error
	if errors.As(err, &located) && located.Err != nil {
		return located.Err
	}
	return err
}

// recovered makes an error of a panic in a resolver.
func recovered(_ context.Context, panicked any) error {
	return fmt.Errorf("panic: %v\n%s", panicked, debug.Stack())
}
