package embedded_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vacancy/vacancy/internal/app"
	"github.com/vacancy/vacancy/internal/app/embedded"
	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/payment/stripe"
	"github.com/vacancy/vacancy/internal/payment/stripe/stripetest"
	"github.com/vacancy/vacancy/internal/saga/order"
	"github.com/vacancy/vacancy/internal/saga/trip"
	"github.com/vacancy/vacancy/internal/workflow"
)

func tripTo(t *testing.T, method string) trip.Request {
	t.Helper()
	r, err := trip.Sample().Request()
	if err != nil {
		t.Fatal(err)
	}
	r.PaymentMethod = method
	return r
}

// TestTheManualGatewayChargesNobody: where a manager records what came, a tenant must not say
// that it did. Trips and orders are refused at their doors, and nothing of them is left.
func TestTheManualGatewayChargesNobody(t *testing.T) {
	t.Parallel()
	a, err := embedded.Open(t.Context(), embedded.Config{DataDir: t.TempDir(), Gateway: embedded.Manual})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	refused := func(what string, err error) {
		t.Helper()
		if booking.CodeOf(err) != booking.InvalidInput || !strings.Contains(err.Error(), "--gateway stripe") {
			t.Errorf("%s: %v; want a refusal that says what to do", what, err)
		}
	}
	for _, method := range []string{"", "cash", "bank_transfer", "pm_ok"} {
		_, _, err := a.Trips.Book(t.Context(), alice, tripID, tripTo(t, method))
		refused("a trip paid by "+method, err)
	}
	_, err = a.Orders.Place(t.Context(), alice, order.Request{OrderID: orderID, Total: &booking.Money{Amount: 10_000, Currency: "USD"}, Card: number("cash"), Address: "123 st"})
	refused("an order", err)
	// An operator's own execution comes in by the first step.
	_, err = a.Trips.ReadTrip(t.Context(), "execution", []byte(`{"depart_city":"a","depart_time":"2021-07-07T06:00:00.000Z","arrive_city":"b","arrive_time":"2021-07-09T08:00:00.000Z","rental":"BMW","rental_from":"2021-07-09T00:00:00.000Z","rental_to":"2021-07-17T00:00:00.000Z","payment_method":"cash"}`))
	refused("a trip started as an execution", err)
	if _, err := a.Store.Trips().Trip(t.Context(), tripID); booking.CodeOf(err) != booking.NotFound {
		t.Errorf("a trip is stored: %v", err)
	}
	if _, err := a.Store.Orders().Order(t.Context(), orderID); booking.CodeOf(err) != booking.NotFound {
		t.Errorf("an order is stored: %v", err)
	}
	if runs, err := a.Runner.List(t.Context(), workflow.ListFilter{}); err != nil || len(runs.Executions) != 0 {
		t.Errorf("%d executions were started, %v", len(runs.Executions), err)
	}
}

