package lambdas_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/vacancy/vacancy/internal/app/cloud"
	"github.com/vacancy/vacancy/internal/step"
	"github.com/vacancy/vacancy/internal/store/dynamo"
	"github.com/vacancy/vacancy/statemachine"
)

// withoutResource are the only actions that may name the resource "*": AWS gives them none
// (Service Authorization Reference, CloudWatch Logs: log delivery and its policies).
var withoutResource = []string{
	"logs:CreateLogDelivery", "logs:DeleteLogDelivery", "logs:DescribeLogGroups", "logs:DescribeResourcePolicies",
	"logs:GetLogDelivery", "logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:UpdateLogDelivery",
}

// grants are what a resource's policies allow, each as "action on resource".
func grants(t *testing.T, r resource) []string {
	t.Helper()
	var all []string
	for _, policy := range list(r.properties["Policies"]) {
		for _, s := range list(at(policy, "Statement")) {
			s = onStripe(t, r, s)
			if at(s, "Effect") != "Allow" || at(s, "NotAction") != nil || at(s, "NotResource") != nil {
				t.Errorf("%s: a statement is not of the form Allow, Action, Resource: %v", r.name, s)
			}
			for _, action := range list(at(s, "Action")) {
				for _, on := range list(at(s, "Resource")) {
					all = append(all, fmt.Sprintf("%v on %s", action, arn(on)))
				}
			}
		}
		if at(policy, "Statement") == nil {
			t.Errorf("%s has a policy that is none of its own: %v", r.name, policy)
		}
	}
	slices.Sort(all)
	return all
}

// onStripe answers the statement of one that is granted with Stripe's secret only, and any
// other as it is.
func onStripe(t *testing.T, r resource, statement any) any {
	t.Helper()
	branches := list(at(statement, "Fn::If"))
	if branches == nil {
		return statement
	}
	if len(branches) != 3 || branches[0] != "HasStripe" || !refTo(branches[2], "AWS::NoValue") {
		t.Fatalf("%s: a statement is granted by %v", r.name, statement)
	}
	return branches[1]
}

// readsTheSecret is the grant of a function that calls the gateway.
const readsTheSecret = "secretsmanager:GetSecretValue on StripeSecretArn"

// callsTheGateway are the functions that may read Stripe's keys. Of the steps,
// TestStepsUseWhatTheyMay holds that they are all.
var callsTheGateway = []string{
	"GraphQL", "OrderProcessPayment", "OrderRefundPayment", "ReservationCapturePayment", "ReservationReadReservation",
	"ReservationRequestPayment", "ReservationResolveCapture", "ReservationReturnMoney", "Sweep", "TripRefundPayment", "TripTakePayment", "Webhook",
}

// The keys are given to whoever calls the gateway, by the name of the secret and the
// permission to read that one, and to nobody else.
func TestWhoReadsTheSecret(t *testing.T) {
	tpl := load(t)
	if at(tpl.Globals, "Function", "Environment", "Variables", cloud.StripeSecretVariable) != nil {
		t.Error("every function is told of the secret")
	}
	for _, f := range tpl.of(samFunction) {
		named := refTo(at(f.properties, "Environment", "Variables", cloud.StripeSecretVariable), "StripeSecretArn")
		var secrets []string
		for _, grant := range grants(t, f) {
			if strings.HasPrefix(grant, "secretsmanager:") || strings.HasPrefix(grant, "kms:") {
				secrets = append(secrets, grant)
			}
		}
		if slices.Contains(callsTheGateway, f.name) {
			if !named || !slices.Equal(secrets, []string{readsTheSecret}) {
				t.Errorf("%s calls the gateway; it is told of the secret: %v, and may %q", f.name, named, secrets)
			}
		} else if named || secrets != nil {
			t.Errorf("%s does not call the gateway; it is told of the secret: %v, and may %q", f.name, named, secrets)
		}
	}
}

