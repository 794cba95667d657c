package cloud

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/saga"
)

// Variables that template.yaml sets on its functions. Those that a flag of the server is
// for, too, have the flag's name.
const (
	StageVariable                   = "VACANCY_STAGE"
	ServiceVariable                 = "VACANCY_SERVICE" // name of the stack
	TableVariable                   = "VACANCY_TABLE"
	StateMachinesVariable           = "VACANCY_STATE_MACHINES"
	PaymentWindowVariable           = "VACANCY_PAYMENT_WINDOW"
	MaxHoldsVariable                = "VACANCY_MAX_HOLDS"
	HoldBudgetVariable              = "VACANCY_HOLD_BUDGET"
	ReserveRateVariable             = "VACANCY_RESERVE_RATE"
	PayRateVariable                 = "VACANCY_PAY_RATE"
	LateMoneyVariable               = "VACANCY_LATE_MONEY"
	FailureInjectionVariable        = "VACANCY_FAILURE_INJECTION"
	CompensationFailureRateVariable = "VACANCY_COMPENSATION_FAILURE_RATE"
	GatewayVariable                 = "VACANCY_GATEWAY"
	StripePublishableKeyVariable    = "VACANCY_STRIPE_PUBLISHABLE_KEY"
	StripeSecretVariable            = "VACANCY_STRIPE_SECRET_ARN" // of functions that call the gateway
	IssuerVariable                  = "VACANCY_OIDC_ISSUER"
	AudienceVariable                = "VACANCY_OIDC_AUDIENCE"
)

// Variables lists them.
func Variables() []string {
	return []string{
		StageVariable, ServiceVariable, TableVariable, StateMachinesVariable, PaymentWindowVariable,
		MaxHoldsVariable, HoldBudgetVariable, ReserveRateVariable, PayRateVariable, LateMoneyVariable,
		FailureInjectionVariable, CompensationFailureRateVariable, GatewayVariable, StripePublishableKeyVariable, StripeSecretVariable,
		IssuerVariable, AudienceVariable,
	}
}

// FromEnvironment reads the configuration of a function. What is no good is an error that
// names the variable; what is missing has its default.
func FromEnvironment(getenv func(string) string) (Config, error) {
	c := Config{Table: getenv(TableVariable), StateMachines: getenv(StateMachinesVariable), Gateway: getenv(GatewayVariable), StripeSecret: getenv(StripeSecretVariable)}
	c.Stripe.PublishableKey = getenv(StripePublishableKeyVariable)
	c.Stage = saga.Stage(getenv(StageVariable))
	c.LateMoney = booking.LateMoney(getenv(LateMoneyVariable))
	c.RefuseFailures = getenv(FailureInjectionVariable) != "true"
	return c, errors.Join(
		read(getenv, PaymentWindowVariable, "a duration such as 900s", time.ParseDuration, &c.PaymentWindow),
		read(getenv, CompensationFailureRateVariable, "a number from 0 to 1", func(s string) (float64, error) { return strconv.ParseFloat(s, 64) }, &c.CompensationFailureRate),
		read(getenv, MaxHoldsVariable, "a number, 0 for no limit", limit(strconv.Atoi), &c.Limits.MaxHolds),
		read(getenv, HoldBudgetVariable, "a duration such as 240m, 0m for no limit", limit(time.ParseDuration), &c.Limits.HoldBudget),
		read(getenv, ReserveRateVariable, "a number, 0 for no limit", limit(strconv.Atoi), &c.Limits.ReserveRate),
		read(getenv, PayRateVariable, "a number, 0 for no limit", limit(strconv.Atoi), &c.Limits.PayRate),
	)
}

// read reads a variable, if it is set.
func read[T any](getenv func(string) string, name, form string, parse func(string) (T, error), into *T) error {
	text := getenv(name)
	if text == "" {
		return nil
	}
	value, err := parse(text)
	if err != nil {
		return fmt.Errorf("%s must be %s, it is %q", name, form, text)
	}
	*into = value
	return nil
}

// limit reads 0 as no limit, which app.Limits calls a negative one.
func limit[T int | time.Duration](parse func(string) (T, error)) func(string) (T, error) {
	return func(text string) (T, error) {
		value, err := parse(text)
		if value == 0 {
			value = -1
		}
		return value, err
	}
}
