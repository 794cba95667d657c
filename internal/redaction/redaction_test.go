package redaction_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"testing"
	"testing/slogtest"
	"time"

	"encoding/json"

	"github.com/vacancy/vacancy/internal/redaction"
)

func TestText(t *testing.T) {
	for what, c := range map[string]struct{ text, want string }{
		"a token":                {"for eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJl here", "for [redacted] here"},
		"half a token":           {"eyJhbGciOiJIUzI1NiJ9.eyJzdWIi", "[redacted]"},
		"a header":               {"Authorization: Bearer abc.def-123", "Authorization: [redacted]"},
		"basic credentials":      {"authorization: basic dXNlcjpwYXNz", "authorization: [redacted]"},
		"a Stripe key":           {"key sk_test_4eC39HqLyjWDarjtT1zdp7dc", "key [redacted]"},
		"a Stripe secret":        {"pi_3MtwBwLkdIwHu7ix28a3tqPa_secret_YrKJUKribcBjcG8HVhfZluoGH", "[redacted]"},
		"a webhook's secret":     {"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "[redacted]"},
		"an AWS key":             {"AKIAIOSFODNN7EXAMPLE", "[redacted]"},
		"a private key":          {"x -----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY----- y", "x [redacted] y"},
		"a password in a URL":    {"dial smtps://ann:hunter2@mail.example:465", "dial smtps://[redacted]@mail.example:465"},
		"a token in a query":     {"GET /x?access_token=abcdef&y=1", "GET /x?[redacted]&y=1"},
		"an e-mail address":      {"mail to ann.o'neil+x@mail.example.org bounced", "mail to [redacted] bounced"},
		"an e-mail in a path":    {"/users/ann%40example.org", "/users/[redacted]"},
		"a member of JSON":       {`{"idToken": "abc", "n": 1}`, `{"idToken":"[redacted]", "n": 1}`},
		"a card":                 {"card 4242424242424242 declined", "card [redacted] declined"},
		"a card in groups":       {"4000-0566-5566-5556", "[redacted]"},
		"a card with spaces":     {"5555 5555 5555 4444", "[redacted]"},
		"American Express":       {"378282246310005", "[redacted]"},
		"two cards":              {"4242424242424242, 5555555555554444", "[redacted], [redacted]"},
		"not a card":             {"4242424242424241", "4242424242424241"},
		"nanoseconds":            {"1767225600123456789", "1767225600123456789"},
		"an id":                  {"reservation res_0d9k1m6a2s5ug0o2qk7o5v1b3c", "reservation res_0d9k1m6a2s5ug0o2qk7o5v1b3c"},
		"a UUID":                 {"6f9619ff-8b86-d011-b42d-00c04fc964ff", "6f9619ff-8b86-d011-b42d-00c04fc964ff"},
		"an ARN":                 {"arn:aws:states:eu-central-1:123456789012:execution:reservation:res_1", "arn:aws:states:eu-central-1:123456789012:execution:reservation:res_1"},
		"a moment":               {"2026-02-03T04:05:06.789654321Z", "2026-02-03T04:05:06.789654321Z"},
		"a URL":                  {"https://example.com:8443/a@b", "https://example.com:8443/a@b"},
		"percent, and no secret": {"100 % of /a%20b", "100 % of /a%20b"},
		"an escaped token":       {url.PathEscape("/x/Bearer abcdefgh"), "/x/[redacted]"},
	} {
		if got := redaction.Text(c.text); got != c.want {
			t.Errorf("%s: %q, want %q", what, got, c.want)
		}
	}
}

// TestOneLookTellsSecrets: the look that spares most texts the patterns misses nothing that
// one of them finds.
func TestOneLookTellsSecrets(t *testing.T) {
	parts := []string{
		"", "eyJhbGciOi", "bearer", "BASIC", " ", "\t", "abcdefgh", "sk_live_", "whsec_", "pi_1_secret_2", "AKIA", "ASIAIOSFODNN7EXAMPLE", "IOSFODNN7EXAMPLE",
		"-----BEGIN PRIVATE KEY" + "-----", "https://", "ann:hunter2", "@", "%40", "%20", "mail.example", "token=", "&", `"secret":`, `"hunter2"`, "\"",
		"4242", "4242424242424242", "-", "378282246310005", "1", "é", "/graphql", ".",
	}
	for _, first := range parts {
		for _, second := range parts {
			for _, third := range parts {
				text := first + second + third
				// With a byte that makes it suspect, and that no pattern takes for a part of its own.
				if want, ok := strings.CutSuffix(redaction.Text(text+"|\f"), "|\f"); ok && redaction.Text(text) != want {
					t.Fatalf("%q: %q, want %q", text, redaction.Text(text), want)
				}
			}
		}
	}
}

func TestNamed(t *testing.T) {
	for name, want := range map[string]bool{
		"token": true, "taskToken": true, "Authorization": true, "client_secret": true, "clientSecret": true, "password": true, "cookie": true,
		"Set-Cookie": true, "card": true, "card_no": true, "cardNumber": true, "cvc": true, "email": true, "e-mail": true, "apiKey": true, "signing_key": true,
		"key": false, "idempotencyKey": false, "tokens": false, "cardLast4": false, "reservation": false, "secretary": false, "discard": false, "remote": false,
	} {
		if got := redaction.Named(name); got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}

type says struct{ Password, Note string }

func (s says) LogValue() slog.Value {
	return slog.GroupValue(slog.String("password", s.Password), slog.String("note", s.Note))
}

type named string

func (n named) String() string { return "named " + string(n) }

// TestHandler: wherever a secret is put, it does not come out.
func TestHandler(t *testing.T) {
	const card, mail, jwt = "4242 4242 4242 4242", "ann@example.org", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2ln"
	for name, handler := range map[string]func(*bytes.Buffer) slog.Handler{
		"JSON": func(b *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(b, nil) },
		"text": func(b *bytes.Buffer) slog.Handler { return slog.NewTextHandler(b, nil) },
	} {
		var out bytes.Buffer
		log := slog.New(redaction.NewHandler(handler(&out)))
		log.Info("paid with "+card, "n", 1)
		log.Info("m", "error", fmt.Errorf("send to %s: %w", mail, errors.New(jwt)))
		log.Info("m", "token", "short", "count", 3, "at", time.Unix(0, 0))
		log.Info("m", "request", says{Password: "hunter2", Note: "to " + mail})
		log.Info("m", slog.Group("in", slog.String("secret", "hunter2"), slog.Group("deep", slog.String("x", jwt))))
		log.Info("m", "list", []string{"a", mail}, "map", map[string]any{"x": []any{card}}, "struct", struct{ X string }{jwt}, "pointer", &says{Note: mail}, "stringer", named(mail))
		log.With("who", mail, "password", "hunter2").WithGroup("g").With("x", jwt).Info("m", "y", card)
		log.Info("m", "bytes", []byte("hunter"), "channel", make(chan int))
		for _, secret := range []string{"4242 4242", mail, "example.org", "eyJ", "c2ln", "hunter2", "short"} {
			if strings.Contains(out.String(), secret) {
				t.Errorf("%s: %q is in the log:\n%s", name, secret, &out)
			}
		}
		for _, kept := range []string{"paid with", "count", "named", "list", "who"} {
			if !strings.Contains(out.String(), kept) {
				t.Errorf("%s: %q is not in the log:\n%s", name, kept, &out)
			}
		}
	}
}

// TestHandlerKeepsTheContract of slog.Handler.
func TestHandlerKeepsTheContract(t *testing.T) {
	var out bytes.Buffer
	err := slogtest.TestHandler(redaction.NewHandler(slog.NewJSONHandler(&out, nil)), func() []map[string]any {
		var records []map[string]any
		for line := range strings.Lines(out.String()) {
			record := map[string]any{}
			if err := json.Unmarshal([]byte(line), &record); err != nil {
				t.Fatal(err)
			}
			records = append(records, record)
		}
		return records
	})
	if err != nil {
		t.Error(err)
	}
}

// BenchmarkRequest is the line that each request logs.
func BenchmarkRequest(b *testing.B) {
	log := slog.New(redaction.NewHandler(slog.NewJSONHandler(discard{}, nil)))
	for b.Loop() {
		log.LogAttrs(b.Context(), slog.LevelInfo, "request",
			slog.String("requestId", "6f9619ff-8b86-d011-b42d-00c04fc964ff"), slog.String("method", "POST"), slog.String("path", "/graphql"),
			slog.Int("status", 200), slog.Int64("bytes", 1234), slog.Float64("ms", 1.5), slog.String("remote", "127.0.0.1:54321"))
	}
}

// BenchmarkRequestAsItIs is the same without redaction.
func BenchmarkRequestAsItIs(b *testing.B) {
	log := slog.New(slog.NewJSONHandler(discard{}, nil))
	for b.Loop() {
		log.LogAttrs(b.Context(), slog.LevelInfo, "request",
			slog.String("requestId", "6f9619ff-8b86-d011-b42d-00c04fc964ff"), slog.String("method", "POST"), slog.String("path", "/graphql"),
			slog.Int("status", 200), slog.Int64("bytes", 1234), slog.Float64("ms", 1.5), slog.String("remote", "127.0.0.1:54321"))
	}
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
