package lambdas_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/vacancy/vacancy/internal/apigateway"
	"github.com/vacancy/vacancy/internal/app"
	"github.com/vacancy/vacancy/internal/app/cloud"
	"github.com/vacancy/vacancy/internal/app/gatewayroutes"
	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/payment/stripe"
	"github.com/vacancy/vacancy/internal/payment/stripe/stripetest"
)

const (
	webhookSecret = "whsec_the_one_in_use" // #nosec G101 -- that of this test's endpoint
	nextSecret    = "whsec_the_next_one"   // #nosec G101
)

// endpoint is the function Webhook, as API Gateway calls it, of a program on DynamoDB that is
// paid through Stripe.
type endpoint struct {
	*hand
	server   *stripetest.Server
	function apigateway.Function
	log      *bytes.Buffer
}

func newEndpoint(t *testing.T, u *uses) *endpoint {
	t.Helper()
	e := &endpoint{server: stripetest.New(app.Now), log: &bytes.Buffer{}}
	secrets := []string{webhookSecret, nextSecret}
	e.hand = byHand(t, u, cloud.Config{
		Config:  app.Config{Log: slog.New(slog.NewJSONHandler(e.log, nil))},
		Gateway: cloud.Stripe,
		Stripe: stripe.Config{SecretKey: stripetest.SecretKey, PublishableKey: stripetest.PublishableKey,
			WebhookSecrets: secrets, Transport: e.server.Transport()},
	})
	e.function = apigateway.New(gatewayroutes.StripeEvents(e.app, secrets))
	return e
}

// post is the event of API Gateway for a body that Stripe posts.
func post(body []byte, signature string, encoded bool) events.APIGatewayV2HTTPRequest {
	event := events.APIGatewayV2HTTPRequest{Version: "2.0", RouteKey: "POST " + stripe.WebhookPath, RawPath: stripe.WebhookPath,
		Headers: map[string]string{"content-type": "application/json; charset=utf-8"}, Body: string(body), IsBase64Encoded: encoded}
	event.RequestContext.HTTP.Method = http.MethodPost
	if signature != "" {
		event.Headers["stripe-signature"] = signature
	}
	if encoded {
		event.Body = base64.StdEncoding.EncodeToString(body)
	}
	return event
}

// call answers the status of the function's answer.
func (e *endpoint) call(event events.APIGatewayV2HTTPRequest) int {
	e.t.Helper()
	answer, err := e.function(context.WithValue(e.t.Context(), stepKey{}, "Webhook"), event)
	if err != nil {
		e.t.Fatal(err)
	}
	return answer.StatusCode
}

// deliver posts what has happened at Stripe last, signed.
func (e *endpoint) deliver() {
	e.t.Helper()
	happened := e.server.Events()
	body := happened[len(happened)-1].Payload
	if code := e.call(post(body, stripetest.Sign(body, webhookSecret, app.Now()), false)); code != http.StatusNoContent {
		e.t.Fatalf("%s is answered %d; %s", body, code, e.log)
	}
}

// begin has the tenant's app ask for a client secret.
func (e *endpoint) begin(listing booking.Listing) (booking.Reservation, string) {
	e.t.Helper()
	r := e.reserve(listing)
	r, err := e.app.Reservations.PayReservation(e.t.Context(), tenant, r.ID, "", "pay "+r.ID)
	if err != nil {
		e.t.Fatal(err)
	}
	c, err := e.app.Reservations.Confirmation(e.t.Context(), tenant, r)
	if err != nil || c.ClientSecret == "" || c.PublishableKey != stripetest.PublishableKey {
		e.t.Fatalf("the app is told %+v, %v", c, err)
	}
	return r, c.ClientSecret
}

func (e *endpoint) pay(clientSecret string) {
	e.t.Helper()
	if err := e.server.Pay(clientSecret, stripetest.Visa); err != nil {
		e.t.Fatal(err)
	}
}

// Signed events have their effect, in either form that API Gateway gives a body in, by either
// secret, once.
func TestAWebhookOnAWS(t *testing.T) {
	for name, c := range map[string]struct {
		secret  string
		encoded bool
	}{
		"as text": {webhookSecret, false}, "base64-encoded": {webhookSecret, true}, "by the next secret": {nextSecret, true},
	} {
		t.Run(name, func(t *testing.T) {
			e := newEndpoint(t, &uses{steps: map[string]map[string]bool{}})
			r, clientSecret := e.begin(booking.Listing{})
			e.step("ReservationRequestPayment", r)
			e.step("ReservationAwaitPayment", r, "token", "the token")
			e.pay(clientSecret)
			happened := e.server.Events()
			body := happened[len(happened)-1].Payload
			event := post(body, stripetest.Sign(body, c.secret, app.Now()), c.encoded)
			for range 2 {
				if code := e.call(event); code != http.StatusNoContent {
					t.Fatalf("answered %d; %s", code, e.log)
				}
			}
			if r = e.read(r); r.Payment.Status != booking.Authorized || !slices.Equal(e.runner.woken, []string{"the token"}) {
				t.Fatalf("the payment is %+v; woken: %q", r.Payment, e.runner.woken)
			}
			e.step("ReservationCapturePayment", r)
			e.step("ReservationMarkApartmentPaid", r)
			e.deliver() // of the capture
			if r = e.read(r); r.Status != booking.ReservationPaid {
				t.Errorf("it is %s", r.Status)
			}
			if totals := e.server.Totals(); len(totals) != 1 || totals[0].Captured != 79_000 || totals[0].Captures != 1 {
				t.Errorf("Stripe has %+v", totals)
			}
		})
	}
}

