package main

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/vacancy/vacancy/graph"
	"github.com/vacancy/vacancy/internal/app"
	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/httpapi"
	"github.com/vacancy/vacancy/internal/identity"
	"github.com/vacancy/vacancy/internal/imports"
	"github.com/vacancy/vacancy/internal/notification"
)

// newHandler makes everything that the server answers.
func newHandler(a *app.App, c app.Config, development bool, verifier identity.Verifier, now func() time.Time) http.Handler {
	managing := []booking.Role{booking.Manager, booking.Operator}
	return httpapi.New(httpapi.Config{
		GraphQL: graph.New(graph.Config{
			Booking: a.Reservations, Runner: a.Runner, Development: development, RequestID: httpapi.RequestID, Log: c.Log,
		}),
		Routes: []httpapi.Route{
			{Pattern: "POST /imports", Roles: managing, Handler: imports.Handler(a.Reservations.ImportApartments, app.NewID, c.Log)},
			{Pattern: "GET /notifications", Roles: managing, Handler: httpapi.JSON(c.Log, func(r *http.Request) (any, error) {
				return a.Notifications(r.Context())
			})},
			{Pattern: "GET /ledger/{reservation}", Roles: managing, Handler: httpapi.JSON(c.Log, func(r *http.Request) (any, error) {
				return a.Ledger(r.Context(), r.PathValue("reservation"))
			})},
		},
		Verifier:     verifier,
		Checks:       []httpapi.Check{{Name: "store", Check: a.Store.Ping}, {Name: "runner", Check: a.RunnerHealthy}},
		Collectors:   a.Collectors(),
		Development:  development,
		Log:          c.Log,
		Now:          now,
		NewRequestID: uuid.NewString,
	})
}

// newLog makes the log: one JSON object a line, or text for a person at a terminal.
func (p *program) newLog(level string) (*slog.Logger, error) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		return nil, usagef("--log-level must be debug, info, warn or error, it is %q", level)
	}
	return slog.New(logHandler(p.err, l)), nil
}

func logHandler(w io.Writer, level slog.Level) slog.Handler {
	options := &slog.HandlerOptions{Level: level}
	if isTerminal(w) {
		return slog.NewTextHandler(w, options)
	}
	return slog.NewJSONHandler(w, options)
}

// receiver is where notifications go; nil when nobody is named.
func receiver(f serveFlags, now func() time.Time) (notification.Receiver, error) {
	switch {
	case f.notifyURL != "" && f.smtp != "":
		return nil, fmt.Errorf("notifications go to --notify-url or by --smtp, not to both")
	case f.notifyURL != "":
		if strings.TrimSpace(f.notifySecret) == "" {
			return nil, fmt.Errorf("--notify-url needs VACANCY_NOTIFY_SECRET, which signs what is sent there")
		}
		secret, err := notification.ParseSecret(f.notifySecret)
		if err != nil {
			return nil, fmt.Errorf("VACANCY_NOTIFY_SECRET: %w", err)
		}
		return notification.NewWebhook(f.notifyURL, secret, now, http.DefaultTransport)
	case f.smtp != "":
		server, err := notification.ParseMailServer(f.smtp, f.smtpPassword)
		if err != nil {
			return nil, fmt.Errorf("--smtp: %w", err)
		}
		return notification.NewMailer(server, nil), nil
	}
	return nil, nil
}
