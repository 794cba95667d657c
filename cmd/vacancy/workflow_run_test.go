package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// definitionFiles writes files into a working directory of the test.
func definitionFiles(t *testing.T, files map[string]string) {
	t.Helper()
	t.Chdir(t.TempDir())
	definitionFilesHere(t, files)
}

// definitionFilesHere writes files into the working directory.
func definitionFilesHere(t *testing.T, files map[string]string) {
	t.Helper()
	for name, content := range files {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

const (
	retryingDefinition = `{"StartAt":"Pause","States":{
		"Pause":{"Type":"Wait","Seconds":30,"Next":"Pay"},
		"Pay":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"Pay","Payload.$":"$"},"OutputPath":"$.Payload",
			"Retry":[{"ErrorEquals":["Busy"],"IntervalSeconds":10,"MaxAttempts":2}],"End":true}}}`
	mockFile = `{"StateMachines":{"order":{"TestCases":{"Paid":{"Pay":"AtLast"},"Broken":{"Pay":"Never"}}}},"MockedResponses":{
		"AtLast":{"0-1":{"Throw":{"Error":"Busy","Cause":"try again"}},"2":{"Return":{"Payload":{"paid":true}}}},
		"Never":{"0-9":{"Throw":{"Error":"Declined","Cause":"no funds"}}}}}`
)

func orderFiles(t *testing.T) {
	t.Helper()
	definitionFiles(t, map[string]string{"order.asl.json": retryingDefinition, "mocks.json": mockFile, "input.json": `{"orderId":"o1"}`,
		"broken.json": `{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"}}}`, "no.json": `{`})
}

func TestWorkflowRunWithMocks(t *testing.T) {
	h := newHarness(t)
	orderFiles(t)
	r := h.must(exitDone, h.run("workflow", "run", "order.asl.json", "--mock", "mocks.json", "--test-case", "Paid", "--input", "input.json", "--no-wait", "--history", "history.json"))
	if r.out != `{"status":"SUCCEEDED","output":{"paid":true}}`+"\n" || r.err != "" {
		t.Errorf("%q, %q", r.out, r.err)
	}
	if h.clock != noon {
		t.Errorf("it waited %v", h.clock.Sub(noon))
	}
	var history struct{ Events []struct{ Type string } }
	content, err := os.ReadFile("history.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(content, &history); err != nil || len(history.Events) < 10 || history.Events[0].Type != "ExecutionStarted" {
		t.Errorf("the history: %v, %s", err, content)
	}
	r = h.must(exitFailed, h.run("workflow", "run", "order.asl.json", "--mock", "mocks.json", "--test-case", "Broken", "--no-wait"))
	if r.out != `{"status":"FAILED","error":"Declined","cause":"no funds"}`+"\n" {
		t.Errorf("%q", r.out)
	}
}

func TestWorkflowRunWaits(t *testing.T) {
	h := newHarness(t)
	orderFiles(t)
	h.must(exitDone, h.run("workflow", "run", "order.asl.json", "--mock", "mocks.json", "--test-case", "Paid", "--time-scale", "10"))
	// 30 s, then backoffs of 10 and 20 s, ten times as fast.
	if waited := h.clock.Sub(noon); waited < 6*time.Second || waited > 6100*time.Millisecond {
		t.Errorf("it waited %v", waited)
	}
}

func TestWorkflowRunOfWhatCannotBeRun(t *testing.T) {
	h := newHarness(t)
	orderFiles(t)
	for line, told := range map[string]string{
		"order.asl.json --no-wait":                             `state "Pay" cannot be run`,
		"order.asl.json --mock mocks.json":                     "--mock and --test-case belong together",
		"order.asl.json --mock mocks.json --test-case Unknown": `no test case "Unknown"`,
		"order.asl.json --mock no.json --test-case Paid":       "no.json",
		"order.asl.json --input no.json":                       "--input: no.json is not JSON",
		"broken.json":                                          `broken.json:1:52: $.States.A.Next: there is no state named "B"`,
		"no.json":                                              "no.json:1:2: $: not JSON",
		"order.asl.json --pay pm_gold":                         "--pay must be one of pm_ok",
		"order.asl.json --payment-window -1s":                  "must not be negative",
		"reservation --input input.json":                       "--input is for a definition's file",
	} {
		r := h.must(exitUsage, h.run(append([]string{"workflow", "run"}, strings.Fields(line)...)...))
		if r.out != "" || !strings.Contains(r.err, told) {
			t.Errorf("%s: %q, %q", line, r.out, r.err)
		}
	}
}

func TestWorkflowValidate(t *testing.T) {
	h := newHarness(t)
	orderFiles(t)
	if r := h.must(exitDone, h.run("workflow", "validate", "order.asl.json")); r.out != "order.asl.json is valid.\n" {
		t.Errorf("%q", r.out)
	}
	for _, machine := range machineNames() {
		h.must(exitDone, h.run("workflow", "validate", machine))
	}
	if r := h.must(exitUsage, h.run("workflow", "validate", "broken.json")); !strings.Contains(r.err, "States.A.Next") || r.out != "" {
		t.Errorf("%q, %q", r.out, r.err)
	}
	r := h.must(exitUsage, h.run("workflow", "validate", "broken.json", "--json"))
	type problem struct {
		Severity, Path string
		Line           int
	}
	var told struct {
		Valid    bool
		Problems []problem
	}
	if err := json.Unmarshal([]byte(r.out), &told); err != nil || told.Valid || !slices.ContainsFunc(told.Problems, func(x problem) bool { return x == problem{"ERROR", "$.States.A.Next", 1} }) {
		t.Errorf("as JSON: %q, %v", r.out, err)
	}
	if r := h.must(exitDone, h.run("workflow", "validate", "order.asl.json", "--json")); r.out != `{"valid":true,"problems":[]}`+"\n" {
		t.Errorf("as JSON: %q", r.out)
	}
}

func TestAWarningLeavesADefinitionValid(t *testing.T) {
	h := newHarness(t)
	definitionFiles(t, map[string]string{"lonely.json": `{"StartAt":"A","States":{"A":{"Type":"Pass","End":true},"B":{"Type":"Pass","End":true}}}`})
	r := h.must(exitDone, h.run("workflow", "validate", "lonely.json"))
	if r.out != "lonely.json is valid.\n" || !strings.HasPrefix(r.err, "lonely.json:1:") || !strings.Contains(r.err, ": warning: $.States.B: ") {
		t.Errorf("%q, %q", r.out, r.err)
	}
}

func TestWorkflowRender(t *testing.T) {
	h := newHarness(t)
	orderFiles(t)
	if r := h.must(exitDone, h.run("workflow", "render", "order.asl.json")); !strings.HasPrefix(r.out, "stateDiagram-v2\n") || !strings.Contains(r.out, "Pause --> Pay") {
		t.Errorf("%q", r.out)
	}
	h.on("History", historyJSON)
	if r := h.must(exitDone, h.run("workflow", "render", "reservation", "--execution", "res_1")); !strings.Contains(r.out, "class RequestPayment caught") {
		t.Errorf("%q", r.out)
	}
	h.must(exitDone, h.run("workflow", "render", "trip", "--execution", "trip-4711"))
	if asked := h.asked[len(h.asked)-1].Variables; asked["machine"] != "trip" || asked["name"] != "trip-4711" {
		t.Errorf("of the machine that is drawn it asks for %v", asked)
	}
	h.must(exitUsage, h.run("workflow", "render", filepath.Join(".", "broken.json")))
}