func TestNoPolicyHasAWildcard(t *testing.T) {
	tpl := load(t)
	for _, kind := range []string{samFunction, samMachine} {
		for _, r := range tpl.of(kind) {
			for _, grant := range grants(t, r) {
				action, on, _ := strings.Cut(grant, " on ")
				if strings.Contains(action, "*") {
					t.Errorf("%s may %s", r.name, grant)
				}
				// Names of executions are those of reservations: nobody knows them before.
				if execution := strings.HasPrefix(on, "states:execution:${AWS::StackName}-") && strings.Count(on, "*") == 1 && strings.HasSuffix(on, ":*"); execution {
					continue
				}
				if strings.Contains(on, "*") && !slices.Contains(withoutResource, action) {
					t.Errorf("%s may %s", r.name, grant)
				}
			}
		}
	}
}

// TestNoResourceIsOfAKindThatGrantsUnseen: a policy or role of another kind would not be
// looked at by the tests here.
func TestNoResourceIsOfAKindThatGrantsUnseen(t *testing.T) {
	for name, r := range load(t).resources {
		if strings.HasPrefix(r.kind, "AWS::IAM::") || r.properties["Role"] != nil {
			t.Errorf("%s (%s) grants something that no test looks at", name, r.kind)
		}
	}
}

// stepsMay is what the steps use, by the step; one that is not named uses what most do. That
// it is enough, TestStepsUseWhatTheyMay holds.
var stepsMay = map[string][]string{
	"OrderCancelShipment":          onTable("BatchGetItem", "GetItem", "PutItem", "Query"),
	"OrderCloseOrder":              onTable("BatchGetItem", "GetItem", "PutItem", "Query"),
	"OrderCreateOrder":             onTable("BatchGetItem", "GetItem", "PutItem", "Query"),
	"OrderDeleteOrder":             onTable("BatchGetItem", "DeleteItem", "GetItem", "PutItem", "Query"),
	"OrderProcessPayment":          onTable("BatchGetItem", "GetItem", "PutItem", "Query"),
	"OrderProcessShipment":         append(onTable("BatchGetItem", "GetItem", "PutItem", "Query"), "states:SendTaskSuccess on states:stateMachine:${AWS::StackName}-order"),
	"OrderReadShipment":            onTable("BatchGetItem", "GetItem", "PutItem", "Query"),
	"OrderRefundPayment":           onTable("BatchGetItem", "DeleteItem", "GetItem", "PutItem", "Query"),
	"ReservationAwaitPayment":      append(onTable("BatchGetItem", "GetItem", "PutItem"), "states:SendTaskSuccess on states:stateMachine:${AWS::StackName}-reservation"),
	"ReservationMarkApartmentPaid": onTable("BatchGetItem", "GetItem", "PutItem", "UpdateItem"),
	"ReservationReleaseHold":       onTable("BatchGetItem", "GetItem", "PutItem", "UpdateItem"),
	"ReservationRequestPayment":    onTable("BatchGetItem", "GetItem", "PutItem", "Query"),
	"ReservationReturnMoney":       onTable("BatchGetItem", "GetItem", "PutItem", "Query", "UpdateItem"),
	"TripCancelCarRental":          onTable("BatchGetItem", "DeleteItem", "GetItem", "PutItem", "Query"),
	"TripCancelFlight":             onTable("BatchGetItem", "DeleteItem", "GetItem", "PutItem", "Query"),
	"TripCancelHotel":              onTable("BatchGetItem", "DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"),
	"TripConfirmCarRental":         onTable("BatchGetItem", "GetItem", "PutItem", "Query"),
	"TripConfirmFlight":            onTable("BatchGetItem", "GetItem", "PutItem", "Query"),
	"TripConfirmHotel":             onTable("BatchGetItem", "GetItem", "PutItem", "Query", "UpdateItem"),
	"TripReadTrip":                 onTable("BatchGetItem", "GetItem", "PutItem", "Query"),
	"TripRecordOutcome":            onTable("BatchGetItem", "GetItem", "PutItem", "Query"),
	"TripRefundPayment":            onTable("BatchGetItem", "DeleteItem", "GetItem", "PutItem", "Query"),
	"TripReserveCarRental":         onTable("BatchGetItem", "GetItem", "PutItem", "Query"),
	"TripReserveFlight":            onTable("BatchGetItem", "GetItem", "PutItem", "Query"),
	"TripReserveHotel":             onTable("BatchGetItem", "GetItem", "PutItem", "Query", "UpdateItem"),
	"TripTakePayment":              onTable("BatchGetItem", "GetItem", "PutItem", "Query"),
	"ImportRollbackCommit":         onTable("GetItem", "PutItem"),
	"ImportProcess":                onTable("ConditionCheckItem", "GetItem", "PutItem", "Query"),
	"ImportTransform":              onTable("BatchGetItem", "ConditionCheckItem", "GetItem", "PutItem"),
	"ImportCommit":                 slices.Concat(onTable("BatchGetItem", "GetItem", "PutItem"), onIndexes(), onTable("Query")),
	"ImportRollbackTransform":      onTable("BatchGetItem", "DeleteItem", "GetItem", "PutItem"),
	"ImportRollbackProcess":        onTable("BatchWriteItem", "GetItem", "PutItem", "Query"),
	"ImportConclude":               onTable("BatchGetItem", "BatchWriteItem", "GetItem", "PutItem", "Query"),
}

