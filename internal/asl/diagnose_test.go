package asl_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/vacancy/vacancy/internal/asl"
)

// within puts the fields of a state into a machine whose first state begins at line 3,
// column 3.
func within(state string) string {
	return "{\n \"StartAt\": \"S\", \"States\": {\"S\":\n  " + state + ",\n  \"Z\": {\"Type\": \"Succeed\"}}}"
}

// TestDiagnose holds what is said of a definition, and where: each problem as
// "line:column: path: message; suggestion", only its beginning where that is enough.
func TestDiagnose(t *testing.T) {
	task := `{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke"`
	for _, c := range []struct {
		name, source string
		want         []string
	}{
		{"good", within(`{"Type":"Pass","Next":"Z"}`), nil},
		{"no JSON", "{\n \"StartAt\" \"S\"}", []string{`2:12: $: not JSON`}},
		{"cut off", `{"StartAt":`, []string{`1:12: $: not JSON: the definition ends before it is complete`}},
		{"a name twice", "{\n\"StartAt\":\"A\",\"StartAt\":\"B\"}", []string{`2:24: $: not JSON: the field "StartAt" stands twice in $`}},
		{"an array", `[]`, []string{`1:1: $: a definition must be an object`}},
		{"no StartAt", `{"States":{"A":{"Type":"Succeed"}}}`, []string{`1:1: $: StartAt is missing`}},
		{"a field of another case", within(`{"Type":"Pass","next":"Z","End":true}`), []string{`3:25: $.States.S.next: a Pass state has no field "next"; write Next`, `4:8: $.States.Z: the state "Z" is never reached`}},
		{"Next leads nowhere", within(`{"Type":"Pass","Next":"z"}`), []string{`3:25: $.States.S.Next: there is no state named "z" here; write Z`, `4:8: $.States.Z: the state "Z" is never reached`}},
		{"neither Next nor End", within(`{"Type":"Choice","Choices":[{"Variable":"$.a","IsNull":true,"Next":"T"}],"Default":"Z"},"T":{"Type":"Pass"}`), []string{`3:95: $.States.T: the state has neither Next nor End`}},
		{"an unknown type", within(`{"Type":"Job","Next":"Z"}`), []string{`3:3: $.States.S: the Type of a state is Task, Pass`}},
		{"a path", within(`{"Type":"Pass","InputPath":"$.a[","Next":"Z"}`), []string{`3:30: $.States.S.InputPath: invalid path "$.a["`}},
		{"a path that is no reference", within(`{"Type":"Pass","ResultPath":"$.a[*]","Next":"Z"}`), []string{`3:31: $.States.S.ResultPath: invalid path "$.a[*]"`}},
		{"an intrinsic function", within(`{"Type":"Pass","Parameters":{"a.$":"States.Nope()"},"Next":"Z"}`), []string{`3:38: $.States.S.Parameters['a.$']: invalid intrinsic function`}},
		{"a JSONata expression", within(`{"Type":"Pass","QueryLanguage":"JSONata","Output":"{% 1 + %}","Next":"Z"}`), []string{`3:53: $.States.S.Output: not JSONata: `}},
		{"a field of the other language", within(`{"Type":"Pass","QueryLanguage":"JSONata","InputPath":"$","Next":"Z"}`), []string{`3:56: $.States.S.InputPath: the field InputPath is not supported when the QueryLanguage is JSONata`}},
		{"operators", within(`{"Type":"Choice","Choices":[{"Variable":"$.a","NumericEquals":"1","Next":"Z"},{"Variable":"$.a","Next":"Z"},{"NumericEquals":1,"IsNull":true,"Variable":"$.a","Next":"Z"}]}`),
			[]string{`3:65: $.States.S.Choices[0].NumericEquals: NumericEquals compares with a numeric`, `3:81: $.States.S.Choices[1]: the choice rule has no comparison operator`, `3:139: $.States.S.Choices[2].IsNull: a choice rule has one operator`}},
		{"Retry", within(task + `,"Retry":[{"ErrorEquals":["States.ALL"],"BackoffRate":0.5},{"ErrorEquals":["E"],"MaxDelaySeconds":1}],"Next":"Z"}`),
			[]string{`3:87: $.States.S.Retry[0].ErrorEquals[0]: States.ALL must stand alone, and in the last of them`, `3:115: $.States.S.Retry[0].BackoffRate: the BackoffRate must be`, `3:159: $.States.S.Retry[1].MaxDelaySeconds: MaxDelaySeconds is not more than IntervalSeconds, which is 1`}},
		{"a heartbeat longer than the timeout", within(task + `,"TimeoutSeconds":5,"HeartbeatSeconds":5,"Next":"Z"}`), []string{`3:100: $.States.S.HeartbeatSeconds: HeartbeatSeconds must be less than TimeoutSeconds, which is 5`}},
		{"names are unique in the whole machine", within(`{"Type":"Parallel","Branches":[{"StartAt":"Z","States":{"Z":{"Type":"Succeed"}}}],"Next":"Z"}`), []string{`4:8: $.States.Z: there is another state named "Z"`}},
		{"a name for a variable", within(`{"Type":"Pass","Assign":{"1x":1,"states":2,"ok_1":3},"Next":"Z"}`), []string{`3:33: $.States.S.Assign['1x']: "1x" is no name for a variable`, `3:44: $.States.S.Assign.states: "states" is no name`}},
		{"a field twice, once with .$", within(`{"Type":"Pass","Parameters":{"a":1,"a.$":"$"},"Next":"Z"}`), []string{`3:44: $.States.S.Parameters['a.$']: the field "a" stands here twice`}},
		{"placeholders", within(`{"Type":"Task","Resource":"${Arn}","TimeoutSeconds":"${Seconds}","Next":"Z"}`), nil},
		{"a placeholder with a dot", within(`{"Type":"Task","Resource":"${Pay.Arn}","Next":"Z"}`), nil},
		{"a token without a timeout, not passed on", within(strings.Replace(task, "invoke", "invoke.waitForTaskToken", 1) + `,"Next":"Z"}`),
			[]string{`3:3: $.States.S: the task waits for its token and does not pass it on`, `3:3: $.States.S: the task waits for its token without a timeout`}},
		{"a Catch that never matches", within(task + `,"Catch":[{"ErrorEquals":["A","B"],"Next":"Z"},{"ErrorEquals":["B"],"Next":"Z"},{"ErrorEquals":["States.Runtime"],"Next":"Z"},{"ErrorEquals":["States.Al"],"Next":"Z"}],"Next":"Z"}`),
			[]string{`3:108: $.States.S.Catch[1]: the Catch can never match`, `3:157: $.States.S.Catch[2].ErrorEquals[0]: States.Runtime is never retried or caught`, `3:203: $.States.S.Catch[3].ErrorEquals[0]: no error is named States.Al`}},
		{"a Retry before its Catch", within(task + `,"Retry":[{"ErrorEquals":["States.ALL"]}],"Catch":[{"ErrorEquals":["PaymentDeclined"],"Next":"Z"}],"Next":"Z"}`),
			[]string{`3:71: $.States.S.Retry[0]: the Retry of States.ALL also tries PaymentDeclined again`}},
		{"an error of one's own that is named as the language's", within(`{"Type":"Parallel","Branches":[{"StartAt":"F","States":{"F":{"Type":"Fail","Error":"States.QuorumMet"}}}],"Catch":[{"ErrorEquals":["States.QuorumMet"],"Next":"Z"}],"End":true}`), nil},
		{"paths as definitions that run on AWS have them", within(`{"Type":"Pass","Parameters":{"a.$":"$.[0]","b.$":"$.list.[?(@.n > 0)]","c.$":"$[?(@.Type.Text==AMOUNT_PAID)].Value","d.$":"States.StringToJson($.[0].body)","e.$":"$.[*].['bucket', 'key']"},"Next":"Z"}`), nil},
		{"a token for what has none", within(`{"Type":"Task","Resource":"arn:aws:states:::dynamodb:putItem.waitForTaskToken","Parameters":{"t.$":"$$.Task.Token"},"TimeoutSeconds":5,"Next":"Z"}`),
			[]string{`3:29: $.States.S.Resource: the resource arn:aws:states:::dynamodb:putItem.waitForTaskToken is not recognized: dynamodb has no pattern .waitForTaskToken; call it as arn:aws:states:::aws-sdk:dynamodb:putItem.waitForTaskToken`}},
		{"a job of what runs none", within(`{"Type":"Task","Resource":"arn:${Partition}:states:::sns:publish.sync","Next":"Z"}`),
			[]string{`3:29: $.States.S.Resource: the resource arn:${Partition}:states:::sns:publish.sync is not recognized: sns has no pattern .sync; it has .waitForTaskToken`}},
		{"the second form of a job", within(`{"Type":"Task","Resource":"arn:aws:states:::glue:startJobRun.sync:2","Next":"Z"}`), []string{`3:29: $.States.S.Resource: the resource arn:aws:states:::glue:startJobRun.sync:2 is not recognized: glue has no pattern .sync:2; it has .sync`}},
		{"an action of the SDK alone", within(`{"Type":"Task","Resource":"arn:aws:states:::dynamodb:query","Next":"Z"}`),
			[]string{`3:29: $.States.S.Resource: the resource arn:aws:states:::dynamodb:query is not recognized: the integration of dynamodb has getItem, putItem, updateItem, deleteItem; call it as arn:aws:states:::aws-sdk:dynamodb:query`}},
		{"integrations that AWS has", within(`{"Type":"Parallel","End":true,"Branches":[{"StartAt":"A","States":{"A":{"Type":"Task","Resource":"arn:aws:states:::states:startExecution.sync:2","Next":"B"},
			"B":{"Type":"Task","Resource":"arn:aws:states:us-east-1:111111111111:aws-sdk:s3:getObject","Next":"C"},"C":{"Type":"Task","Resource":"arn:aws:states:::someservice:someAction.sync","Next":"D"},
			"D":{"Type":"Task","Resource":"arn:aws:states:::sqs:${Action}","Next":"E"},"E":{"Type":"Task","Resource":"arn:aws:states:::batch:submitJob.sync","End":true}}}]}`), []string{`6:8: $.States.Z: the state "Z" is never reached`}},
		{"a token within Express children", within(`{"Type":"Map","ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"EXPRESS"},"StartAt":"A","States":{"A":{"Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage.waitForTaskToken","TimeoutSeconds":9,"Parameters":{"t.$":"$$.Task.Token"},"End":true}}},"Next":"Z"}`),
			[]string{`3:155: $.States.S.ItemProcessor.States.A.Resource: the children of this Map are Express executions, which do not support '.waitForTaskToken'; make the ExecutionType STANDARD`}},
		{"a result where there is none", within(`{"Type":"Pass","QueryLanguage":"JSONata","Output":{"a":"{% $states.result.x %}"},"Next":"Z"}`), []string{`3:58: $.States.S.Output.a: $states.result is not there: only Output and Assign of a Task, Parallel or Map see it; use $states.input`}},
		{"a result before the call", within(`{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","QueryLanguage":"JSONata","Arguments":{"a":"{% $states.result %}"},"Next":"Z"}`), []string{`3:105: $.States.S.Arguments.a: $states.result is not there`}},
		{"an error where there is none", within(`{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","QueryLanguage":"JSONata","Output":"{% $states.errorOutput.Cause %}","Next":"Z"}`), []string{`3:97: $.States.S.Output: $states.errorOutput is not there: only Output and Assign of a Catch see it`}},
		{"results and errors where they are", within(`{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","QueryLanguage":"JSONata","Output":{"a":["{% $states.result %}"]},"Assign":{"a":"{% $states.result.b %}"},
			"Catch":[{"ErrorEquals":["States.ALL"],"Output":{"c":"{% $states.errorOutput.Cause %}"},"Assign":{"d":"{% $states.errorOutput %}"},"Next":"Z"}],"Next":"P"},
			"P":{"Type":"Parallel","QueryLanguage":"JSONata","Output":"{% $states.result[0] %}","Branches":[{"StartAt":"B","States":{"B":{"Type":"Pass","End":true}}}],"Next":"Z"}`), nil},
		{"no end", `{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"A"}}}`, []string{`1:25: $.States: no state ends`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			problems := asl.Diagnose([]byte(c.source), asl.Standard)
			var got []string
			for _, p := range problems {
				got = append(got, p.String())
			}
			if len(got) != len(c.want) {
				t.Fatalf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
			for i := range got {
				line := strings.Split(c.source, "\n")[problems[i].Line-1]
				if p := problems[i]; p.Path != "$" && !strings.ContainsAny(line[p.Column-1:p.Column], `"{[0123456789tfn`) {
					t.Errorf("no value begins at column %d of %s", p.Column, line)
				}
				if !strings.HasPrefix(got[i], c.want[i]) {
					t.Errorf("got  %s\nwant %s", got[i], c.want[i])
				}
			}
		})
	}
}

// TestParseTellsWarningsFromErrors: what is only a warning does not keep a machine from
// running.
func TestParseTellsWarningsFromErrors(t *testing.T) {
	unreached := within(`{"Type":"Pass","End":true}`)
	if _, err := asl.Parse([]byte(unreached)); err != nil {
		t.Errorf("an unreached state: %v", err)
	}
	_, err := asl.Parse([]byte(within(`{"Type":"Map","ItemReader":{},"ItemProcessor":{"StartAt":"I","States":{"I":{"Type":"Succeed"}}},"Next":"Z"}`)))
	var invalid *asl.InvalidDefinition
	if !errors.As(err, &invalid) || !invalid.Problems[0].Unsupported || invalid.Problems[0].Path != "$.States.S.ItemReader" {
		t.Errorf("an ItemReader: %v", err)
	}
}
