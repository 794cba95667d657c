package stripe_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/payment/stripe"
	"github.com/vacancy/vacancy/internal/payment/stripe/stripetest"
)

const (
	current = "whsec_the_one_in_use"
	next    = "whsec_the_next_one"
	other   = "whsec_of_another_endpoint"
)

// endpoint is a webhook that notes what reaches its handler.
type endpoint struct {
	handler http.Handler
	log     *bytes.Buffer
	handled []string
	fail    error
}

func newEndpoint(secrets ...string) *endpoint {
	e := &endpoint{log: &bytes.Buffer{}}
	e.handler = stripe.Webhook{Secrets: secrets, Now: now, Log: slog.New(slog.NewJSONHandler(e.log, nil)),
		Handle: func(_ context.Context, id, ref string) error {
			e.handled = append(e.handled, id+" "+ref)
			return e.fail
		}}
	return e
}

func (e *endpoint) post(body []byte, signatures ...string) int {
	request := httptest.NewRequest(http.MethodPost, "/webhooks/stripe", bytes.NewReader(body))
	for _, s := range signatures {
		request.Header.Add("Stripe-Signature", s)
	}
	answer := httptest.NewRecorder()
	e.handler.ServeHTTP(answer, request)
	return answer.Code
}

// authorized is the event of an authorized payment.
func authorized(t testing.TB) []byte {
	t.Helper()
	g, server := account(t)
	if _, err := g.Authorize(t.Context(), create(t, g, "p1"), stripetest.Visa, "k"); err != nil {
		t.Fatal(err)
	}
	events := server.Events()
	return events[len(events)-1].Payload
}

func TestWebhook(t *testing.T) {
	body := authorized(t)
	for _, secret := range []string{current, next} { // while the secret is rotated, both count
		e := newEndpoint(current, next)
		if code := e.post(body, stripetest.Sign(body, secret, now())); code != http.StatusNoContent || len(e.handled) != 1 || e.handled[0] != "evt_000002 pi_000001" {
			t.Errorf("answered %d, handled %v", code, e.handled)
		}
		if code := e.post(body, stripetest.Sign(body, secret, now().Add(-stripe.WebhookTolerance+10*time.Second))); code != http.StatusNoContent {
			t.Errorf("a signature within the tolerance: %d", code)
		}
	}
	e := newEndpoint(current)
	e.fail = errors.New("the store is away")
	if code := e.post(body, stripetest.Sign(body, current, now())); code != http.StatusServiceUnavailable {
		t.Errorf("what could not be seen to: %d, want 503, so that Stripe delivers it again", code)
	}
}

