package httpapi

import (
	"errors"
	"log/slog"
	"net/http"

	"github.com/vacancy/vacancy/internal/booking"
)

// statuses of refusals; any other is 409.
var statuses = map[booking.Code]int{
	booking.InvalidInput: http.StatusBadRequest, booking.Unauthenticated: http.StatusUnauthorized, booking.Forbidden: http.StatusForbidden,
	booking.NotFound: http.StatusNotFound, booking.RateLimited: http.StatusTooManyRequests,
}

// WriteError answers what a handler failed with, in the shape of a GraphQL answer: a refusal
// with its code and message, anything else masked, under the request's id in the log.
func WriteError(w http.ResponseWriter, r *http.Request, log *slog.Logger, err error) {
	var refusal *booking.Error
	if !errors.As(err, &refusal) {
		id := RequestID(r.Context())
		log.ErrorContext(r.Context(), "request failed", "requestId", id, "route", r.Pattern, "error", err)
		writeError(w, http.StatusInternalServerError, codeInternal, "internal error", id)
		return
	}
	status, known := statuses[refusal.Code]
	if !known {
		status = http.StatusConflict
	}
	writeError(w, status, string(refusal.Code), refusal.Message, "")
}
