package stripe_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/payment/stripe"
	"github.com/vacancy/vacancy/internal/payment/stripe/stripetest"
)

// account is a gateway on an account of its own, without a network.
func account(t testing.TB) (*stripe.Gateway, *stripetest.Server) {
	t.Helper()
	server := stripetest.New(now)
	return open(t, "", server.Transport()), server
}

func payment(id string) booking.Payment {
	return booking.Payment{ID: id, Attempt: 1, Status: booking.Pending, Amount: booking.Money{Amount: 79_000, Currency: "USD"}, CreatedAt: now()}
}

func create(t testing.TB, g *stripe.Gateway, id string) string {
	t.Helper()
	p, err := g.Create(t.Context(), payment(id), "res_1", id+":create")
	if err != nil {
		t.Fatal(err)
	}
	return p.Ref
}

// answering is a Stripe that gives one answer to everything.
type answering struct {
	status int
	body   string
	err    error
}

func (a answering) RoundTrip(r *http.Request) (*http.Response, error) {
	if a.err != nil {
		return nil, a.err
	}
	return &http.Response{StatusCode: a.status, Header: http.Header{"Request-Id": {"req_7"}}, Body: io.NopCloser(strings.NewReader(a.body)), Request: r}, nil
}

// What Stripe answers is a definite no, a decline, or nothing known: nobody acts on a guess.
func TestErrors(t *testing.T) {
	const secretWords = "4242424242424242 sk_test_stripetest whsec_x pi_1_secret_x"
	said := func(kind, code string) string {
		return `{"error":{"type":"` + kind + `","code":"` + code + `","message":"` + secretWords + `","decline_code":""}}`
	}
	for name, c := range map[string]struct {
		answer answering
		want   error
	}{
		"a parameter":            {answering{400, said("invalid_request_error", "parameter_invalid_integer"), nil}, booking.ErrGatewayRefused},
		"another state":          {answering{400, said("invalid_request_error", "payment_intent_unexpected_state"), nil}, booking.ErrGatewayRefused},
		"a key reused":           {answering{400, said("idempotency_error", ""), nil}, booking.ErrGatewayRefused},
		"nothing there":          {answering{404, said("invalid_request_error", "resource_missing"), nil}, booking.ErrGatewayRefused},
		"a call under way":       {answering{409, said("idempotency_error", "idempotency_key_in_use"), nil}, booking.ErrGatewayUnknown},
		"too many calls":         {answering{429, said("invalid_request_error", "rate_limit"), nil}, booking.ErrGatewayUnknown},
		"a key revoked":          {answering{401, said("invalid_request_error", ""), nil}, booking.ErrGatewayUnknown},
		"a key without rights":   {answering{403, said("invalid_request_error", ""), nil}, booking.ErrGatewayUnknown},
		"a server error":         {answering{500, said("api_error", ""), nil}, booking.ErrGatewayUnknown},
		"a gateway's error":      {answering{502, "<html>" + secretWords, nil}, booking.ErrGatewayUnknown},
		"an answer cut short":    {answering{200, `{"id":"pi_1`, nil}, booking.ErrGatewayUnknown},
		"a connection that died": {answering{0, "", errors.New("connection reset " + secretWords)}, booking.ErrGatewayUnknown},
		"no time left":           {answering{0, "", context.DeadlineExceeded}, booking.ErrGatewayUnknown},
		"a declined capture":     {answering{402, said("card_error", "card_declined"), nil}, booking.ErrGatewayRefused},
	} {
		_, err := open(t, "", c.answer).Capture(t.Context(), "pi_1", "key")
		if !errors.Is(err, c.want) || errors.Is(err, booking.ErrGatewayRefused) && errors.Is(err, booking.ErrGatewayUnknown) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		for word := range strings.FieldsSeq(secretWords) {
			if strings.Contains(err.Error(), word) {
				t.Errorf("%s: the error tells %q: %v", name, word, err)
			}
		}
	}
}

// The payer authorizes in their app. A declined card is not the end of the payment.
func TestThePayerConfirms(t *testing.T) {
	g, server := account(t)
	ref := create(t, g, "p1")
	c, err := g.Confirmation(t.Context(), ref)
	if err != nil || c.ClientSecret == "" || c.PublishableKey != stripetest.PublishableKey || c.Next != booking.Confirm {
		t.Fatalf("Confirmation: %+v, %v", c, err)
	}
	holds := func(status booking.PaymentStatus, next booking.NextAction) booking.GatewayPayment {
		t.Helper()
		p, err := g.Lookup(t.Context(), ref)
		if err != nil || p.Status != status || p.PaymentID != "p1" || p.ReservationID != "res_1" {
			t.Errorf("Lookup: %+v, %v, want %s", p, err, status)
		}
		if again, err := g.Confirmation(t.Context(), ref); err != nil || again.Next != next || (next == "") != (again.ClientSecret == "") {
			t.Errorf("Confirmation: next %q, %v, want %q", again.Next, err, next)
		}
		return p
	}
	_ = server.Pay(c.ClientSecret, stripetest.Declined)
	holds(booking.Pending, booking.Confirm)
	if err := server.Pay(c.ClientSecret, stripetest.Authentication); err != nil {
		t.Fatal(err)
	}
	holds(booking.Pending, booking.Authenticate)
	before := now().Truncate(time.Second)
	if err := server.Pay(c.ClientSecret, stripetest.Visa); err != nil {
		t.Fatal(err)
	}
	if p := holds(booking.Authorized, ""); p.AuthorizedAt.Before(before) || p.AuthorizedAt.After(now()) {
		t.Errorf("authorized at %s", p.AuthorizedAt)
	}
}