// Nobody but Stripe is heard: not without a signature over these very bytes, by a secret of
// this endpoint, of these five minutes.
func TestForgedWebhooks(t *testing.T) {
	body := authorized(t)
	good := stripetest.Sign(body, current, now())
	timestamp, signature, _ := strings.Cut(strings.ReplaceAll(good, "v1=", ""), ",")
	flipped := func(i int) []byte { b := bytes.Clone(body); b[i] ^= 1; return b }
	other1 := bytes.ReplaceAll(body, []byte("pi_000001"), []byte("pi_000002"))
	type forgery struct {
		name       string
		body       []byte
		signatures []string
	}
	forgeries := []forgery{
		{"no signature", body, nil},
		{"an empty signature", body, []string{""}},
		{"no scheme", body, []string{signature}},
		{"another scheme", body, []string{timestamp + ",v0=" + signature}},
		{"no timestamp", body, []string{"v1=" + signature}},
		{"a timestamp that is no number", body, []string{"t=now,v1=" + signature}},
		{"another timestamp", body, []string{fmt.Sprintf("t=%d,v1=%s", now().Unix()+1, signature)}},
		{"a timestamp twice", body, []string{fmt.Sprintf("t=1,t=%d,v1=%s", now().Unix()+1, signature)}},
		{"half a signature", body, []string{timestamp + ",v1=" + signature[:32]}},
		{"a signature that is no hex", body, []string{timestamp + ",v1=" + strings.Repeat("z", 64)}},
		{"zeros", body, []string{timestamp + ",v1=" + strings.Repeat("0", 64)}},
		{"an unknown secret", body, []string{stripetest.Sign(body, other, now())}},
		{"an empty secret", body, []string{stripetest.Sign(body, "", now())}},
		{"the publishable key for a secret", body, []string{stripetest.Sign(body, stripetest.PublishableKey, now())}},
		{"stale", body, []string{stripetest.Sign(body, current, now().Add(-stripe.WebhookTolerance-2*time.Second))}},
		{"a day old", body, []string{stripetest.Sign(body, current, now().Add(-24*time.Hour))}},
		{"from the future", body, []string{stripetest.Sign(body, current, now().Add(stripe.WebhookTolerance+time.Minute))}},
		{"another payment", other1, []string{good}},
		{"the first byte altered", flipped(0), []string{good}},
		{"a byte in the middle altered", flipped(len(body) / 2), []string{good}},
		{"the last byte altered", flipped(len(body) - 1), []string{good}},
		{"a byte more", append(bytes.Clone(body), ' '), []string{good}},
		{"a byte less", body[:len(body)-1], []string{good}},
		{"no body", nil, []string{good}},
		{"signed twice, once well", body, []string{good, stripetest.Sign(body, other, now())}},
		{"a body of a megabyte", bytes.Repeat([]byte("x"), 1<<20), []string{good}},
	}
	signed := func(name, body string) forgery {
		return forgery{name, []byte(body), []string{stripetest.Sign([]byte(body), current, now())}}
	}
	forgeries = append(forgeries, signed("no JSON", "hello"), signed("no event", `{"object":"payment_intent","id":"pi_000001"}`), signed("no id", `{"object":"event"}`))
	for _, f := range forgeries {
		e := newEndpoint(current, next)
		if code := e.post(f.body, f.signatures...); code != http.StatusBadRequest || len(e.handled) > 0 {
			t.Errorf("%s: answered %d, handled %v", f.name, code, e.handled)
		}
		for _, secret := range []string{current, next, signature} {
			if strings.Contains(e.log.String(), secret) {
				t.Errorf("%s: the log has a secret: %s", f.name, e.log)
			}
		}
	}
	if e := newEndpoint(); e.post(body, stripetest.Sign(body, "", now())) != http.StatusBadRequest {
		t.Error("an endpoint without a secret takes an event")
	}
}

// An event says which PaymentIntent it is about, in the form of the object it has; about
// anything else there is nothing to do.
func TestWhatAnEventIsAbout(t *testing.T) {
	for object, want := range map[string]string{
		`{"object":"payment_intent","id":"pi_1"}`:                                "pi_1",
		`{"object":"charge","id":"ch_1","payment_intent":"pi_2"}`:                "pi_2",
		`{"object":"refund","id":"re_1","payment_intent":"pi_3"}`:                "pi_3",
		`{"object":"charge","id":"ch_1","payment_intent":{"id":"pi_4"}}`:         "pi_4",
		`{"object":"charge","id":"ch_1","payment_intent":null}`:                  "",
		`{"object":"customer","id":"cus_1"}`:                                     "",
		`{"object":"payment_intent","id":"../../v1/refunds"}`:                    "",
		`{"object":"payment_intent","id":"pi_1/../../v1/accounts"}`:              "",
		`{"object":"charge","id":"pi_5","payment_intent":["pi_5"]}`:              "",
		`{"object":"payment_intent","id":"pi_` + strings.Repeat("x", 200) + `"}`: "",
	} {
		body := []byte(`{"object":"event","id":"evt_1","type":"x","data":{"object":` + object + `}}`)
		e := newEndpoint(current)
		code := e.post(body, stripetest.Sign(body, current, now()))
		handled := ""
		if len(e.handled) > 0 {
			handled = strings.TrimPrefix(e.handled[0], "evt_1 ")
		}
		if code != http.StatusNoContent || handled != want {
			t.Errorf("%s: answered %d, handled %q, want %q", object, code, handled, want)
		}
	}
}
