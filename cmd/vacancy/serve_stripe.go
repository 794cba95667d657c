package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/pflag"

	"github.com/vacancy/vacancy/internal/payment/stripe"
)

// stripeFlags say where the keys of a Stripe account are. Secrets come from files or from the
// environment, never from the command line, which others on the machine can read.
type stripeFlags struct {
	publishableKey    string
	secretKeyFile     string
	webhookSecretFile string
}

// Variables that hold secrets themselves.
const (
	stripeSecretKey     = "VACANCY_STRIPE_SECRET_KEY"
	stripeWebhookSecret = "VACANCY_STRIPE_WEBHOOK_SECRET" //nolint:gosec // the variable's name
)

func (f *stripeFlags) add(flags *pflag.FlagSet) {
	flags.StringVar(&f.publishableKey, "stripe-publishable-key", "", "pk_…, given to apps (--gateway stripe)")
	flags.StringVar(&f.secretKeyFile, "stripe-secret-key-file", "", "file with the secret key sk_… or rk_…; or "+stripeSecretKey)
	flags.StringVar(&f.webhookSecretFile, "stripe-webhook-secret-file", "", "file with the signing secret whsec_… of the webhook, or two of them, one a line; or "+stripeWebhookSecret+", separated by commas")
}

// stripe reads the keys.
func (p *program) stripe(f stripeFlags) (stripe.Config, error) {
	c := stripe.Config{PublishableKey: f.publishableKey}
	key, err := p.secrets("--stripe-secret-key-file", f.secretKeyFile, stripeSecretKey)
	if err != nil {
		return c, err
	}
	if len(key) != 1 {
		return c, fmt.Errorf("--gateway stripe needs one secret key, by --stripe-secret-key-file or %s", stripeSecretKey)
	}
	c.SecretKey = key[0]
	if c.WebhookSecrets, err = p.secrets("--stripe-webhook-secret-file", f.webhookSecretFile, stripeWebhookSecret); err != nil {
		return c, err
	}
	return c, c.Validate()
}

// secrets reads secrets from a file, one a line, or from a variable.
func (p *program) secrets(flag, file, variable string) ([]string, error) {
	text, _ := p.getenv(variable)
	if file != "" {
		read, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("%s: the file cannot be read: %w", flag, err)
		}
		text = string(read)
	}
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == '\n' || r == '\r' || r == ' ' || r == '\t' }), nil
}
