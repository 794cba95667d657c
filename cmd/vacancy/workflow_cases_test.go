package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

func TestWorkflowTest(t *testing.T) {
	h := newHarness(t)
	orderFiles(t)
	r := h.must(exitFailed, h.run("workflow", "test", "mocks.json", "--junit", "report.xml"))
	for _, want := range []string{"order    Paid       passed  SUCCEEDED  1m0s", "order    Broken     FAILED  FAILED", "order: 1 of 2 test cases passed; 2 of 2 states and 0 of 0 branches reached (100.0 %)"} {
		if !strings.Contains(r.out, want) {
			t.Errorf("%s\nlacks %q", r.out, want)
		}
	}
	if report, err := os.ReadFile("report.xml"); err != nil || !strings.Contains(string(report), `<testsuites tests="2" failures="1">`) {
		t.Errorf("%s, %v", report, err)
	}
	definitionFilesHere(t, map[string]string{"expected.json": `{"StateMachines":{"order":{"TestCases":{"Broken":{"Status":"FAILED","Error":"Declined"}}}}}`})
	h.must(exitDone, h.run("workflow", "test", "mocks.json", "--expect", "expected.json", "--min-coverage", "100"))

	// A definition of another name, and a part that no case reaches.
	definitionFilesHere(t, map[string]string{"flow.asl.yaml": "StartAt: Pay\nStates:\n  Pay: {Type: Task, Resource: 'arn:aws:states:::lambda:invoke', Next: Z}\n  Z: {Type: Choice, Choices: [{Variable: $.no, IsPresent: true, Next: Y}], Default: Y}\n  Y: {Type: Succeed}\n"})
	r = h.must(exitFailed, h.run("workflow", "test", "flow.asl.yaml", "--mock", "mocks.json", "--json", "--min-coverage", "90"))
	var told struct {
		Passed   bool
		Machines []struct {
			Machine  string
			Coverage struct{ Missed []string }
		}
	}
	if err := json.Unmarshal([]byte(r.out), &told); err != nil || told.Passed || len(told.Machines) != 1 || told.Machines[0].Machine != "order" {
		t.Fatalf("%v: %s", err, r.out)
	}
	if missed := told.Machines[0].Coverage.Missed; len(missed) == 0 || !strings.Contains(r.err, "below --min-coverage 90") {
		t.Errorf("%q, %q", missed, r.err)
	}
}

func TestWorkflowTestOfWhatCannotBeTested(t *testing.T) {
	h := newHarness(t)
	orderFiles(t)
	definitionFilesHere(t, map[string]string{"other.json": strings.ReplaceAll(mockFile, "order", "parcel"), "expected.json": `{"StateMachines":{"trip":{"TestCases":{"A":{}}}}}`})
	for line, told := range map[string]string{
		"order.asl.json":                    "give its mock file by --mock",
		"other.json":                        `the definition of "parcel" is not there: looked for parcel.asl.json`,
		"other.json --definitions nowhere":  "looked for nowhere/parcel.asl.json",
		"mocks.json --expect expected.json": "the mock file has no such test case",
		"mocks.json --min-coverage 101":     "--min-coverage must be from 0 to 100",
		"broken.json --mock mocks.json":     "broken.json:1:52",
		"order.asl.json --mock no.json":     "no.json",
	} {
		r := h.must(exitUsage, h.run(append([]string{"workflow", "test"}, strings.Fields(line)...)...))
		if r.out != "" || !strings.Contains(r.err, told) {
			t.Errorf("%s: %q, %q", line, r.out, r.err)
		}
	}
}
