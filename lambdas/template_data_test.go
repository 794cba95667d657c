package lambdas_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/vacancy/vacancy/internal/store/dynamo"
	"github.com/vacancy/vacancy/statemachine"
)

func TestTheTableIsTheStores(t *testing.T) {
	p := load(t).must(t, "AWS::DynamoDB::Table", "Table").properties
	want := dynamo.CreateTableInput("")
	schema := func(keys []types.KeySchemaElement) (all []string) {
		for _, k := range keys {
			all = append(all, fmt.Sprintf("%s %s", *k.AttributeName, k.KeyType))
		}
		return all
	}
	keys := func(v any) (all []string) {
		for _, k := range list(v) {
			all = append(all, fmt.Sprintf("%v %v", at(k, "AttributeName"), at(k, "KeyType")))
		}
		return all
	}
	if got, want := keys(p["KeySchema"]), schema(want.KeySchema); !slices.Equal(got, want) {
		t.Errorf("the table's key is %q, want %q", got, want)
	}
	var attributes, wanted []string
	for _, a := range list(p["AttributeDefinitions"]) {
		attributes = append(attributes, fmt.Sprintf("%v %v", at(a, "AttributeName"), at(a, "AttributeType")))
	}
	for _, a := range want.AttributeDefinitions {
		wanted = append(wanted, fmt.Sprintf("%s %s", *a.AttributeName, a.AttributeType))
	}
	slices.Sort(attributes)
	slices.Sort(wanted)
	if !slices.Equal(attributes, wanted) {
		t.Errorf("the table has the attributes %q, want %q", attributes, wanted)
	}
	indexes := list(p["GlobalSecondaryIndexes"])
	if len(indexes) != len(want.GlobalSecondaryIndexes) {
		t.Fatalf("the table has %d indexes, want %d", len(indexes), len(want.GlobalSecondaryIndexes))
	}
	for i, index := range want.GlobalSecondaryIndexes {
		var projected []string
		for _, name := range list(at(indexes[i], "Projection", "NonKeyAttributes")) {
			projected = append(projected, name.(string))
		}
		if at(indexes[i], "IndexName") != *index.IndexName || !slices.Equal(keys(at(indexes[i], "KeySchema")), schema(index.KeySchema)) ||
			at(indexes[i], "Projection", "ProjectionType") != string(index.Projection.ProjectionType) || !slices.Equal(projected, index.Projection.NonKeyAttributes) {
			t.Errorf("the index %d is %v", i+1, indexes[i])
		}
	}
	if at(p, "TimeToLiveSpecification", "AttributeName") != dynamo.TTLAttribute || at(p, "TimeToLiveSpecification", "Enabled") != true {
		t.Errorf("items end by %v", p["TimeToLiveSpecification"])
	}
	if p["BillingMode"] != "PAY_PER_REQUEST" {
		t.Errorf("the table is paid by %v", p["BillingMode"])
	}
}

// kept says of what is kept in production that it is.
func TestProductionKeepsItsData(t *testing.T) {
	tpl := load(t)
	table := tpl.must(t, "AWS::DynamoDB::Table", "Table")
	pool := tpl.must(t, "AWS::Cognito::UserPool", "UserPool")
	for _, r := range []resource{table, pool} {
		if c := list(at(r.whole, "DeletionPolicy", "Fn::If")); len(c) != 3 || c[0] != "IsProd" || c[1] != "Retain" {
			t.Errorf("when the stack goes, %s is treated by %v", r.name, r.whole["DeletionPolicy"])
		}
		if r.whole["UpdateReplacePolicy"] != "Retain" {
			t.Errorf("when an update replaces %s, it is treated by %v", r.name, r.whole["UpdateReplacePolicy"])
		}
	}
	if c := list(at(table.properties, "DeletionProtectionEnabled", "Fn::If")); len(c) != 3 || c[0] != "IsProd" || c[1] != true {
		t.Errorf("the table's protection is %v", table.properties["DeletionProtectionEnabled"])
	}
	if c := list(at(pool.properties, "DeletionProtection", "Fn::If")); len(c) != 3 || c[0] != "IsProd" || c[1] != "ACTIVE" {
		t.Errorf("the user pool's protection is %v", pool.properties["DeletionProtection"])
	}
	if at(table.properties, "PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled") != true || at(table.properties, "SSESpecification", "SSEEnabled") != true {
		t.Error("the table is not encrypted, or cannot be recovered to a point in time")
	}
}