// TestSagasThroughStripe charges trips and orders by the payer's PaymentMethod and gives the
// money back when a later step fails. A payment that the payer would have to confirm is
// declined: nobody is there to.
func TestSagasThroughStripe(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		begin    func(ctx context.Context, a *embedded.App, flat string) error
		ends     string
		failure  string
		captured int64
		refunded int64
		status   string // of the PaymentIntent
	}{
		{"a trip", stripeTrip(stripetest.Visa, ""), "BOOKED", "", 124_000, 0, "succeeded"},
		{"a trip whose last confirmation fails", stripeTrip(stripetest.Visa, trip.FailCarRentalConfirm), "FAILED", "InjectedFailure", 124_000, 124_000, "succeeded"},
		{"a declined trip", stripeTrip(stripetest.Declined, ""), "FAILED", "PaymentDeclined", 0, 0, "canceled"},
		{"a trip that its payer would have to confirm", stripeTrip(stripetest.Authentication, ""), "FAILED", "PaymentDeclined", 0, 0, "canceled"},
		{"an order", stripeOrder(stripetest.Visa, "123 st"), "FULFILLED", "", 10_000, 0, "succeeded"},
		{"an order without an address", stripeOrder(stripetest.Visa, ""), "FAILED", "AddressMissing", 10_000, 10_000, "succeeded"},
		{"an order that its payer would have to confirm", stripeOrder(stripetest.Authentication, "123 st"), "FAILED", "PaymentDeclined", 0, 0, "canceled"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				server := stripetest.New(app.Now)
				a := openStripe(t, dir, server)
				ctx, stop := context.WithCancel(context.Background())
				ran := make(chan error, 1)
				go func() { ran <- a.Run(ctx) }()
				flat, err := a.Reservations.CreateApartment(ctx, mary, booking.Listing{Title: "x", Price: booking.Money{Amount: 79_000, Currency: "USD"}, RentPeriod: booking.Monthly}, "flat")
				if err == nil {
					err = c.begin(ctx, a, flat.ID)
				}
				if err != nil {
					t.Error(err)
				}
				time.Sleep(10 * time.Minute) // of the bubble's clock
				ends, failure := howItEnded(t, a)
				if ends != c.ends || failure != c.failure {
					t.Errorf("it is %s because of %q, want %s, %q", ends, failure, c.ends, c.failure)
				}
				if totals := server.Totals(); len(totals) != 1 || totals[0].Captured != c.captured || totals[0].Refunded != c.refunded || totals[0].Status != c.status {
					t.Errorf("Stripe has %+v, want %d captured, %d refunded, %s", totals, c.captured, c.refunded, c.status)
				}
				for _, event := range server.Events() { // no reservation's
					if err := a.Reservations.GatewayEvent(ctx, event.ID, event.Ref); err != nil {
						t.Errorf("%s: %v", event.Type, err)
					}
				}
				if found, err := a.Examine(ctx, booking.Examination{}); err != nil || !found.Healthy() {
					t.Errorf("the doctor finds %+v, %v", found, err)
				}
				stop()
				if err := <-ran; err != nil {
					t.Error(err)
				}
				if err := a.Close(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// TestStripeTakesNoCardNumberFromUs: what is no PaymentMethod is refused at the door, and a
// number is not repeated.
func TestStripeTakesNoCardNumberFromUs(t *testing.T) {
	t.Parallel()
	a := openStripe(t, t.TempDir(), stripetest.New(app.Now))
	defer a.Close()
	const canary = "4929000011117777"
	err := stripeOrder(canary, "123 st")(t.Context(), a, "")
	if booking.CodeOf(err) != booking.InvalidInput || strings.Contains(err.Error(), canary) || !strings.Contains(err.Error(), "pm_") {
		t.Errorf("a card number: %v", err)
	}
	for _, method := range []string{"", "gold"} {
		if _, _, err := a.Trips.Book(t.Context(), alice, tripID, tripTo(t, method)); booking.CodeOf(err) != booking.InvalidInput {
			t.Errorf("a trip paid by %q: %v", method, err)
		}
	}
}

func openStripe(t *testing.T, dir string, server *stripetest.Server) *embedded.App {
	t.Helper()
	a, err := embedded.Open(t.Context(), embedded.Config{DataDir: dir, Gateway: embedded.Stripe,
		Stripe: stripe.Config{SecretKey: stripetest.SecretKey, PublishableKey: stripetest.PublishableKey, Transport: server.Transport()}})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func stripeTrip(method string, failing trip.RunType) func(context.Context, *embedded.App, string) error {
	return func(ctx context.Context, a *embedded.App, flat string) error {
		r, err := trip.Sample().Request()
		if err != nil {
			return err
		}
		r.PaymentMethod, r.Failing, r.Lodging = method, failing, &trip.Lodging{ApartmentID: flat}
		_, _, err = a.Trips.Book(ctx, alice, tripID, r)
		return err
	}
}

func stripeOrder(card order.CardNumber, address string) func(context.Context, *embedded.App, string) error {
	return func(ctx context.Context, a *embedded.App, _ string) error {
		_, err := a.Orders.Place(ctx, alice, order.Request{OrderID: orderID, Total: &booking.Money{Amount: 10_000, Currency: "USD"}, Card: &card, Address: address})
		return err
	}
}

// howItEnded answers the status of the trip, or the order, that there is, and why it failed.
func howItEnded(t *testing.T, a *embedded.App) (status, failure string) {
	t.Helper()
	if booked, err := a.Store.Trips().Trip(context.Background(), tripID); err == nil {
		return string(booked.Status), booked.Failure.Error
	}
	o, err := a.Store.Orders().Order(context.Background(), orderID)
	if err != nil {
		t.Error(err)
	}
	if o.Failure != nil {
		failure = o.Failure.Error
	}
	return string(o.Status), failure
}
