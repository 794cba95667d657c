package main

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/vacancy/vacancy/internal/notification"
	"github.com/vacancy/vacancy/internal/redaction"
)

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
		return redaction.NewHandler(slog.NewTextHandler(w, options))
	}
	return redaction.NewHandler(slog.NewJSONHandler(w, options))
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
