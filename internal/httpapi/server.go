package httpapi

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"
)

// server is what every request goes through, in one piece since it runs for each: it
// gives the request its id, counts and logs it, and survives a handler that panics.
type server struct {
	mux          *http.ServeMux
	cors         cors
	secure       bool
	proxies      int
	metrics      *metrics
	log          *slog.Logger
	now          func() time.Time
	newRequestID func() string
}

// securityHeaders are on every answer; a handler may replace one. Answers of the API
// are neither to be kept, nor to be read as anything but what they are, nor to be shown
// in a page.
var securityHeaders = map[string][]string{
	"Cache-Control":                {"no-store"},
	"Content-Security-Policy":      {"default-src 'none'; frame-ancestors 'none'"},
	"Cross-Origin-Resource-Policy": {"same-origin"},
	"Referrer-Policy":              {"no-referrer"},
	"X-Content-Type-Options":       {"nosniff"},
	"X-Frame-Options":              {"DENY"},
}

// strictTransport is for two years (RFC 6797).
var strictTransport = []string{"max-age=63072000"}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	began := s.now()
	id := r.Header.Get(HeaderRequestID)
	if !acceptable(id) {
		id = s.newRequestID()
	}
	headers := w.Header()
	for name, values := range securityHeaders {
		headers[name] = values
	}
	headers[HeaderRequestID] = []string{id}
	if s.secure {
		headers["Strict-Transport-Security"] = strictTransport
	}

	recorded := &recorder{ResponseWriter: w}
	// A new request: the mux writes the pattern it found into it.
	r = r.WithContext(context.WithValue(r.Context(), requestIDKey{}, id))
	defer func() {
		if panicked := recover(); panicked != nil {
			s.panicked(recorded, r, id, panicked)
		}
		s.done(recorded, r, id, s.now().Sub(began))
	}()
	if !s.cors.answer(recorded, r) {
		s.mux.ServeHTTP(recorded, r)
	}
}

// panicked answers for a handler that did not. http.ErrAbortHandler, by which a handler
// cuts the connection on purpose, is passed on.
func (s *server) panicked(w *recorder, r *http.Request, id string, value any) {
	if value == http.ErrAbortHandler { //nolint:errorlint // net/http compares it so, too
		panic(value)
	}
	s.log.ErrorContext(r.Context(), "panic in a handler", "requestId", id, "route", r.Pattern,
		"panic", fmt.Sprint(value), "stack", string(debug.Stack()))
	if w.status == 0 {
		writeError(w, http.StatusInternalServerError, codeInternal, "internal error", id)
	}
}

// done counts and logs a request. The log has neither bodies nor headers nor the query,
// any of which may hold a secret.
func (s *server) done(w *recorder, r *http.Request, id string, took time.Duration) {
	status := w.status
	if status == 0 {
		status = http.StatusOK
	}
	s.metrics.observe(r.Pattern, status, took)
	if !s.log.Enabled(r.Context(), slog.LevelInfo) {
		return
	}
	s.log.LogAttrs(r.Context(), slog.LevelInfo, "request",
		slog.String("requestId", id), slog.String("method", r.Method), slog.String("path", r.URL.Path),
		slog.Int("status", status), slog.Int64("bytes", w.bytes),
		slog.Float64("ms", float64(took.Microseconds())/1000), slog.String("remote", clientAddress(r, s.proxies)))
}

// recorder notes what a handler answers.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (w *recorder) WriteHeader(status int) {
	if w.status == 0 && status >= http.StatusOK { // not for 1xx, which the answer follows
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *recorder) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(p)
	w.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }
