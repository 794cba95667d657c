package definition_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/vacancy/vacancy/internal/asl"
	"github.com/vacancy/vacancy/internal/definition"
)

// files is a folder of files.
type files map[string]string

func (f files) open(name string) ([]byte, error) {
	content, ok := f[name]
	if !ok {
		return nil, fmt.Errorf("there is no %s", name)
	}
	return []byte(content), nil
}

func read(t *testing.T, file string, f files) []definition.Definition {
	t.Helper()
	all, err := definition.Read(file, []byte(f[file]), f.open)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// told answers what is said of a file's definitions, each as "place: path: message".
func told(all []definition.Definition) []string {
	var lines []string
	for _, d := range all {
		for _, p := range d.Diagnose(asl.Standard) {
			line := fmt.Sprintf("%s: %s: %s", p.Place, p.Path, p.Message)
			if p.Severity == asl.SeverityWarning {
				line = "warning: " + line
			}
			lines = append(lines, line)
		}
	}
	return lines
}

func expect(t *testing.T, got []string, want ...string) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for i := range got {
		if !strings.HasPrefix(got[i], want[i]) {
			t.Errorf("got  %s\nwant %s", got[i], want[i])
		}
	}
}

const pay = `{"Type":"Task","Resource":"${PayArn}","End":true}`

func TestTheSameMachineInEveryForm(t *testing.T) {
	f := files{
		"m.asl.json": `{"StartAt":"Pay","States":{"Pay":` + pay + `}}`,
		"m.asl.yaml": "StartAt: Pay\nStates:\n  Pay:\n    Type: Task\n    Resource: ${PayArn}\n    End: true\n",
		"sam.yaml": "Resources:\n  M:\n    Type: AWS::Serverless::StateMachine\n    Properties:\n      Definition:\n" +
			"        StartAt: Pay\n        States:\n          Pay: {Type: Task, Resource: !Ref PayArn, End: true}\n",
		"uri.yaml": "Resources:\n  M:\n    Type: AWS::Serverless::StateMachine\n    Properties:\n      DefinitionUri: m.asl.json\n" +
			"      DefinitionSubstitutions: {PayArn: !GetAtt F.Arn}\n",
		"string.json": `{"Resources":{"M":{"Type":"AWS::StepFunctions::StateMachine","Properties":{"DefinitionString":
			{"Fn::Join":["",["{\"StartAt\":\"Pay\",\"States\":{\"Pay\":{\"Type\":\"Task\",\"Resource\":\"",{"Ref":"PayArn"},"\",\"End\":true}}}"]]}}}}}`,
	}
	for file := range f {
		if file == "m.asl.json" {
			continue
		}
		all := read(t, file, f)
		if len(all) != 1 {
			t.Fatalf("%s has %d definitions", file, len(all))
		}
		if got := string(all[0].Source); got != f["m.asl.json"] {
			t.Errorf("%s:\n%s\nwant\n%s", file, got, f["m.asl.json"])
		}
		if name := strings.ToUpper(all[0].Name); name != "M" {
			t.Errorf("%s is named %q", file, name)
		}
		expect(t, told(all))
	}
}

func TestProblemsStandWhereTheyWereWritten(t *testing.T) {
	f := files{
		"m.asl.json": "{\n \"StartAt\": \"A\", \"TimeoutSeconds\": ${T}, \"States\": {\"A\": {\"Type\": \"Pass\", \"Next\": \"B\"}}}",
		"m.asl.yaml": "# what it is for\nStartAt: A\nStates:\n  A:\n    Type: Choice\n    Choices:\n      - Variable: $.a\n        IsNull: true\n        Next: B\n    Default: A\n",
		"block.yaml": "Resources:\n  M:\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n      DefinitionString: !Sub |\n        {\"StartAt\": \"A\",\n" +
			"         \"States\": {\"A\": {\"Type\": \"Pass\", \"Next\": \"B\"}}}\n",
		"inline.yaml": "Resources:\n  M:\n    Type: AWS::Serverless::StateMachine\n    Properties:\n      Type: EXPRESS\n      Definition:\n        StartAt: A\n        States:\n" +
			"          A:\n            Type: Task\n            Resource: arn:aws:states:::states:startExecution.sync\n            End: true\n",
	}
	expect(t, told(read(t, "m.asl.json", f)), "warning: m.asl.json:2:52: $.States: no state ends", "m.asl.json:2:83: $.States.A.Next: there is no state named")
	expect(t, told(read(t, "m.asl.yaml", f)), "warning: m.asl.yaml:4:3: $.States: no state ends", "m.asl.yaml:9:15: $.States.A.Choices[0].Next: there is no state named")
	expect(t, told(read(t, "block.yaml", f)), "warning: block.yaml:7:20: $.States: no state ends", "block.yaml:7:51: $.States.A.Next: there is no state named")
	expect(t, told(read(t, "inline.yaml", f)), "inline.yaml:11:23: $.States.A.Resource: Express state machine does not support '.sync'")
}

