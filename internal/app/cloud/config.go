package cloud

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/vacancy/vacancy/internal/app"
	"github.com/vacancy/vacancy/internal/payment/stripe"
	"github.com/vacancy/vacancy/statemachine"
)

// machinePlaceholder stands for the name of a machine in Config.StateMachines.
const machinePlaceholder = "{machine}"

// Config is what the deployment decides, and what it runs on. Region, credentials and
// endpoint are the SDK's own configuration.
type Config struct {
	app.Config
	// Table is the name of the DynamoDB table.
	Table string
	// StateMachines is the ARN of the state machines, with {machine} for the name:
	// arn:aws:states:REGION:ACCOUNT:stateMachine:vacancy-{machine}:live
	StateMachines string
	// Gateway is Simulated ("" too) or Stripe.
	Gateway string
	// Stripe has the keys of Stripe's account. Open reads those that are secret from
	// StripeSecret, if that is set.
	Stripe stripe.Config
	// StripeSecret is the ARN of the secret in Secrets Manager, or "".
	StripeSecret string
	// After is app.OrderPorts'.
	After func(ctx context.Context, d time.Duration, do func(context.Context))
}

// machines are the ARNs by the names of the machines.
func (c Config) machines() (map[string]string, error) {
	if strings.Count(c.StateMachines, machinePlaceholder) != 1 {
		return nil, fmt.Errorf("the state machines must be an ARN with %s for the name, such as arn:aws:states:REGION:ACCOUNT:stateMachine:vacancy-%s, not %q", machinePlaceholder, machinePlaceholder, c.StateMachines)
	}
	arns := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(statemachine.Definitions())) {
		arns[name] = strings.Replace(c.StateMachines, machinePlaceholder, name, 1)
	}
	return arns, nil
}
