package sfnapi_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/vacancy/vacancy/internal/workflow/sfnapi/sfnapitest"
)

func TestCreateStateMachineIsIdempotent(t *testing.T) {
	with(t, sfnapitest.Config{}, func(a *api) {
		in := sfn.CreateStateMachineInput{Name: aws.String("m"), Definition: aws.String(pass), RoleArn: aws.String(sfnapitest.Role)}
		first, err := a.Client.CreateStateMachine(a.Context(), &in)
		if err != nil || aws.ToString(first.StateMachineArn) != "arn:aws:states:us-east-1:123456789012:stateMachine:m" || first.CreationDate == nil {
			a.Fatalf("CreateStateMachine = %+v, %v", first, err)
		}
		time.Sleep(time.Second)
		again, err := a.Client.CreateStateMachine(a.Context(), &in)
		if err != nil || !again.CreationDate.Equal(*first.CreationDate) {
			a.Errorf("the same again = %+v, %v; want the first", again, err)
		}
		for what, change := range map[string]func(*sfn.CreateStateMachineInput){
			"another definition": func(in *sfn.CreateStateMachineInput) { in.Definition = aws.String(result("1")) },
			"another type":       func(in *sfn.CreateStateMachineInput) { in.Type = types.StateMachineTypeExpress },
			"another tracing": func(in *sfn.CreateStateMachineInput) {
				in.TracingConfiguration = &types.TracingConfiguration{Enabled: true}
			},
		} {
			other := in
			change(&other)
			_, err := a.Client.CreateStateMachine(a.Context(), &other)
			a.refused(what+" under the name", err, "StateMachineAlreadyExists", "State Machine Already Exists: 'arn:aws:states:us-east-1:123456789012:stateMachine:m'")
		}
	})
}

func TestCreateStateMachineRefuses(t *testing.T) {
	with(t, sfnapitest.Config{}, func(a *api) {
		for what, c := range map[string]struct {
			name, definition, role string
			kind                   types.StateMachineType
			code, says             string
		}{
			"a bad name":       {"a b", pass, sfnapitest.Role, "", "InvalidName", "'a b'"},
			"a long name":      {strings.Repeat("x", 81), pass, sfnapitest.Role, "", "ValidationException", "at 'name' failed to satisfy constraint: Member must have length less than or equal to 80"},
			"no JSON":          {"m", "{", sfnapitest.Role, "", "InvalidDefinition", "Invalid State Machine Definition: '"},
			"no States":        {"m", `{"StartAt":"A"}`, sfnapitest.Role, "", "InvalidDefinition", "SCHEMA_VALIDATION_FAILED"},
			"a dangling Next":  {"m", `{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"}}}`, sfnapitest.Role, "", "InvalidDefinition", "at /States/A/Next"},
			"a bad role":       {"m", pass, "role", "", "InvalidArn", "role"},
			"an unknown type":  {"m", pass, sfnapitest.Role, "QUICK", "ValidationException", "at 'type' failed to satisfy constraint: Member must satisfy enum value set: [STANDARD, EXPRESS]"},
			"tokens, express":  {"m", awaiting(""), sfnapitest.Role, "EXPRESS", "InvalidDefinition", "Express state machine does not support '.waitForTaskToken' service integration at /States/S/Resource"},
			"unknown services": {"m", single(`{"Type":"Task","Resource":"arn:aws:states:::ecs:runTask","End":true}`), sfnapitest.Role, "", "InvalidDefinition", `state "S": nothing here runs the resource "arn:aws:states:::ecs:runTask"`},
		} {
			_, err := a.Client.CreateStateMachine(a.Context(), &sfn.CreateStateMachineInput{Name: &c.name, Definition: &c.definition, RoleArn: &c.role, Type: c.kind})
			a.refused(what, err, c.code, c.says)
		}
		_, err := a.Client.CreateStateMachine(a.Context(), &sfn.CreateStateMachineInput{Name: aws.String("m"), Definition: aws.String(pass), RoleArn: aws.String(sfnapitest.Role), Publish: true})
		a.refused("a version", err, "ValidationException", "versions")
		list, err := a.Client.ListStateMachines(a.Context(), &sfn.ListStateMachinesInput{})
		if err != nil || len(list.StateMachines) > 0 {
			a.Errorf("what was refused is there: %+v, %v", list, err)
		}
	})
}