// onTable are grants of actions on the table.
func onTable(actions ...string) (all []string) {
	for _, action := range actions {
		all = append(all, "dynamodb:"+action+" on Table.Arn")
	}
	return all
}

// onIndexes are grants to query every index.
func onIndexes() (all []string) {
	for _, index := range dynamo.Indexes() {
		all = append(all, "dynamodb:Query on ${Table.Arn}/index/"+index.Name())
	}
	return all
}

// mostStepsMay read what they decide on and write what they decided.
var mostStepsMay = onTable("BatchGetItem", "GetItem", "PutItem")

func TestAStepMayNoMoreThanItUses(t *testing.T) {
	tpl := load(t)
	for _, name := range step.Names() {
		want, special := stepsMay[name]
		if !special {
			want = mostStepsMay
		}
		if slices.Contains(callsTheGateway, name) {
			want = slices.Sorted(slices.Values(slices.Concat(want, []string{readsTheSecret})))
		}
		if got := grants(t, tpl.must(t, samFunction, name)); !slices.Equal(got, want) {
			t.Errorf("%s may\n%q, it uses\n%q", name, got, want)
		}
	}
}

// A machine invokes the published steps that its definition names, and publishes
// notifications.
func TestAMachineMayNoMoreThanItsDefinitionSays(t *testing.T) {
	tpl := load(t)
	for name, source := range statemachine.Definitions() {
		want := []string{"sns:Publish on Notifications"}
		for _, action := range withoutResource {
			want = append(want, action+" on *")
		}
		seen := map[string]bool{}
		for _, match := range placeholder.FindAllSubmatch(source, -1) {
			if id := string(match[1]); slices.Contains(step.Names(), id) && !seen[id] {
				seen[id] = true
				want = append(want, "lambda:InvokeFunction on "+id+".Alias")
			}
		}
		slices.Sort(want)
		if got := grants(t, tpl.must(t, samMachine, capitalized(name))); !slices.Equal(got, want) {
			t.Errorf("%s may\n%q, it uses\n%q", name, got, want)
		}
	}
}

// What the API and the sweeper may do with executions, they may with those of every machine.
func TestWhoStartsAndWakesExecutions(t *testing.T) {
	tpl := load(t)
	for function, may := range map[string]struct{ machine, execution []string }{
		"GraphQL": {[]string{"states:ListExecutions", "states:SendTaskSuccess", "states:StartExecution"}, []string{"states:DescribeExecution", "states:GetExecutionHistory", "states:StopExecution"}},
		"Sweep":   {[]string{"states:SendTaskSuccess", "states:StartExecution"}, []string{"states:DescribeExecution"}},
	} {
		var want []string
		for machine := range statemachine.Definitions() {
			for _, action := range may.machine {
				want = append(want, action+" on states:stateMachine:${AWS::StackName}-"+machine)
			}
			for _, action := range may.execution {
				want = append(want, action+" on states:execution:${AWS::StackName}-"+machine+":*")
			}
		}
		if function == "Sweep" { // which examines the machine whose executions hold apartments
			want = append(want, "states:ListExecutions on states:stateMachine:${AWS::StackName}-reservation")
		}
		slices.Sort(want)
		got := slices.DeleteFunc(grants(t, tpl.must(t, samFunction, function)), func(grant string) bool { return !strings.HasPrefix(grant, "states:") })
		if !slices.Equal(got, want) {
			t.Errorf("%s may\n%q, it uses\n%q", function, got, want)
		}
	}
}
