package sfnapi_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/sfnapi/sfnapitest"
)

func TestTestState(t *testing.T) {
	functions := map[string]workflow.Handler{"Echo": echo, "Declines": declines}
	with(t, sfnapitest.Config{Functions: functions}, func(a *api) {
		try := func(in sfn.TestStateInput) *sfn.TestStateOutput {
			a.Helper()
			out, err := a.Client.TestState(a.Context(), &in)
			if err != nil {
				a.Fatalf("TestState(%s) = %v", aws.ToString(in.Definition), err)
			}
			return out
		}
		out := try(sfn.TestStateInput{Definition: aws.String(`{"Type":"Pass","Result":7,"ResultPath":"$.n","Next":"B"}`), Input: aws.String(`{"a":1}`)})
		if out.Status != types.TestExecutionStatusSucceeded || !sameJSON(aws.ToString(out.Output), `{"a":1,"n":7}`) || aws.ToString(out.NextState) != "B" || out.InspectionData != nil {
			a.Errorf("a Pass = %+v", out)
		}
		task := func(function, fields string) *string {
			return aws.String(`{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"` + function + `","Payload":{"in.$":"$.n"}},"ResultSelector":{"p.$":"$.Payload"}` + fields + `,"End":true}`)
		}
		out = try(sfn.TestStateInput{Definition: task("Echo", ""), Input: aws.String(`{"n":5}`), InspectionLevel: types.InspectionLevelDebug})
		if out.Status != types.TestExecutionStatusSucceeded || !sameJSON(aws.ToString(out.Output), `{"p":{"in":5}}`) {
			a.Errorf("a Task that is called = %+v, %s", out, aws.ToString(out.Output))
		}
		if d := out.InspectionData; d == nil || !strings.Contains(aws.ToString(d.AfterParameters), `"in":5`) || !sameJSON(aws.ToString(d.AfterResultSelector), `{"p":{"in":5}}`) {
			a.Errorf("its inspection is %+v", d)
		}
		out = try(sfn.TestStateInput{Definition: task("Declines", `,"Retry":[{"ErrorEquals":["PaymentDeclined"],"IntervalSeconds":3}]`), Input: aws.String(`{"n":5}`)})
		if out.Status != types.TestExecutionStatusRetriable || aws.ToString(out.Error) != "PaymentDeclined" {
			a.Errorf("a Task that fails = %+v", out)
		}
		out = try(sfn.TestStateInput{Definition: task("Declines", `,"Catch":[{"ErrorEquals":["States.ALL"],"Next":"Undo"}]`), Input: aws.String(`{"n":5}`)})
		if out.Status != types.TestExecutionStatusCaughtError || aws.ToString(out.NextState) != "Undo" {
			a.Errorf("a Task whose error is caught = %+v", out)
		}
		out = try(sfn.TestStateInput{Definition: task("Nothing", ""), Input: aws.String(`{"n":5}`), Mock: &types.MockInput{Result: aws.String(`{"Payload":"mocked"}`)}})
		if !sameJSON(aws.ToString(out.Output), `{"p":"mocked"}`) {
			a.Errorf("a mocked Task = %+v", out)
		}
		out = try(sfn.TestStateInput{Definition: task("Echo", ""), Input: aws.String(`{}`)})
		if out.Status != types.TestExecutionStatusFailed || aws.ToString(out.Error) != "States.Runtime" {
			a.Errorf("a Task whose parameters cannot be made = %+v", out)
		}
		for what, c := range map[string]struct {
			in         sfn.TestStateInput
			code, says string
		}{
			"no state":          {sfn.TestStateInput{Definition: aws.String(`{}`)}, "InvalidDefinition", ""},
			"a Map":             {sfn.TestStateInput{Definition: aws.String(`{"Type":"Map","ItemProcessor":{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}},"End":true}`), Input: aws.String(`[]`)}, "ValidationException", "mock"},
			"a token":           {sfn.TestStateInput{Definition: aws.String(strings.Replace(*task("Echo", ""), "invoke", "invoke.waitForTaskToken", 1)), Input: aws.String(`{"n":1}`)}, "ValidationException", "waitForTaskToken"},
			"input of no JSON":  {sfn.TestStateInput{Definition: task("Echo", ""), Input: aws.String(`{`)}, "InvalidExecutionInput", ""},
			"a mock of nothing": {sfn.TestStateInput{Definition: task("Echo", ""), Mock: &types.MockInput{}}, "ValidationException", "[result, errorOutput]"},
		} {
			_, err := a.Client.TestState(a.Context(), &c.in)
			a.refused(what, err, c.code, c.says)
		}
	})
}

func TestValidateStateMachineDefinition(t *testing.T) {
	with(t, sfnapitest.Config{}, func(a *api) {
		validate := func(definition string, severity types.ValidateStateMachineDefinitionSeverity, most int32) *sfn.ValidateStateMachineDefinitionOutput {
			a.Helper()
			out, err := a.Client.ValidateStateMachineDefinition(a.Context(), &sfn.ValidateStateMachineDefinitionInput{Definition: &definition, Severity: severity, MaxResults: most})
			if err != nil {
				a.Fatal(err)
			}
			return out
		}
		if out := validate(pass, "", 0); out.Result != types.ValidateStateMachineDefinitionResultCodeOk || len(out.Diagnostics) > 0 {
			a.Errorf("a good one = %+v", out)
		}
		out := validate(`{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"},"C":{"Type":"Pass","Next":"D"}}}`, "", 1)
		if out.Result != types.ValidateStateMachineDefinitionResultCodeFail || len(out.Diagnostics) != 1 || out.Truncated == nil || !*out.Truncated {
			a.Fatalf("a bad one = %+v", out)
		}
		if d := out.Diagnostics[0]; aws.ToString(d.Code) != "SCHEMA_VALIDATION_FAILED" || aws.ToString(d.Location) != "/States/A/Next" || d.Severity != types.ValidateStateMachineDefinitionSeverityError {
			a.Errorf("its diagnostic is %+v", d)
		}
		const unreachable = `{"StartAt":"A","States":{"A":{"Type":"Succeed"},"B":{"Type":"Succeed"}}}`
		if out := validate(unreachable, types.ValidateStateMachineDefinitionSeverityError, 0); len(out.Diagnostics) > 0 {
			a.Errorf("warnings that were not asked for: %+v", out.Diagnostics)
		}
		if out := validate(unreachable, types.ValidateStateMachineDefinitionSeverityWarning, 0); out.Result != types.ValidateStateMachineDefinitionResultCodeOk || len(out.Diagnostics) != 1 {
			a.Errorf("a warning = %+v", out)
		}
		if out := validate("{", "", 0); out.Result != types.ValidateStateMachineDefinitionResultCodeFail || aws.ToString(out.Diagnostics[0].Code) != "INVALID_JSON_DESCRIPTION" {
			a.Errorf("no JSON = %+v", out)
		}
	})
}
