package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestWorkflowTestState(t *testing.T) {
	h := newHarness(t)
	orderFiles(t)
	definitionFilesHere(t, map[string]string{"pass.json": `{"Type":"Pass","Parameters":{"sum.$":"States.MathAdd($.a, 2)"},"Next":"Z"}`, "paid.json": `{"result":{"Payload":{"paid":true}}}`})
	for _, c := range []struct {
		args []string
		exit int
		want string
	}{
		{[]string{"pass.json", "--input", `{"a":1}`}, exitDone, `{"status":"SUCCEEDED","output":{"sum":3},"nextState":"Z"}`},
		{[]string{"pass.json", "--input", `{"a":1}`, "--inspection-level", "debug"}, exitDone, `{"status":"SUCCEEDED","output":{"sum":3},"nextState":"Z","inspectionData":{"afterInputPath":{"a":1},"afterParameters":{"sum":3},`},
		{[]string{"order.asl.json", "--state-name", "Pay", "--mock", "file://paid.json"}, exitDone, `{"status":"SUCCEEDED","output":{"paid":true}}`},
		{[]string{"order.asl.json", "--state-name", "Pay", "--mock", `{"errorOutput":{"error":"Busy","cause":"later"}}`}, exitDone, `{"status":"RETRIABLE","error":"Busy","cause":"later"}`},
		{[]string{"order.asl.json", "--state-name", "Pay", "--mock", `{"errorOutput":{"error":"Busy"}}`, "--state-configuration", `{"retrierRetryCount":2}`}, exitFailed, `{"status":"FAILED","error":"Busy"}`},
	} {
		r := h.must(c.exit, h.run(append([]string{"workflow", "test-state"}, c.args...)...))
		if !strings.HasPrefix(r.out, strings.TrimSuffix(c.want, "\n")) {
			t.Errorf("%q: %s %s\nwant %s", c.args, r.out, r.err, c.want)
		}
	}
}

func TestWorkflowTestStateOfWhatCannotBeTried(t *testing.T) {
	h := newHarness(t)
	orderFiles(t)
	definitionFilesHere(t, map[string]string{"bad.json": `{"Type":"Pas"}`, "request.json": `{"definition":"{\"Type\":\"Pas\"}"}`})
	for _, c := range []struct {
		args []string
		told string
	}{
		{[]string{}, "needs either the file"},
		{[]string{"bad.json", "--request", "request.json"}, "needs either the file"},
		{[]string{"bad.json"}, "bad.json:1:1: $: the Type of a state is"},
		{[]string{"--request", "request.json"}, "request.json: $: the Type of a state is"},
		{[]string{"order.asl.json", "--state-name", "Pay"}, "give --mock"},
		{[]string{"order.asl.json", "--state-name", "Pays", "--mock", `{"result":1}`}, `no state named "Pays"`},
		{[]string{"order.asl.json", "--state-name", "Pay", "--mock", `{}`}, `either "result" or "errorOutput"`},
		{[]string{"order.asl.json", "--state-name", "Pay", "--mock", `{`}, "--mock is not JSON"},
		{[]string{"order.asl.json", "--state-name", "Pay", "--mock", "nowhere.json"}, "nowhere.json"},
		{[]string{"order.asl.json", "--inspection-level", "all"}, "--inspection-level must be one of INFO"},
	} {
		r := h.must(exitUsage, h.run(append([]string{"workflow", "test-state"}, c.args...)...))
		if r.out != "" || !strings.Contains(r.err, c.told) {
			t.Errorf("%q: %q, %q", c.args, r.out, r.err)
		}
	}
}

// TestWorkflowTestStateAnswersAsAWS runs what AWS answered, of the cases beside the
// repository, through the command.
func TestWorkflowTestStateAnswersAsAWS(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "..", "..", "shared", "asl-conformance", "cases", "teststate__*.json"))
	if err != nil || len(files) == 0 {
		t.Skip("the conformance cases are not beside the repository")
	}
	h := newHarness(t)
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var c struct {
			Expect struct {
				Status, Error, NextState string
				Output                   json.RawMessage
				Wildcards                []string
			}
		}
		if err := json.Unmarshal(content, &c); err != nil {
			t.Fatal(err)
		}
		r := h.run("workflow", "test-state", "--request", file)
		var got triedState
		if err := json.Unmarshal([]byte(r.out), &got); err != nil {
			t.Errorf("%s: %v: %q, %q", filepath.Base(file), err, r.out, r.err)
			continue
		}
		if string(got.Status) != c.Expect.Status || got.Error != c.Expect.Error || got.NextState != c.Expect.NextState ||
			len(c.Expect.Wildcards) == 0 && !alike(got.Output, c.Expect.Output) {
			t.Errorf("%s: %s", filepath.Base(file), r.out)
		}
		if wantExit := map[bool]int{true: exitFailed, false: exitDone}[got.Status == "FAILED"]; r.code != wantExit {
			t.Errorf("%s: exit %d", filepath.Base(file), r.code)
		}
	}
}

func alike(a, b json.RawMessage) bool {
	var x, y any
	_, _ = json.Unmarshal(a, &x), json.Unmarshal(b, &y)
	return reflect.DeepEqual(x, y)
}
