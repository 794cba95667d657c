package notification_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/notification"
)

const secretText = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

func secret(t *testing.T) notification.Secret {
	t.Helper()
	s, err := notification.ParseSecret(secretText)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func paid() notification.Notification {
	return notification.Notification{ID: "reservation/res_1/NotifyPaid", Kind: notification.Paid, Tenant: "tina", Subject: "Your apartment is paid",
		Message: json.RawMessage(`{"reservationId":"res_1"}`), At: time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC), Attempts: 3, LastError: "no answer"}
}

func webhook(t *testing.T, url string) *notification.Webhook {
	t.Helper()
	w, err := notification.NewWebhook(url, secret(t), func() time.Time { return time.Unix(1_772_366_400, 0) }, nil)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestWebhook(t *testing.T) {
	var got *http.Request
	var body []byte
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
		w.WriteHeader(http.StatusAccepted)
	}))
	defer server.Close()
	if err := webhook(t, server.URL+"/hook?key=1").Deliver(t.Context(), paid()); err != nil {
		t.Fatal(err)
	}
	if got.Method != http.MethodPost || got.URL.String() != "/hook?key=1" || got.Header.Get("Content-Type") != "application/json" {
		t.Errorf("%s %s with %q", got.Method, got.URL, got.Header.Get("Content-Type"))
	}
	const want = `{"id":"reservation/res_1/NotifyPaid","kind":"paid","tenant":"tina","subject":"Your apartment is paid","message":{"reservationId":"res_1"},"at":"2026-03-01T12:00:00Z"}`
	if string(body) != want {
		t.Errorf("body %s\nwant %s", body, want)
	}
	if id := got.Header.Get("webhook-id"); id != paid().ID {
		t.Errorf("webhook-id %q", id)
	}
	key, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(secretText, "whsec_"))
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%d.%s", paid().ID, 1_772_366_400, body)
	if signature := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)); got.Header.Get("webhook-signature") != signature || got.Header.Get("webhook-timestamp") != "1772366400" {
		t.Errorf("signed %q at %q, want %q", got.Header.Get("webhook-signature"), got.Header.Get("webhook-timestamp"), signature)
	}
}

func TestWebhookFailures(t *testing.T) {
	elsewhere := 0
	mux := http.NewServeMux()
	mux.HandleFunc("/elsewhere", func(http.ResponseWriter, *http.Request) { elsewhere++ })
	mux.HandleFunc("/moved", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
	})
	mux.HandleFunc("/broken", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) })
	mux.HandleFunc("/cut", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	server := httptest.NewServer(mux)
	defer server.Close()
	for path, status := range map[string]string{"/moved": "307", "/broken": "500", "/cut": "EOF", "/nowhere": "404"} {
		err := webhook(t, server.URL+path+"?key=hunter2").Deliver(t.Context(), paid())
		if err == nil || !strings.Contains(err.Error(), status) {
			t.Errorf("%s: %v, want an error that says %s", path, err, status)
		}
		if strings.Contains(fmt.Sprint(err), "hunter2") {
			t.Errorf("%s: the error shows the URL's secret: %v", path, err)
		}
	}
	if elsewhere != 0 {
		t.Error("a redirect was followed")
	}
}

func TestWebhookHonoursItsContext(t *testing.T) {
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	defer server.Close()
	defer close(release)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := webhook(t, server.URL).Deliver(ctx, paid()); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Deliver to a server that does not answer: %v", err)
	}
}

func TestWebhookRefusesBadConfiguration(t *testing.T) {
	for _, target := range []string{"", "example.com/hook", "ftp://example.com", "https://", "https://%zz", "file:///etc/passwd"} {
		if _, err := notification.NewWebhook(target, secret(t), time.Now, nil); err == nil {
			t.Errorf("the URL %q is taken", target)
		}
	}
	if _, err := notification.NewWebhook("https://example.com", notification.Secret{}, time.Now, nil); err == nil {
		t.Error("an empty secret is taken")
	}
	for _, text := range []string{"", "whsec_", "whsec_c2hvcnQ=", "no base64!", "whsec_" + strings.Repeat("A", 100)} {
		if _, err := notification.ParseSecret(text); err == nil {
			t.Errorf("the secret %q is taken", text)
		} else if text != "" && text != "whsec_" && strings.Contains(err.Error(), text) {
			t.Errorf("the error shows the secret: %v", err)
		}
	}
	if text := fmt.Sprintf("%v %+v %#v", secret(t), secret(t), secret(t)); strings.Contains(text, "MfKQ") || strings.Contains(text, "0x") {
		t.Errorf("a secret prints as %s", text)
	}
}
