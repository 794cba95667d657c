package embedded_test

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/app"
	"github.com/vacancy/vacancy/internal/app/embedded"
	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/payment/stripe"
	"github.com/vacancy/vacancy/internal/payment/stripe/stripetest"
)

// The program as it is served: a hold asks Stripe for a payment, the payer confirms in their
// app, the signed event comes in at the route, and the workflow captures.
func TestServedThroughStripe(t *testing.T) {
	t.Parallel()
	const secret = "whsec_of_this_endpoint"
	server := stripetest.New(app.Now)
	a, err := embedded.Open(t.Context(), embedded.Config{DataDir: t.TempDir(), Gateway: embedded.Stripe, Stripe: stripe.Config{
		SecretKey: stripetest.SecretKey, PublishableKey: stripetest.PublishableKey, WebhookSecrets: []string{secret}, Transport: server.Transport()}})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	running, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(running) }()
	defer func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}()
	mux := http.NewServeMux()
	for _, route := range a.Routes() {
		if len(route.Roles) == 0 { // the webhook's: nobody has a token there
			mux.Handle(route.Pattern, route.Handler)
		}
	}

	flat, err := a.Reservations.CreateApartment(t.Context(), booking.Principal{ID: "m", Role: booking.Manager},
		booking.Listing{Title: "x", Price: booking.Money{Amount: 79_000, Currency: "USD"}, RentPeriod: booking.Monthly}, "flat")
	if err != nil {
		t.Fatal(err)
	}
	r, err := a.Reservations.ReserveApartment(t.Context(), alice, flat.ID, "hold")
	if err == nil {
		r, err = a.Reservations.PayReservation(t.Context(), alice, r.ID, "", "pay")
	}
	if err != nil {
		t.Fatal(err)
	}
	c, err := a.Reservations.Confirmation(t.Context(), alice, r)
	if err != nil || c.Next != booking.Confirm {
		t.Fatalf("%+v, %v", c, err)
	}
	if err := server.Pay(c.ClientSecret, stripetest.Visa); err != nil {
		t.Fatal(err)
	}
	events := server.Events()
	for _, event := range events {
		request := httptest.NewRequest(http.MethodPost, "/webhooks/stripe", bytes.NewReader(event.Payload))
		request.Header.Set("Stripe-Signature", stripetest.Sign(event.Payload, secret, app.Now()))
		answer := httptest.NewRecorder()
		mux.ServeHTTP(answer, request)
		if answer.Code != http.StatusNoContent {
			t.Fatalf("%s is answered %d %s", event.Type, answer.Code, answer.Body)
		}
	}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.After(30 * time.Second); r.Status != booking.ReservationPaid; {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("it is %s, payment %+v", r.Status, r.Payment)
		}
		if r, err = a.Reservations.Reservation(t.Context(), alice, r.ID); err != nil {
			t.Fatal(err)
		}
	}
	if totals := server.Totals(); len(totals) != 1 || totals[0].Captured != 79_000 || totals[0].Captures != 1 {
		t.Errorf("Stripe has %+v", totals)
	}
	if found, err := a.Examine(t.Context(), booking.Examination{}); err != nil || !found.Healthy() {
		t.Errorf("the doctor finds %+v, %v", found, err)
	}
}