// What somebody does at the dashboard is seen as it is.
func TestByHand(t *testing.T) {
	g, server := account(t)
	for _, c := range []struct {
		by   []func(string) error
		want booking.PaymentStatus
	}{
		{[]func(string) error{server.CancelByHand}, booking.Voided},
		{[]func(string) error{server.CaptureByHand}, booking.Captured},
		{[]func(string) error{server.CaptureByHand, server.RefundByHand}, booking.Refunded},
	} {
		ref := create(t, g, string(c.want))
		if _, err := g.Authorize(t.Context(), ref, stripetest.Visa, string(c.want)); err != nil {
			t.Fatal(err)
		}
		for _, do := range c.by {
			if err := do(ref); err != nil {
				t.Fatal(err)
			}
		}
		if p, err := g.Lookup(t.Context(), ref); err != nil || p.Status != c.want {
			t.Errorf("%+v, %v, want %s", p, err, c.want)
		}
	}
}

// A payment whose id never arrived is found among thousands, and by search once it is old.
func TestFind(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	server := stripetest.New(func() time.Time { return at })
	g, err := stripe.New(stripe.Config{SecretKey: stripetest.SecretKey, PublishableKey: stripetest.PublishableKey, Transport: server.Transport()}, func() time.Time { return at })
	if err != nil {
		t.Fatal(err)
	}
	wanted := payment("it's mine")
	wanted.CreatedAt = at
	made, err := g.Create(t.Context(), wanted, "res_1", "k")
	if err != nil {
		t.Fatal(err)
	}
	for i := range 250 {
		create(t, g, "other"+string(rune('a'+i%26))+string(rune('a'+i/26)))
	}
	find := func(how stripetest.Operation) {
		t.Helper()
		before := len(server.Calls())
		if p, err := g.Find(t.Context(), wanted, "res_1"); err != nil || p.Ref != made.Ref {
			t.Errorf("Find: %+v, %v, want %s", p, err, made.Ref)
		}
		if calls := server.Calls()[before:]; calls[0].Operation != how {
			t.Errorf("Find asked by %s, want %s", calls[0].Operation, how)
		}
	}
	find(stripetest.List)
	at = at.Add(2 * time.Hour)
	find(stripetest.Search)
	if _, err := g.Find(t.Context(), payment("never made"), "res_1"); !errors.Is(err, booking.ErrNotAtGateway) {
		t.Errorf("Find of what was never made: %v", err)
	}
	server.Fail(func(stripetest.Call) stripetest.Fault { return stripetest.Fault{Before: stripetest.Lost} })
	if _, err := g.Find(t.Context(), payment("never made"), "res_1"); !errors.Is(err, booking.ErrGatewayUnknown) {
		t.Errorf("Find without an answer: %v", err)
	}
}

// A decline is final only once nobody can pay the PaymentIntent any more.
func TestADeclineCloses(t *testing.T) {
	g, server := account(t)
	ref := create(t, g, "p1")
	server.Fail(func(c stripetest.Call) stripetest.Fault {
		if c.Operation == stripetest.Cancel {
			return stripetest.Fault{After: stripetest.Lost}
		}
		return stripetest.Fault{}
	})
	if _, err := g.Authorize(t.Context(), ref, stripetest.Declined, "k"); !errors.Is(err, booking.ErrGatewayUnknown) {
		t.Errorf("declined, and its closing unknown: %v", err)
	}
	server.Fail(nil)
	var declined *booking.DeclinedError
	if _, err := g.Authorize(t.Context(), ref, stripetest.Declined, "k"); !errors.As(err, &declined) || declined.Code != "generic_decline" {
		t.Errorf("asked again: %v", err)
	}
	if err := server.Pay(ref+"_secret_x", stripetest.Visa); err == nil {
		t.Error("a declined payment can still be paid")
	}
}

func TestConfig(t *testing.T) {
	good := stripe.Config{SecretKey: "sk_test_1", PublishableKey: "pk_test_1", WebhookSecrets: []string{"whsec_1", "whsec_2"}}
	if err := good.Validate(); err != nil {
		t.Error(err)
	}
	for name, change := range map[string]func(*stripe.Config){
		"no secret key":       func(c *stripe.Config) { c.SecretKey = "" },
		"keys exchanged":      func(c *stripe.Config) { c.SecretKey, c.PublishableKey = c.PublishableKey, c.SecretKey },
		"two modes":           func(c *stripe.Config) { c.SecretKey = "sk_live_1" },
		"a line break":        func(c *stripe.Config) { c.SecretKey += "\n" },
		"three secrets":       func(c *stripe.Config) { c.WebhookSecrets = append(c.WebhookSecrets, "whsec_3") },
		"a secret of no kind": func(c *stripe.Config) { c.WebhookSecrets = []string{"hunter2"} },
	} {
		c := good
		change(&c)
		err := c.Validate()
		if err == nil {
			t.Errorf("%s is accepted", name)
			continue
		}
		for _, secret := range append(c.WebhookSecrets, c.SecretKey) {
			if secret != "" && strings.Contains(err.Error(), secret) {
				t.Errorf("%s: the error tells the key: %v", name, err)
			}
		}
	}
}
