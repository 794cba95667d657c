package main

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
)

// importingAtomically answers an upload, and then each question for the import with the next of the answers.
func (h *harness) importingAtomically(answers ...string) *[]string {
	asked := new([]string)
	h.server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		content, _ := io.ReadAll(r.Body)
		if r.URL.Path == "/imports" {
			*asked = append(*asked, r.URL.RawQuery+" "+string(content))
			w.WriteHeader(http.StatusAccepted)
			_, _ = io.WriteString(w, `{"id":"imp_1","atomic":true,"status":"RECEIVED"}`)
			return
		}
		var body struct{ OperationName string }
		_ = json.Unmarshal(content, &body)
		*asked = append(*asked, body.OperationName)
		answer := answers[0]
		if len(answers) > 1 {
			answers = answers[1:]
		}
		_, _ = io.WriteString(w, `{"data":`+answer+`}`)
	})
	return asked
}

const (
	underWay  = `{"import":{"id":"imp_1","status":"TRANSFORMING","rows":400,"rowsDone":200,"pollAfter":500}}`
	published = `{"import":{"id":"imp_1","status":"PUBLISHED","rows":400,"rowsDone":400,"created":397,"unchanged":2,"duplicates":1,"pollAfter":0}}`
	failed    = `{"import":{"id":"imp_1","status":"FAILED","rows":3,"rowsDone":3,"created":2,"refusedRows":1,
		"refused":[{"line":3,"column":"price","reason":"it is \"free\""}],"failure":{"error":"RowsRefused","cause":"1 of 3 rows are refused"},"pollAfter":0}}`
	attention = `{"import":{"id":"imp_1","status":"NEEDS_ATTENTION","failure":{"error":"ServiceUnavailable","cause":"disk full"},"left":{"apartments":2,"chunks":1,"parts":0},"pollAfter":0}}`
)

func TestAnAtomicImportIsWaitedFor(t *testing.T) {
	h := newHarness(t)
	asked := h.importingAtomically(underWay, underWay, published)
	r := h.must(exitDone, h.run("import", csvFile(t, "id,price\n1,2\n"), "--atomic"))
	if r.out != "PUBLISHED: 397 listings new, 2 known already, 1 repeated in the file, 0 refused.\n" || r.err != "import imp_1\n" {
		t.Errorf("%q, %q", r.out, r.err)
	}
	if got := strings.Join(*asked, "|"); got != "atomic=true&dryRun=false id,price\n1,2\n|Import|Import|Import" {
		t.Errorf("asked %s", got)
	}
	asked = h.importingAtomically(`{"import":{"id":"imp_1","status":"CHECKED","dryRun":true,"created":1,"pollAfter":0}}`)
	r = h.must(exitDone, h.run("import", csvFile(t, "id,price\n1,2\n"), "--atomic", "--dry-run", "--run-type", "failCommit"))
	if !strings.HasPrefix(r.out, "CHECKED, nothing is stored: 1 listing new") || !strings.HasPrefix((*asked)[0], "atomic=true&dryRun=true&runType=failCommit ") {
		t.Errorf("%q after %q", r.out, *asked)
	}
}

func TestAnAtomicImportThatFails(t *testing.T) {
	h := newHarness(t)
	h.importingAtomically(failed)
	r := h.must(exitFailed, h.run("import", csvFile(t, "id,price\n1,2\n"), "--atomic"))
	if r.out != "line 3: price: it is \"free\"\nFAILED, nothing is stored: RowsRefused: 1 of 3 rows are refused.\n" {
		t.Errorf("%q", r.out)
	}
	h.importingAtomically(attention)
	r = h.must(exitFailed, h.run("import", csvFile(t, "id,price\n1,2\n"), "--atomic"))
	if !strings.Contains(r.out, "2 apartments, 1 chunk and 0 parts are left") || !strings.Contains(r.out, "vacancy import resume imp_1") {
		t.Errorf("%q", r.out)
	}
	asked := h.importingAtomically(`{"payload":{"import":{"id":"imp_1"},"userErrors":[]}}`, failed)
	h.must(exitDone, h.run("import", "resume", "imp_1"))
	if got := strings.Join(*asked, "|"); got != "ResumeImport|Import" {
		t.Errorf("asked %s", got)
	}
	h.importingAtomically(`{"payload":{"import":null,"userErrors":[{"code":"NOTHING_TO_RESUME","message":"the import is PUBLISHED"}]}}`)
	if r := h.must(exitFailed, h.run("import", "resume", "imp_1")); !strings.Contains(r.err, "PUBLISHED") {
		t.Errorf("%q", r.err)
	}
	if r := h.must(exitUsage, h.run("import", "x.csv", "--run-type", "failCommit")); !strings.Contains(r.err, "--atomic") {
		t.Errorf("%q", r.err)
	}
}
