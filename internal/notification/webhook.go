package notification

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Webhook delivers by a signed POST, as the Standard Webhooks specification has it
// (https://www.standardwebhooks.com): the header webhook-id is the notification's id, by
// which a receiver drops what it has had before; webhook-timestamp is the time of the
// attempt in Unix seconds; webhook-signature is "v1," and the base64 of the HMAC-SHA256
// of id, timestamp and body joined by full stops. Libraries that check it exist for most
// languages. Any 2xx answer means taken. Redirects are not followed: the body is for the
// configured receiver alone.
type Webhook struct {
	url    *url.URL
	secret Secret
	now    func() time.Time
	client *http.Client
}

var _ Receiver = (*Webhook)(nil)

// Secret signs webhooks. It prints as "[secret]".
type Secret struct{ key []byte }

func (Secret) String() string   { return "[secret]" }
func (Secret) GoString() string { return "[secret]" }

const (
	secretPrefix  = "whsec_"
	minSecretSize = 24 // bytes; the specification's bounds
	maxSecretSize = 64
)

// ParseSecret reads a secret in the specification's form: "whsec_" (which may be left
// out) and the base64 of 24 to 64 random bytes. Errors do not show it.
func ParseSecret(text string) (Secret, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(text, secretPrefix))
	if err != nil {
		return Secret{}, errors.New(`the webhook secret must be "whsec_" and base64; make one with: echo whsec_$(openssl rand -base64 32)`)
	}
	if len(key) < minSecretSize || len(key) > maxSecretSize {
		return Secret{}, fmt.Errorf("the webhook secret must hold %d to %d bytes, it holds %d; make one with: echo whsec_$(openssl rand -base64 32)", minSecretSize, maxSecretSize, len(key))
	}
	return Secret{key}, nil
}

// sign answers the header webhook-signature.
func (s Secret) sign(id string, timestamp int64, body []byte) string {
	mac := hmac.New(sha256.New, s.key)
	fmt.Fprintf(mac, "%s.%d.", id, timestamp)
	mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// NewWebhook makes a Webhook that posts to an http or https URL. transport is
// http.DefaultTransport if nil.
func NewWebhook(target string, secret Secret, now func() time.Time, transport http.RoundTripper) (*Webhook, error) {
	u, err := url.Parse(target)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" {
		return nil, errors.New("the URL for notifications must begin with https:// or http:// and name a host") // it may hold a secret, so it is not shown
	}
	if len(secret.key) == 0 {
		return nil, errors.New("notifications are signed: a webhook secret is needed")
	}
	client := &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return &Webhook{url: u, secret: secret, now: now, client: client}, nil
}

// Name is the receiver's scheme and host; its path and query may hold a secret.
func (w *Webhook) Name() string { return w.url.Scheme + "://" + w.url.Host }

// event is the body of a webhook.
type event struct {
	ID      string          `json:"id"`
	Kind    Kind            `json:"kind"`
	Tenant  string          `json:"tenant"`
	Subject string          `json:"subject"`
	Message json.RawMessage `json:"message"`
	At      time.Time       `json:"at"`
}

// Deliver posts the notification. The body is the same at each attempt.
func (w *Webhook) Deliver(ctx context.Context, n Notification) error {
	body, err := json.Marshal(event{n.ID, n.Kind, n.Tenant, n.Subject, n.Message, n.At.UTC()})
	if err != nil {
		return fmt.Errorf("write the notification as JSON: %w", err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, w.url.String(), bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("make the request: %w", withoutURL(err))
	}
	timestamp := w.now().Unix()
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "vacancy")
	request.Header.Set("webhook-id", n.ID)
	request.Header.Set("webhook-timestamp", strconv.FormatInt(timestamp, 10))
	request.Header.Set("webhook-signature", w.secret.sign(n.ID, timestamp, body))
	answer, err := w.client.Do(request)
	if err != nil {
		return fmt.Errorf("post to %s: %w", w.Name(), withoutURL(err))
	}
	defer func() { _ = answer.Body.Close() }()
	_, _ = io.CopyN(io.Discard, answer.Body, 64<<10) // a short body read to its end lets the connection be used again
	if answer.StatusCode < 200 || answer.StatusCode > 299 {
		return fmt.Errorf("post to %s: answered with status %d", w.Name(), answer.StatusCode)
	}
	return nil
}

// withoutURL is the error without the URL that net/http and net/url put before it.
func withoutURL(err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		return wrapped.Err
	}
	return err
}
