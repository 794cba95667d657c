package stripe

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// Config is what a deployment needs to be paid through Stripe.
type Config struct {
	// SecretKey is the API key of the account, "sk_…" or a restricted "rk_…".
	SecretKey string
	// PublishableKey is given to apps, "pk_…", of the same account and mode.
	PublishableKey string
	// WebhookSecrets are the signing secrets of the webhook endpoint, "whsec_…": one, or two
	// while it is rotated. None: no webhooks are taken, and a payment is noticed when
	// somebody asks or at the deadline.
	WebhookSecrets []string
	// URL is the API's; "": Stripe's own. For tests.
	URL string
	// Transport carries the calls; nil: http.DefaultTransport.
	Transport http.RoundTripper
}

// maxWebhookSecrets: the one that is in use, and the next.
const maxWebhookSecrets = 2

// Validate refuses keys that cannot be right, without telling them.
func (c Config) Validate() error {
	switch {
	case !hasPrefix(c.SecretKey, "sk_", "rk_"):
		return errors.New("the Stripe secret key must begin with sk_ or rk_; it is under Developers, API keys, in the dashboard")
	case !hasPrefix(c.PublishableKey, "pk_"):
		return errors.New("the Stripe publishable key must begin with pk_; it is under Developers, API keys, in the dashboard")
	case live(c.SecretKey) != live(c.PublishableKey):
		return errors.New("one of the Stripe keys is of live mode and the other of test mode; take both from the same page of the dashboard")
	case len(c.WebhookSecrets) > maxWebhookSecrets:
		return fmt.Errorf("%d webhook signing secrets are too many; give the one in use and, while it is rotated, the next", len(c.WebhookSecrets))
	}
	for _, secret := range c.WebhookSecrets {
		if !hasPrefix(secret, "whsec_") {
			return errors.New("a Stripe webhook signing secret must begin with whsec_; 'stripe listen' prints one, and the dashboard has it at the endpoint")
		}
	}
	return nil
}

func hasPrefix(key string, prefixes ...string) bool {
	for _, prefix := range prefixes {
		if rest, ok := strings.CutPrefix(key, prefix); ok && rest != "" && !strings.ContainsAny(rest, " \t\r\n") {
			return true
		}
	}
	return false
}

func live(key string) bool { return strings.Contains(key, "_live_") }