// What Stripe has not signed, over these very bytes and just now, is refused, and nothing of it
// is told to anybody.
func TestAForgedWebhookOnAWS(t *testing.T) {
	e := newEndpoint(t, &uses{steps: map[string]map[string]bool{}})
	r, clientSecret := e.begin(booking.Listing{})
	e.pay(clientSecret)
	body := e.server.Events()[len(e.server.Events())-1].Payload
	good := stripetest.Sign(body, webhookSecret, app.Now())
	calls := len(e.server.Calls())
	for name, event := range map[string]events.APIGatewayV2HTTPRequest{
		"unsigned":                     post(body, "", false),
		"by another secret":            post(body, stripetest.Sign(body, "whsec_of_somebody_else", app.Now()), false),
		"by another secret, encoded":   post(body, stripetest.Sign(body, "whsec_of_somebody_else", app.Now()), true),
		"stale":                        post(body, stripetest.Sign(body, webhookSecret, app.Now().Add(-stripe.WebhookTolerance-2*time.Second)), false),
		"stale, encoded":               post(body, stripetest.Sign(body, webhookSecret, app.Now().Add(-24*time.Hour)), true),
		"from the future":              post(body, stripetest.Sign(body, webhookSecret, app.Now().Add(stripe.WebhookTolerance+time.Minute)), false),
		"a byte more":                  post(append(bytes.Clone(body), '\n'), good, false),
		"a byte less, encoded":         post(body[:len(body)-1], good, true),
		"signed as its base64":         post([]byte(base64.StdEncoding.EncodeToString(body)), good, false),
		"two signatures, of one value": post(body, stripetest.Sign(body, "whsec_of_somebody_else", app.Now())+", "+strings.Replace(good, "v1=", "v0=", 1), false),
		"no body":                      post(nil, good, true),
	} {
		if code := e.call(event); code != http.StatusBadRequest {
			t.Errorf("%s: answered %d", name, code)
		}
	}
	if again := e.read(r); again.Payment.Status != booking.Pending || len(e.server.Calls()) != calls {
		t.Errorf("the payment is %+v, Stripe was asked %d times", again.Payment, len(e.server.Calls())-calls)
	}
	for _, secret := range []string{webhookSecret, nextSecret, stripetest.SecretKey, good, clientSecret} {
		if strings.Contains(e.log.String(), secret) {
			t.Errorf("%q is in the log: %s", secret, e.log)
		}
	}
	e.deliver() // and the true one still counts
	if r = e.read(r); r.Payment.Status != booking.Authorized {
		t.Errorf("the payment is %+v", r.Payment)
	}
}

// TestTheWebhookUsesWhatItMay delivers events in every state that a reservation may be in, and
// holds what the function then asks AWS for to its policy, both ways: late money on DynamoDB
// goes where its apartment says.
func TestTheWebhookUsesWhatItMay(t *testing.T) {
	u := &uses{steps: map[string]map[string]bool{}}
	e := newEndpoint(t, u)

	// Begun, which has no effect; authorized before anybody waits: the execution is looked
	// for, and another started.
	r, clientSecret := e.begin(booking.Listing{})
	e.deliver()
	e.pay(clientSecret)
	e.deliver()
	if r = e.read(r); r.Payment.Status != booking.Authorized {
		t.Errorf("the payment is %+v", r.Payment)
	}
	// Authorized while the execution waits.
	r, clientSecret = e.begin(booking.Listing{})
	e.step("ReservationAwaitPayment", r, "token", "t", "gatewayRef", r.Payment.GatewayRef)
	e.pay(clientSecret)
	e.deliver()
	// Declined for good.
	r, _ = e.begin(booking.Listing{})
	if err := e.server.CancelByHand(r.Payment.GatewayRef); err != nil {
		t.Fatal(err)
	}
	e.deliver()
	if r = e.read(r); r.Payment.Status != booking.Declined {
		t.Errorf("the payment that was cancelled at Stripe is %+v", r.Payment)
	}
	// Late.
	for policy, want := range map[booking.LateMoney]booking.ReservationStatus{booking.RefundLate: booking.Expired, booking.ReacquireElseRefund: booking.Confirming} {
		r, clientSecret = e.begin(booking.Listing{PaymentWindow: time.Second, LateMoney: policy})
		e.pass(r)
		e.step("ReservationReleaseHold", r)
		e.pay(clientSecret)
		e.deliver()
		late := r.ID + "-late"
		if r = e.read(r); r.Status != want || !slices.Contains(e.runner.started, late) {
			t.Errorf("%s: it is %s, payment %+v; started: %q", policy, r.Status, r.Payment, e.runner.started)
		}
		if policy == booking.RefundLate && r.Payment.Status != booking.Voided {
			t.Errorf("the money did not go back: %+v", r.Payment)
		}
	}
	// Of a reservation that its deadline has passed, and nothing has released.
	r, clientSecret = e.begin(booking.Listing{PaymentWindow: time.Second})
	e.pass(r)
	e.pay(clientSecret)
	e.deliver()

	granted := grants(t, load(t).must(t, samFunction, "Webhook"))
	used := slices.Sorted(maps.Keys(u.steps["Webhook"]))
	if want := slices.DeleteFunc(slices.Clone(granted), func(g string) bool { return g == readsTheSecret }); !slices.Equal(used, want) {
		t.Errorf("the function uses\n%q, it may\n%q", used, want)
	}
}
