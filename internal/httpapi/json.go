package httpapi

import (
	"encoding/json"
	"log/slog"
	"net/http"
)

// JSON answers what a function answers, as JSON. Its error is a fault of ours: it is
// logged with the request's id, and the caller is told the id only.
func JSON(log *slog.Logger, answer func(*http.Request) (any, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := answer(r)
		var text []byte
		if err == nil {
			text, err = json.Marshal(body)
		}
		if err != nil {
			failed(w, r, log, err)
			return
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_, _ = w.Write(append(text, '\n'))
	})
}

// failed answers a fault of ours, masked, with the id under which the log tells it.
func failed(w http.ResponseWriter, r *http.Request, log *slog.Logger, err error) {
	id := RequestID(r.Context())
	log.ErrorContext(r.Context(), "request failed", "requestId", id, "route", r.Pattern, "error", err)
	writeError(w, http.StatusInternalServerError, codeInternal, "internal error", id)
}
