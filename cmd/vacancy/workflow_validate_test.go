package main

import (
	"encoding/json"
	"strings"
	"testing"
)

const machineTemplate = `Resources:
  Pay:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: order.asl.json
  Ship:
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition:
        StartAt: Go
        States:
          Go: {Type: Pass, Next: Gone}
`

func TestWorkflowValidateOfManyFiles(t *testing.T) {
	h := newHarness(t)
	orderFiles(t)
	definitionFilesHere(t, map[string]string{"template.yaml": machineTemplate, "no.yaml": "a: ["})
	r := h.must(exitUsage, h.run("workflow", "validate", "order.asl.json", "template.yaml", "no.yaml", "broken.json"))
	if r.out != "order.asl.json is valid.\ntemplate.yaml#Pay is valid.\n" {
		t.Errorf("%q", r.out)
	}
	for _, want := range []string{"template.yaml:12:34: $.States.Go.Next: ", "no.yaml:1", ": not YAML: ", "broken.json:1:52: $.States.A.Next: "} {
		if !strings.Contains(r.err, want) {
			t.Errorf("%q lacks %q", r.err, want)
		}
	}
	if r := h.must(exitUsage, h.run("workflow", "validate", "order.asl.json", "nowhere.json")); !strings.Contains(r.err, "nowhere.json") || r.out != "" {
		t.Errorf("%q, %q", r.out, r.err)
	}
}

func TestWorkflowValidateAsSARIF(t *testing.T) {
	h := newHarness(t)
	definitionFiles(t, map[string]string{"m.asl.json": `{"StartAt":"A","States":{"A":{"Type":"Map","ItemReader":{},"ItemProcessor":{"StartAt":"P","States":{"P":{"Type":"Succeed"}}},"Next":"B"},
  "C":{"Type":"Succeed"}}}`})
	r := h.must(exitUsage, h.run("workflow", "validate", "m.asl.json", "--format", "sarif"))
	var log struct {
		Version string
		Runs    []struct {
			Results []struct {
				RuleID, Level string
				Locations     []struct {
					PhysicalLocation struct {
						ArtifactLocation struct{ URI string }
						Region           struct{ StartLine, StartColumn int }
					}
				}
			}
		}
	}
	if err := json.Unmarshal([]byte(r.out), &log); err != nil || log.Version != "2.1.0" || len(log.Runs) != 1 {
		t.Fatalf("%v: %s", err, r.out)
	}
	levels := map[string]int{}
	for _, x := range log.Runs[0].Results {
		place := x.Locations[0].PhysicalLocation
		levels[x.RuleID+" "+x.Level] = place.Region.StartLine
		if place.ArtifactLocation.URI != "m.asl.json" || place.Region.StartColumn == 0 {
			t.Errorf("%+v", x)
		}
	}
	for rule, line := range map[string]int{"asl/invalid error": 1, "asl/unsupported note": 1, "asl/suspicious warning": 2} {
		if levels[rule] != line {
			t.Errorf("%s is at line %d of %v, want %d", rule, levels[rule], levels, line)
		}
	}
	h.must(exitUsage, h.run("workflow", "validate", "m.asl.json", "--format", "xml"))
}

func TestOneOfATemplatesMachinesIsRun(t *testing.T) {
	h := newHarness(t)
	orderFiles(t)
	definitionFilesHere(t, map[string]string{"template.yaml": machineTemplate, "wait.asl.yaml": "StartAt: W\nStates:\n  W: {Type: Wait, Seconds: 5, End: true}\n",
		"bucket.yaml": "Resources:\n  Far:\n    Type: AWS::Serverless::StateMachine\n    Properties:\n      DefinitionUri: s3://b/k\n"})
	r := h.must(exitDone, h.run("workflow", "run", "template.yaml#Pay", "--mock", "mocks.json", "--test-case", "Paid", "--no-wait"))
	if r.out != `{"status":"SUCCEEDED","output":{"paid":true}}`+"\n" {
		t.Errorf("%q, %q", r.out, r.err)
	}
	h.must(exitDone, h.run("workflow", "run", "wait.asl.yaml", "--no-wait"))
	for argument, told := range map[string]string{
		"template.yaml":      "template.yaml#Pay, template.yaml#Ship",
		"template.yaml#Nope": "it has Pay, Ship",
		"template.yaml#Ship": "template.yaml:12:34: $.States.Go.Next",
		"bucket.yaml":        "bucket.yaml:5:22: the definition of Far is in a bucket, so it is not read",
	} {
		if r := h.must(exitUsage, h.run("workflow", "run", argument, "--no-wait")); !strings.Contains(r.err, told) {
			t.Errorf("%s: %q", argument, r.err)
		}
	}
}
