package cloud

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/vacancy/vacancy/internal/payment/stripe"
)

// readTime bounds the reading of the secret. A function has ten seconds to start.
const readTime = 5 * time.Second

// stripeSecret is the text of the secret: keys of one account and mode.
type stripeSecret struct {
	SecretKey      string   `json:"secretKey"`      // sk_… or rk_…
	WebhookSecrets []string `json:"webhookSecrets"` // whsec_…; two while they are rotated
}

// readStripe reads the keys that are secret, once. No error tells anything of them.
func readStripe(ctx context.Context, awsConfig aws.Config, c Config) (stripe.Config, error) {
	ctx, cancel := context.WithTimeout(ctx, readTime)
	defer cancel()
	out, err := secretsmanager.NewFromConfig(awsConfig).GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &c.StripeSecret})
	if err != nil {
		return stripe.Config{}, fmt.Errorf("read the secret %s: %w", c.StripeSecret, err)
	}
	keys := c.Stripe
	if keys.SecretKey, keys.WebhookSecrets, err = parseStripe(aws.ToString(out.SecretString)); err == nil {
		err = keys.Validate()
	}
	if err != nil {
		return stripe.Config{}, fmt.Errorf("the secret %s, or %s: %w", c.StripeSecret, StripePublishableKeyVariable, err)
	}
	return keys, nil
}

// errStripeSecret does not wrap the error of encoding/json, which may repeat the text.
var errStripeSecret = errors.New(`the text must be {"secretKey": "sk_…", "webhookSecrets": ["whsec_…"]}`)

func parseStripe(text string) (secretKey string, webhookSecrets []string, err error) {
	var s stripeSecret
	if json.Unmarshal([]byte(text), &s) != nil || s.SecretKey == "" || len(s.WebhookSecrets) == 0 {
		return "", nil, errStripeSecret
	}
	return s.SecretKey, s.WebhookSecrets, nil
}