func TestUpdateStateMachine(t *testing.T) {
	with(t, sfnapitest.Config{}, func(a *api) {
		arn := a.create("m", result(`"old"`))
		before, err := a.Client.DescribeStateMachine(a.Context(), &sfn.DescribeStateMachineInput{StateMachineArn: &arn})
		if err != nil || before.RevisionId != nil || before.Status != types.StateMachineStatusActive || before.Type != types.StateMachineTypeStandard ||
			before.LoggingConfiguration.Level != types.LogLevelOff || before.TracingConfiguration.Enabled {
			a.Errorf("DescribeStateMachine = %+v, %v", before, err)
		}
		updated, err := a.Client.UpdateStateMachine(a.Context(), &sfn.UpdateStateMachineInput{StateMachineArn: &arn, Definition: aws.String(result(`"new"`))})
		if err != nil || aws.ToString(updated.RevisionId) == "" {
			a.Fatalf("UpdateStateMachine = %+v, %v", updated, err)
		}
		after, err := a.Client.DescribeStateMachine(a.Context(), &sfn.DescribeStateMachineInput{StateMachineArn: &arn})
		if err != nil || aws.ToString(after.Definition) != result(`"new"`) || aws.ToString(after.RevisionId) != aws.ToString(updated.RevisionId) ||
			aws.ToString(after.RoleArn) != sfnapitest.Role || !after.CreationDate.Equal(*before.CreationDate) {
			a.Errorf("after it: %+v, %v", after, err)
		}
		a.endsWith(a.start(arn, "x", `{}`), `"new"`)

		_, err = a.Client.UpdateStateMachine(a.Context(), &sfn.UpdateStateMachineInput{StateMachineArn: &arn})
		a.refused("an update of nothing", err, "MissingRequiredParameter", "must be specified")
		_, err = a.Client.UpdateStateMachine(a.Context(), &sfn.UpdateStateMachineInput{StateMachineArn: &arn, Definition: aws.String(`{}`)})
		a.refused("an invalid update", err, "InvalidDefinition", "States")
		a.endsWith(a.start(arn, "y", `{}`), `"new"`)
		_, err = a.Client.UpdateStateMachine(a.Context(), &sfn.UpdateStateMachineInput{StateMachineArn: aws.String(arn + "x"), RoleArn: aws.String(sfnapitest.Role)})
		a.refused("an update of what is not there", err, "StateMachineDoesNotExist", "'"+arn+"x'")
	})
}

// An execution runs to its end by the definition that it was started with.
func TestAnUpdateLeavesRunningExecutionsAlone(t *testing.T) {
	waiting := func(then string) string {
		return `{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":60,"Next":"P"},"P":{"Type":"Pass","Result":` + then + `,"End":true}}}`
	}
	with(t, sfnapitest.Config{}, func(a *api) {
		arn := a.create("m", waiting(`"old"`))
		old := a.start(arn, "old", `{}`)
		time.Sleep(time.Second)
		otherRole := sfnapitest.Role + "/other"
		if _, err := a.Client.UpdateStateMachine(a.Context(), &sfn.UpdateStateMachineInput{StateMachineArn: &arn, Definition: aws.String(waiting(`"new"`)), RoleArn: &otherRole}); err != nil {
			a.Fatal(err)
		}
		fresh := a.start(arn, "new", `{}`)
		a.endsWith(old, `"old"`)
		a.endsWith(fresh, `"new"`)
		for execution, want := range map[string][2]string{old: {waiting(`"old"`), sfnapitest.Role}, fresh: {waiting(`"new"`), otherRole}} {
			out, err := a.Client.DescribeStateMachineForExecution(a.Context(), &sfn.DescribeStateMachineForExecutionInput{ExecutionArn: &execution})
			if err != nil || aws.ToString(out.Definition) != want[0] || aws.ToString(out.RoleArn) != want[1] || aws.ToString(out.StateMachineArn) != arn {
				a.Errorf("DescribeStateMachineForExecution(%s) = %+v, %v", execution, out, err)
			}
		}
	})
}

func TestListStateMachinesPages(t *testing.T) {
	with(t, sfnapitest.Config{}, func(a *api) {
		var want []string
		for i := range 13 {
			want = append(want, fmt.Sprintf("m%02d", i))
			a.create(want[i], pass)
		}
		for _, size := range []int32{0, 1, 5, 13, 1000} {
			var got []string
			pages := sfn.NewListStateMachinesPaginator(a.Client, &sfn.ListStateMachinesInput{MaxResults: size})
			for pages.HasMorePages() {
				page, err := pages.NextPage(a.Context())
				if err != nil {
					a.Fatal(err)
				}
				if size > 0 && len(page.StateMachines) > int(size) {
					a.Errorf("a page of %d has %d", size, len(page.StateMachines))
				}
				for _, m := range page.StateMachines {
					got = append(got, aws.ToString(m.Name))
				}
			}
			equal(a.T, fmt.Sprintf("in pages of %d", size), got, want)
		}
		_, err := a.Client.ListStateMachines(a.Context(), &sfn.ListStateMachinesInput{MaxResults: 1001})
		a.refused("a page of 1001", err, "ValidationException", "Value '1001' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 1000")
		_, err = a.Client.ListStateMachines(a.Context(), &sfn.ListStateMachinesInput{NextToken: aws.String("forged")})
		a.refused("a token of nobody", err, "InvalidToken", "Invalid Token")
	})
}

