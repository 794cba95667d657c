package cloud_test

import (
	"strings"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/app/cloud"
	"github.com/vacancy/vacancy/internal/saga"
)

func read(values map[string]string) (cloud.Config, error) {
	return cloud.FromEnvironment(func(name string) string { return values[name] })
}

func TestTheEnvironmentOfAFunction(t *testing.T) {
	c, err := read(map[string]string{
		cloud.StageVariable: "prod", cloud.TableVariable: "table", cloud.StateMachinesVariable: "arn:{machine}",
		cloud.PaymentWindowVariable: "900s", cloud.CompensationFailureRateVariable: "0", cloud.FailureInjectionVariable: "false",
		cloud.MaxHoldsVariable: "3", cloud.HoldBudgetVariable: "240m", cloud.ReserveRateVariable: "0", cloud.PayRateVariable: "7",
		cloud.LateMoneyVariable: "REFUND",
	})
	if err != nil || c.Stage != saga.Production || c.Table != "table" || c.StateMachines != "arn:{machine}" || c.PaymentWindow != 15*time.Minute || !c.RefuseFailures {
		t.Errorf("%+v, %v", c, err)
	}
	if l := c.Limits; l.MaxHolds != 3 || l.HoldBudget != 4*time.Hour || l.ReserveRate != -1 || l.PayRate != 7 {
		t.Errorf("limits %+v", l)
	}
	if c, err := read(map[string]string{cloud.FailureInjectionVariable: "true"}); err != nil || c.RefuseFailures || c.Limits.MaxHolds != 0 {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestAVariableThatIsNoGoodIsNamed(t *testing.T) {
	for _, name := range []string{cloud.PaymentWindowVariable, cloud.CompensationFailureRateVariable, cloud.MaxHoldsVariable, cloud.HoldBudgetVariable, cloud.ReserveRateVariable, cloud.PayRateVariable} {
		if _, err := read(map[string]string{name: "many"}); err == nil || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), "many") {
			t.Errorf("%s=many: %v", name, err)
		}
	}
}

// What the state machines' ARNs are made of is refused before anything is asked of AWS.
func TestAConfigurationThatCannotWorkIsRefused(t *testing.T) {
	for says, c := range map[string]cloud.Config{
		"table":     {StateMachines: "arn:aws:states:us-east-1:123456789012:stateMachine:{machine}"},
		"{machine}": {Table: "t", StateMachines: "arn:aws:states:us-east-1:123456789012:stateMachine:reservation"},
		"ARN":       {Table: "t", StateMachines: "{machine}"},
	} {
		if _, err := open(t, c); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%+v: %v, want %q in it", c, err, says)
		}
	}
}
