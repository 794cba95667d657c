package cloud_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/vacancy/vacancy/internal/app/cloud"
	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/httpapi"
	"github.com/vacancy/vacancy/internal/payment/stripe"
	"github.com/vacancy/vacancy/internal/payment/stripe/stripetest"
)

const (
	secretARN     = "arn:aws:secretsmanager:us-east-1:123456789012:secret:stripe-AbCdEf"
	webhookSecret = "whsec_of_this_endpoint" // #nosec G101 -- that of this test
)

// secrets is Secrets Manager with one secret.
type secrets struct {
	text string
	read atomic.Int32
}

func (s *secrets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.read.Add(1)
	var asked struct{ SecretId string }
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	if r.Header.Get("X-Amz-Target") != "secretsmanager.GetSecretValue" || json.NewDecoder(r.Body).Decode(&asked) != nil || asked.SecretId != secretARN {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = fmt.Fprint(w, `{"__type":"ResourceNotFoundException","Message":"no such secret"}`)
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]string{"ARN": secretARN, "Name": "stripe", "SecretString": s.text})
}

// manager puts a Secrets Manager where the SDK looks for it.
func manager(t *testing.T, text string) *secrets {
	t.Helper()
	s := &secrets{text: text}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	for name, value := range map[string]string{"AWS_ENDPOINT_URL_SECRETS_MANAGER": server.URL, "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"} {
		t.Setenv(name, value)
	}
	return s
}

func onStripe(secret string) cloud.Config {
	return cloud.Config{Table: "t", StateMachines: "arn:aws:states:us-east-1:123456789012:stateMachine:{machine}:live",
		Gateway: cloud.Stripe, Stripe: stripe.Config{PublishableKey: stripetest.PublishableKey}, StripeSecret: secret}
}

func keys(secretKey string, webhookSecrets ...string) string {
	text, _ := json.Marshal(map[string]any{"secretKey": secretKey, "webhookSecrets": webhookSecrets})
	return string(text)
}

// The keys are read once, when the program opens, and there is the door for events then.
func TestStripesKeysAreReadOnce(t *testing.T) {
	s := manager(t, keys(stripetest.SecretKey, webhookSecret, "whsec_the_next"))
	a, err := open(t, onStripe(secretARN))
	if err != nil {
		t.Fatal(err)
	}
	if s.read.Load() != 1 || a.Webhook == nil || a.Gateway != nil || a.Ports.Gateway.Name() != "stripe" || !a.Ports.Gateway.Accepts("pm_card_visa") {
		t.Errorf("read %d times; webhook %v, gateway %s", s.read.Load(), a.Webhook, a.Ports.Gateway.Name())
	}
	if patterns := patterns(a.Routes()); patterns != "POST /webhooks/stripe" {
		t.Errorf("its routes are %s", patterns)
	}
}

func patterns(routes []httpapi.Route) string {
	var all []string
	for _, r := range routes {
		all = append(all, r.Pattern)
	}
	return strings.Join(all, ", ")
}

// A secret that cannot be right stops the start, by an error that says where to look and tells
// nothing of what is there.
func TestStripesKeysThatAreNoGood(t *testing.T) {
	const planted = "CANARY51"
	for name, c := range map[string]struct{ text, says string }{
		"no JSON":                {"sk_test_" + planted, "secretKey"},
		"a list":                 {`["sk_test_` + planted + `"]`, "secretKey"},
		"a number for a key":     {`{"secretKey": 1, "webhookSecrets": ["whsec_` + planted + `"]}`, "secretKey"},
		"no key":                 {keys("", "whsec_"+planted), "secretKey"},
		"no webhook secret":      {keys("sk_test_" + planted), "webhookSecrets"},
		"a publishable key":      {keys("pk_test_"+planted, "whsec_x"), "sk_"},
		"of another mode":        {keys("sk_live_"+planted, "whsec_x"), "mode"},
		"three webhook secrets":  {keys("sk_test_"+planted, "whsec_1", "whsec_2", "whsec_3"), "too many"},
		"a webhook secret of no": {keys("sk_test_"+planted, planted), "whsec_"},
	} {
		t.Run(name, func(t *testing.T) {
			manager(t, c.text)
			_, err := open(t, onStripe(secretARN))
			if err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), secretARN) {
				t.Fatalf("%v, want %q and the secret's ARN in it", err, c.says)
			}
			if strings.Contains(err.Error(), planted) {
				t.Errorf("it tells a key: %v", err)
			}
		})
	}
	manager(t, keys(stripetest.SecretKey, webhookSecret))
	if _, err := open(t, onStripe(secretARN+"x")); err == nil || !strings.Contains(err.Error(), secretARN+"x") {
		t.Errorf("a secret that there is not: %v", err)
	}
}

// A function that is given no key can decide nothing about a payment: least of all that there
// is none.
func TestAFunctionWithoutKeys(t *testing.T) {
	s := manager(t, keys(stripetest.SecretKey, webhookSecret))
	a, err := open(t, onStripe(""))
	if err != nil {
		t.Fatal(err)
	}
	if s.read.Load() != 0 || a.Webhook != nil || a.Gateway != nil {
		t.Errorf("read %d times; webhook %v, gateway %v", s.read.Load(), a.Webhook, a.Gateway)
	}
	g, ctx := a.Ports.Gateway, t.Context()
	for operation, call := range map[string]func() (booking.GatewayPayment, error){
		"create":    func() (booking.GatewayPayment, error) { return g.Create(ctx, booking.Payment{}, "r", "k") },
		"authorize": func() (booking.GatewayPayment, error) { return g.Authorize(ctx, "pi_1", "pm_1", "k") },
		"capture":   func() (booking.GatewayPayment, error) { return g.Capture(ctx, "pi_1", "k") },
		"void":      func() (booking.GatewayPayment, error) { return g.Void(ctx, "pi_1", "k") },
		"refund":    func() (booking.GatewayPayment, error) { return g.Refund(ctx, "pi_1", "k") },
		"lookup":    func() (booking.GatewayPayment, error) { return g.Lookup(ctx, "pi_1") },
		"find":      func() (booking.GatewayPayment, error) { return g.Find(ctx, booking.Payment{}, "r") },
	} {
		if _, err := call(); !errors.Is(err, booking.ErrGatewayUnknown) || !strings.Contains(err.Error(), cloud.StripeSecretVariable) {
			t.Errorf("%s: %v", operation, err)
		}
	}
	// The form of a method needs no key: a trip's first step looks at it, and calls nobody.
	if g.Name() != cloud.Stripe || !g.Accepts("pm_card_visa") || g.Accepts("4242424242424242") {
		t.Errorf("it is %s, and accepts a PaymentMethod: %t", g.Name(), g.Accepts("pm_card_visa"))
	}
}

func TestTheGatewayIsChosen(t *testing.T) {
	base := onStripe("")
	base.Gateway = ""
	a, err := open(t, base)
	if err != nil || a.Gateway == nil || a.Webhook != nil || patterns(a.Routes()) != "GET /ledger/{reservation}" {
		t.Errorf("%+v, %v", a, err)
	}
	base.Gateway = "manual"
	if _, err := open(t, base); err == nil || !strings.Contains(err.Error(), "manual") {
		t.Errorf("manual: %v", err)
	}
	manager(t, keys(stripetest.SecretKey, webhookSecret))
	base.Gateway, base.StripeSecret = cloud.Simulated, secretARN
	if _, err := open(t, base); err == nil || !strings.Contains(err.Error(), cloud.GatewayVariable) {
		t.Errorf("a secret for the simulated gateway: %v", err)
	}
}