func TestWhatHoldsDataIsEncryptedAndEndsSomeTime(t *testing.T) {
	for _, r := range load(t).resources {
		switch r.kind {
		case "AWS::Logs::LogGroup":
			if r.properties["RetentionInDays"] == nil {
				t.Errorf("%s keeps logs for ever", r.name)
			}
		case "AWS::SQS::Queue":
			if r.properties["SqsManagedSseEnabled"] != true || r.properties["MessageRetentionPeriod"] == nil {
				t.Errorf("%s is not encrypted, or does not say how long it keeps messages", r.name)
			}
		case "AWS::SNS::Topic":
			if r.properties["KmsMasterKeyId"] == nil && r.name != "Alarms" { // which tells of numbers only
				t.Errorf("%s is not encrypted", r.name)
			}
		case "AWS::S3::Bucket", "AWS::RDS::DBInstance", "AWS::EFS::FileSystem", "AWS::Kinesis::Stream", "AWS::DynamoDB::GlobalTable":
			t.Errorf("%s holds data, and no test looks at how", r.name)
		}
		switch r.kind {
		case "AWS::DynamoDB::Table", "AWS::Cognito::UserPool", "AWS::Logs::LogGroup":
			if r.whole["DeletionPolicy"] == nil || r.whole["UpdateReplacePolicy"] == nil {
				t.Errorf("%s does not say what becomes of its data", r.name)
			}
		}
	}
}

func TestTheAppHasNoSecret(t *testing.T) {
	tpl := load(t)
	p := tpl.must(t, "AWS::Cognito::UserPoolClient", "UserPoolClient").properties
	if p["GenerateSecret"] != false {
		t.Error("the app client has a secret, which an app on a phone cannot keep")
	}
	for _, flow := range list(p["ExplicitAuthFlows"]) {
		if flow == "ALLOW_USER_PASSWORD_AUTH" || flow == "USER_PASSWORD_AUTH" {
			t.Errorf("%v sends passwords as they are", flow)
		}
	}
	var groups []string
	for _, g := range tpl.of("AWS::Cognito::UserPoolGroup") {
		groups = append(groups, g.properties["GroupName"].(string))
	}
	slices.Sort(groups)
	if !slices.Equal(groups, []string{"manager", "operator", "tenant"}) {
		t.Errorf("the groups are %q", groups)
	}
}

// What fails asynchronously is kept and seen.
func TestAsynchronousFailuresAreKept(t *testing.T) {
	tpl := load(t)
	sweep := tpl.must(t, samFunction, "Sweep").properties
	if at(sweep, "DeadLetterQueue", "TargetArn", "Fn::GetAtt") != "DeadLetters.Arn" {
		t.Error("what the sweeper is called with is lost when it fails")
	}
	if at(tpl.must(t, "AWS::SQS::Queue", "EndedExecutions").properties, "RedrivePolicy", "deadLetterTargetArn", "Fn::GetAtt") != "DeadLetters.Arn" {
		t.Error("messages about ended executions are lost when the sweeper fails")
	}
	rule := tpl.must(t, "AWS::Events::Rule", "EndedExecutionsRule").properties
	for _, target := range list(rule["Targets"]) {
		if at(target, "DeadLetterConfig", "Arn", "Fn::GetAtt") != "DeadLetters.Arn" {
			t.Errorf("events that do not reach %v are lost", at(target, "Arn"))
		}
	}
	var machines []string
	for _, m := range list(at(rule, "EventPattern", "detail", "stateMachineArn")) {
		machines = append(machines, strings.TrimPrefix(arn(m), "states:stateMachine:${AWS::StackName}-"))
	}
	slices.Sort(machines)
	if want := machineNames(); !slices.Equal(machines, want) {
		t.Errorf("executions of %q are looked after, want %q", machines, want)
	}
	if statuses := fmt.Sprint(at(rule, "EventPattern", "detail", "status")); statuses != "[FAILED TIMED_OUT ABORTED]" {
		t.Errorf("executions that are %s are looked after", statuses)
	}
}

func machineNames() (names []string) {
	for name := range statemachine.Definitions() {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// alarmed are the metrics that must have an alarm, beside those of each machine.
var alarmed = []string{
	"AWS/Lambda Errors GraphQL", "AWS/Lambda Throttles GraphQL", "AWS/Lambda Errors Sweep", "AWS/Lambda Errors Webhook",
	"AWS/SQS ApproximateNumberOfMessagesVisible DeadLetters.QueueName",
	"Vacancy Disagreements AWS::StackName", "Vacancy ExaminationsUnfinished AWS::StackName", "Vacancy HoldsOverdue AWS::StackName", "Vacancy StepFaults AWS::StackName",
}

func TestAlarms(t *testing.T) {
	tpl := load(t)
	want := slices.Clone(alarmed)
	for _, machine := range machineNames() {
		for _, metric := range []string{"ExecutionsFailed", "ExecutionsTimedOut", "ExecutionThrottled"} {
			want = append(want, "AWS/States "+metric+" states:stateMachine:${AWS::StackName}-"+machine)
		}
	}
	var got []string
	for _, a := range tpl.of("AWS::CloudWatch::Alarm") {
		p := a.properties
		got = append(got, fmt.Sprintf("%v %v %s", p["Namespace"], p["MetricName"], arn(at(list(p["Dimensions"])[0], "Value"))))
		if actions := list(p["AlarmActions"]); len(actions) != 1 || !refTo(actions[0], "Alarms") {
			t.Errorf("%s tells %v", a.name, actions)
		}
		if len(p["AlarmDescription"].(string)) < 20 || p["Threshold"] == nil || p["TreatMissingData"] != "notBreaching" {
			t.Errorf("%s: %v", a.name, p)
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("there are alarms for\n%q, want\n%q", got, want)
	}
}
