package lambdas_test

import (
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/vacancy/vacancy/internal/app/cloud"
)

// holds works a condition out, by the functions that Rules may have.
func holds(t *testing.T, condition any, parameters map[string]string) any {
	t.Helper()
	switch c := condition.(type) {
	case object:
		for name, arguments := range c {
			switch name {
			case "Ref":
				v, ok := parameters[arguments.(string)]
				if !ok {
					t.Fatalf("there is no parameter %v", arguments)
				}
				return v
			case "Fn::Equals":
				a := list(arguments)
				return reflect.DeepEqual(holds(t, a[0], parameters), holds(t, a[1], parameters))
			case "Fn::Not":
				return !holds(t, list(arguments)[0], parameters).(bool)
			}
		}
	case string:
		return c
	}
	t.Fatalf("a rule has %v, which this test cannot work out", condition)
	return nil
}

// refusals answers what the template's rules say of parameters, beside the defaults.
func (tpl template) refusals(t *testing.T, given map[string]string) (all []string) {
	t.Helper()
	parameters := map[string]string{}
	for name, p := range tpl.Parameters {
		parameters[name] = fmt.Sprint(at(p, "Default"))
	}
	maps.Copy(parameters, given)
	for _, rule := range tpl.Rules {
		if !holds(t, at(rule, "RuleCondition"), parameters).(bool) {
			continue
		}
		for _, a := range list(at(rule, "Assertions")) {
			if !holds(t, at(a, "Assert"), parameters).(bool) {
				all = append(all, at(a, "AssertDescription").(string))
			}
		}
	}
	return all
}

func TestWhatProductionRefuses(t *testing.T) {
	tpl := load(t)
	for _, c := range []struct {
		parameters map[string]string
		refused    string // a word of the reason; "": it is not
	}{
		{map[string]string{}, ""},
		{map[string]string{"FailureInjection": "true", "CompensationFailureRate": "0.5"}, ""},
		{map[string]string{"CompensationFailureRate": "0.5"}, "FailureInjection"},
		{map[string]string{"TestIssuer": "https://issuer.example", "TestAudience": "vacancy"}, ""},
		{map[string]string{"TestIssuer": "https://issuer.example"}, "TestAudience"},
		{map[string]string{"Stage": "stage", "FailureInjection": "true"}, ""},
		{production(nil), ""},
		{production(map[string]string{"FailureInjection": "true"}), "FailureInjection"},
		{production(map[string]string{"TestIssuer": "https://issuer.example", "TestAudience": "vacancy"}), "TestIssuer"},
		{production(map[string]string{"StripeSecretArn": "", "StripePublishableKey": ""}), "prod needs StripeSecretArn"},
		{production(map[string]string{"StripePublishableKey": ""}), "needs StripePublishableKey"},
		{stripeKeys(nil), ""},
		{stripeKeys(map[string]string{"StripePublishableKey": ""}), "needs StripePublishableKey"},
		{stripeKeys(map[string]string{"StripeSecretArn": ""}), "StripePublishableKey needs StripeSecretArn"},
	} {
		got := tpl.refusals(t, c.parameters)
		if c.refused == "" && len(got) != 0 || c.refused != "" && !strings.Contains(strings.Join(got, " "), c.refused) {
			t.Errorf("%v: %q", c.parameters, got)
		}
	}
}

// production is parameters that production accepts, with others set.
func production(others map[string]string) map[string]string {
	all := stripeKeys(map[string]string{"Stage": "prod"})
	maps.Copy(all, others)
	return all
}

// stripeKeys is parameters of a deployment that is paid through Stripe, with others set.
func stripeKeys(others map[string]string) map[string]string {
	all := map[string]string{"StripeSecretArn": "arn:aws:secretsmanager:us-east-1:123456789012:secret:stripe-AbCdEf", "StripePublishableKey": "pk_test_x"}
	maps.Copy(all, others)
	return all
}

// What is no ARN of one secret, or is a secret key, is no value of the parameters of Stripe.
func TestWhatTheKeysMayBe(t *testing.T) {
	tpl := load(t)
	for name, values := range map[string]map[string]bool{
		"StripeSecretArn": {
			"": true, "arn:aws:secretsmanager:us-east-1:123456789012:secret:vacancy/stripe-AbCdEf": true, "arn:aws-cn:secretsmanager:cn-north-1:123456789012:secret:x": true,
			"*": false, "arn:aws:secretsmanager:us-east-1:123456789012:secret:*": false, "arn:aws:ssm:us-east-1:123456789012:parameter/x": false, "sk_live_x": false,
		},
		"StripePublishableKey": {"": true, "pk_test_x": true, "pk_live_51A": true, "sk_live_x": false, "rk_test_x": false, "pk_": false},
	} {
		pattern := regexp.MustCompile("^(?:" + at(tpl.Parameters[name], "AllowedPattern").(string) + ")$") // CloudFormation matches the whole
		for v, allowed := range values {
			if pattern.MatchString(v) != allowed {
				t.Errorf("%s may be %q: %v", name, v, !allowed)
			}
		}
	}
}

// Every stage of samconfig.toml names parameters that there are.
func TestTheFunctionsAreConfiguredByWhatTheyRead(t *testing.T) {
	tpl := load(t)
	set := maps.Clone(at(tpl.Globals, "Function", "Environment", "Variables").(object))
	maps.Copy(set, at(tpl.must(t, samFunction, "GraphQL").properties, "Environment", "Variables").(object))
	read := map[string]bool{"GOGC": true} // by Go's runtime
	for _, name := range cloud.Variables() {
		read[name] = true
		if set[name] == nil {
			t.Errorf("the functions read %s, which the template does not set", name)
		}
	}
	for name := range set {
		if !read[name] {
			t.Errorf("the template sets %s, which no function reads", name)
		}
	}
}

func TestOutputs(t *testing.T) {
	tpl := load(t)
	for _, name := range []string{"ApiUrl", "TableName", "StateMachines", "WebhookUrl", "NotificationTopicArn", "UserPoolId", "UserPoolClientId", "Issuer", "Region", "Stage"} {
		if tpl.Outputs[name] == nil {
			t.Errorf("there is no output %s", name)
		}
	}
	for _, machine := range machineNames() {
		if !refTo(at(tpl.Outputs[capitalized(machine)+"StateMachineArn"], "Value"), capitalized(machine)) {
			t.Errorf("there is no output %sStateMachineArn", capitalized(machine))
		}
	}
}
