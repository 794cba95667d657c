package telemetry_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/vacancy/vacancy/internal/telemetry"
)

func TestSecretsAreMarked(t *testing.T) {
	var out bytes.Buffer
	log := telemetry.NewLog(&out, telemetry.LogConfig{Level: slog.LevelInfo, Span: func(context.Context) telemetry.Span { return telemetry.Span{} }})
	log.With("taskToken", "hunter2").WithGroup("g").Info("for ann@example.org", "error", errors.New("card 4242 4242 4242 4242"))
	for _, secret := range []string{"hunter2", "ann@", "4242 4242"} {
		if strings.Contains(out.String(), secret) {
			t.Errorf("%q is in the log: %s", secret, &out)
		}
	}
	if !strings.Contains(out.String(), "[redacted]") {
		t.Errorf("nothing is marked: %s", &out)
	}
}