// Deleting stops what runs, forgets everything, and gives the names back.
func TestDeleteStateMachine(t *testing.T) {
	with(t, sfnapitest.Config{}, func(a *api) {
		arn, kept := a.create("m", waitHour), a.create("kept", waitHour)
		x, other := a.start(arn, "x", `{}`), a.start(kept, "x", `{}`)
		for range 2 { // the second time there is nothing left to delete
			if _, err := a.Client.DeleteStateMachine(a.Context(), &sfn.DeleteStateMachineInput{StateMachineArn: &arn}); err != nil {
				a.Fatalf("DeleteStateMachine = %v", err)
			}
		}
		_, err := a.Client.DescribeStateMachine(a.Context(), &sfn.DescribeStateMachineInput{StateMachineArn: &arn})
		a.refused("DescribeStateMachine", err, "StateMachineDoesNotExist", arn)
		_, err = a.Client.StartExecution(a.Context(), &sfn.StartExecutionInput{StateMachineArn: &arn})
		a.refused("StartExecution", err, "StateMachineDoesNotExist", arn)
		_, err = a.Client.DescribeExecution(a.Context(), &sfn.DescribeExecutionInput{ExecutionArn: &x})
		a.refused("DescribeExecution", err, "ExecutionDoesNotExist", x)
		_, err = a.Client.GetExecutionHistory(a.Context(), &sfn.GetExecutionHistoryInput{ExecutionArn: &x})
		a.refused("GetExecutionHistory", err, "ExecutionDoesNotExist", x)
		a.create("m", result(`"again"`))
		a.endsWith(a.start(arn, "x", `{}`), `"again"`)
		if out := a.describe(other); out.Status != types.ExecutionStatusRunning {
			a.Errorf("the execution of another state machine is %s", out.Status)
		}
	})
}

func TestTags(t *testing.T) {
	with(t, sfnapitest.Config{}, func(a *api) {
		out, err := a.Client.CreateStateMachine(a.Context(), &sfn.CreateStateMachineInput{Name: aws.String("m"), Definition: aws.String(pass), RoleArn: aws.String(sfnapitest.Role),
			Tags: []types.Tag{{Key: aws.String("stage"), Value: aws.String("dev")}}})
		if err != nil {
			a.Fatal(err)
		}
		arn := out.StateMachineArn
		if _, err := a.Client.TagResource(a.Context(), &sfn.TagResourceInput{ResourceArn: arn, Tags: []types.Tag{{Key: aws.String("owner"), Value: aws.String("me")}, {Key: aws.String("stage"), Value: aws.String("test")}}}); err != nil {
			a.Fatal(err)
		}
		if _, err := a.Client.UntagResource(a.Context(), &sfn.UntagResourceInput{ResourceArn: arn, TagKeys: []string{"owner", "nothing"}}); err != nil {
			a.Fatal(err)
		}
		list, err := a.Client.ListTagsForResource(a.Context(), &sfn.ListTagsForResourceInput{ResourceArn: arn})
		if err != nil || len(list.Tags) != 1 || aws.ToString(list.Tags[0].Key) != "stage" || aws.ToString(list.Tags[0].Value) != "test" {
			a.Errorf("ListTagsForResource = %+v, %v", list, err)
		}
		var many []types.Tag
		for i := range 50 {
			many = append(many, types.Tag{Key: aws.String(fmt.Sprint(i)), Value: aws.String("")})
		}
		_, err = a.Client.TagResource(a.Context(), &sfn.TagResourceInput{ResourceArn: arn, Tags: many})
		a.refused("51 tags", err, "TooManyTags", "51")
		_, err = a.Client.ListTagsForResource(a.Context(), &sfn.ListTagsForResourceInput{ResourceArn: aws.String(aws.ToString(arn) + "x")})
		a.refused("tags of nothing", err, "ResourceNotFound", "")
	})
}