func TestPlaceholders(t *testing.T) {
	f := files{
		"m.asl.json": "{\"StartAt\":\"Pay\",\"States\":{\"Pay\":\n" + pay + "}}",
		"t.yaml": "Resources:\n  M:\n    Type: AWS::Serverless::StateMachine\n    Properties:\n      DefinitionUri: m.asl.json\n" +
			"      DefinitionSubstitutions:\n        PayArm: x\n",
		"none.yaml": "Resources:\n  M:\n    Type: AWS::Serverless::StateMachine\n    Properties:\n      DefinitionUri: m.asl.json\n",
	}
	expect(t, told(read(t, "t.yaml", f)), "m.asl.json:2:28: $: no substitution fills in the placeholder ${PayArn}",
		`warning: t.yaml:7:9: $: the substitution "PayArm" is used by no placeholder of M`)
	expect(t, told(read(t, "none.yaml", f)), "warning: m.asl.json:2:28: $: no substitution fills in")
	expect(t, told(read(t, "m.asl.json", f)))
	f["m.asl.json"] = strings.Replace(f["m.asl.json"], `"StartAt"`, `"Comment":"${PayNote}","StartAt"`, 1)
	f["t.yaml"] = strings.Replace(f["t.yaml"], "PayArm", "PayArn", 1)
	expect(t, told(read(t, "t.yaml", f)), "warning: m.asl.json:1:13: $: no substitution fills in the placeholder ${PayNote}")
}

func TestWhatStepFunctionsTakesIsNotWrong(t *testing.T) {
	f := files{"m.asl.json": `{"StartAt":"M","States":{"M":{"Type":"Map","End":true,"ItemReader":{"Resource":"arn:aws:states:::s3:getObject"},
		"ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"EXPRESS"},"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}}}}`}
	all := read(t, "m.asl.json", f)[0].Diagnose(asl.Standard)
	if len(all) == 0 {
		t.Fatal("nothing is said of an ItemReader")
	}
	for _, p := range all {
		if p.Severity != asl.SeverityWarning || !p.Unsupported {
			t.Errorf("%+v", p)
		}
	}
}

// TestDefinitionsInABucket: a template that names such is a good template, and its other
// machines are checked.
func TestDefinitionsInABucket(t *testing.T) {
	const sam, plain = "    Type: AWS::Serverless::StateMachine\n    Properties:\n", "    Type: AWS::StepFunctions::StateMachine\n    Properties:\n"
	f := files{"t.yaml": "Resources:\n  Named:\n" + sam + "      DefinitionUri: s3://b/k\n  Given:\n" + sam + "      DefinitionUri: {Bucket: b, Key: k}\n  Plain:\n" + plain +
		"      DefinitionS3Location: {Bucket: b, Key: k}\n  Here:\n" + sam + "      Definition: {StartAt: A, States: {A: {Type: Pass, Next: B}, C: {Type: Fail}}}\n"}
	all := read(t, "t.yaml", f)
	expect(t, told(all), "warning: t.yaml:5:22: $: the definition of Named is in a bucket", "warning: t.yaml:9:22: $: the definition of Given is in a bucket",
		"warning: t.yaml:13:29: $: the definition of Plain is in a bucket",
		"t.yaml:17:63: $.States.A.Next: there is no state named", "warning: t.yaml:17:70: $.States.C: the state")
	for i, isElsewhere := range []bool{true, true, true, false} {
		if (all[i].Elsewhere() != nil) != isElsewhere {
			t.Errorf("%s: %v", all[i].Name, all[i].Elsewhere())
		}
	}
}

func TestFilesWithoutADefinition(t *testing.T) {
	deep := "a: " + strings.Repeat("[", 300) + strings.Repeat("]", 300)
	laughs := "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
	for i := range 9 {
		laughs += fmt.Sprintf("a%d: &a%d [%s]\n", i+1, i+1, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d,", i), 10), ","))
	}
	machine := "Resources:\n  M:\n    Type: AWS::Serverless::StateMachine\n    Properties:\n"
	for name, c := range map[string]struct{ content, want string }{
		"no YAML":       {"a: [", "m.yaml:1"},
		"empty":         {"# nothing\n", "m.yaml: the file is empty"},
		"two documents": {"a: 1\n---\nb: 2\n", "m.yaml:3:1: there is a second document"},
		"an alias":      {"a: *b\n", `there is no anchor named "b"`},
		"not a number":  {"a: .nan\n", "JSON has no such"},
		"too deep":      {deep, "it is nested deeper than 200"},
		"a laugh":       {laughs, "larger than"},
		"no machine":    {"Resources:\n  T: {Type: AWS::SNS::Topic}\n", "the template has no state machine"},
		"not there":     {machine + "      DefinitionUri: no.json\n", "the DefinitionUri of M cannot be read: there is no no.json"},
		"nothing":       {machine + "      Tracing: {}\n", "M has neither Definition nor DefinitionString nor DefinitionUri"},
	} {
		_, err := definition.Read("m.yaml", []byte(c.content), files{}.open)
		var unreadable *definition.Error
		if !errors.As(err, &unreadable) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add("m.yaml", "StartAt: A\nStates: {A: {Type: Pass, End: true}}\n")
	f.Add("m.json", `{"StartAt":"A","States":{"A":{"Type":"Pass","Seconds":${S}}}}`)
	f.Add("t.yaml", "Resources:\n  M:\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n      DefinitionString: !Sub |\n        {}\n")
	f.Add("t.yaml", "Resources: {M: {Type: AWS::Serverless::StateMachine, Properties: {Definition: {<<: *a, b: !If [a, b]}}}}")
	f.Fuzz(func(t *testing.T, file, content string) {
		all, err := definition.Read(file, []byte(content), files{}.open)
		if err != nil {
			return
		}
		for _, d := range all {
			for _, p := range d.Diagnose(asl.Standard) {
				if p.Place.Line < 0 || p.Place.File == "" && file != "" {
					t.Errorf("%+v", p)
				}
			}
		}
	})
}
