package cloud

import (
	"fmt"
	"strconv"
	"time"

	"github.com/vacancy/vacancy/internal/saga"
)

// Variables that template.yaml sets on its functions. Those of the server's flags have the
// flags' names.
const (
	StageVariable                   = "VACANCY_STAGE"
	ServiceVariable                 = "VACANCY_SERVICE" // name of the stack
	TableVariable                   = "VACANCY_TABLE"
	StateMachinesVariable           = "VACANCY_STATE_MACHINES"
	PaymentWindowVariable           = "VACANCY_PAYMENT_WINDOW"
	FailureInjectionVariable        = "VACANCY_FAILURE_INJECTION"
	CompensationFailureRateVariable = "VACANCY_COMPENSATION_FAILURE_RATE"
	IssuerVariable                  = "VACANCY_OIDC_ISSUER"
	AudienceVariable                = "VACANCY_OIDC_AUDIENCE"
)

// Variables lists them.
func Variables() []string {
	return []string{
		StageVariable, ServiceVariable, TableVariable, StateMachinesVariable, PaymentWindowVariable,
		FailureInjectionVariable, CompensationFailureRateVariable, IssuerVariable, AudienceVariable,
	}
}

// FromEnvironment reads the configuration of a function. What is missing or no good is an
// error that names the variable.
func FromEnvironment(getenv func(string) string) (Config, error) {
	c := Config{Table: getenv(TableVariable), StateMachines: getenv(StateMachinesVariable)}
	c.Stage = saga.Stage(getenv(StageVariable))
	c.RefuseFailures = getenv(FailureInjectionVariable) != "true"
	var err error
	if text := getenv(PaymentWindowVariable); text != "" {
		if c.PaymentWindow, err = time.ParseDuration(text); err != nil {
			return c, fmt.Errorf("%s must be a duration such as 900s, it is %q", PaymentWindowVariable, text)
		}
	}
	if text := getenv(CompensationFailureRateVariable); text != "" {
		if c.CompensationFailureRate, err = strconv.ParseFloat(text, 64); err != nil {
			return c, fmt.Errorf("%s must be a number from 0 to 1, it is %q", CompensationFailureRateVariable, text)
		}
	}
	return c, nil
}
