package stripe_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/payment/paymenttest"
	"github.com/vacancy/vacancy/internal/payment/stripe"
	"github.com/vacancy/vacancy/internal/payment/stripe/stripetest"
)

func now() time.Time { return time.Now().UTC() }

func open(t testing.TB, url string, transport http.RoundTripper) *stripe.Gateway {
	t.Helper()
	g, err := stripe.New(stripe.Config{SecretKey: stripetest.SecretKey, PublishableKey: stripetest.PublishableKey, URL: url, Transport: transport}, now)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// The contract of every gateway, over HTTP.
func TestGateway(t *testing.T) {
	paymenttest.Run(t, func(t *testing.T) paymenttest.Harness {
		server := httptest.NewServer(stripetest.New(now))
		t.Cleanup(server.Close)
		return paymenttest.Harness{Gateway: open(t, server.URL, nil), Authorizes: stripetest.Visa, Declined: stripetest.Declined,
			Reopen: func(t *testing.T) booking.Gateway { return open(t, server.URL, nil) }}
	})
}
