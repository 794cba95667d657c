package main

import (
	"strings"
	"testing"
)

func TestRehearsedImports(t *testing.T) {
	h := newHarness(t)
	bad := csvFile(t, "id,price,price_type\n1,100,Monthly\n2,free,Monthly\n")
	for _, c := range []struct {
		args []string
		code int
		told []string
	}{
		{nil, exitDone, []string{"Import         PUBLISHED", "3 new", "1 repeated", "Apartments     3 shown", `{"status":"SUCCEEDED"`}},
		{[]string{"--run-type", "failProcess"}, exitFailed, []string{"Process                  failed: InjectedFailure", "RollbackProcess          undone", "Import         FAILED", "Apartments     0 shown"}},
		{[]string{"--run-type", "failTransform"}, exitFailed, []string{"RollbackTransform        undone", "RollbackProcess          undone", "Import         FAILED"}},
		{[]string{"--run-type", "failCommit"}, exitFailed, []string{"RollbackCommit           undone", "RollbackTransform        undone", "RollbackProcess          undone", "Import         FAILED"}},
		{[]string{"--input", bad}, exitFailed, []string{"Commit                   failed: RowsRefused", "Refused        line 3: price the price must be", "Import         FAILED", "Apartments     0 shown"}},
		{[]string{"--run-type", "failCommit", "--compensation-failure-rate", "1"}, exitFailed,
			[]string{"RollbackTransform        retried, attempt 4", "Import         NEEDS_ATTENTION", "Not undone     3 apartments, 1 chunk, 1 part", "Notification   needs-attention", "Apartments     0 shown"}},
	} {
		r := h.must(c.code, h.run(append([]string{"workflow", "run", "import", "--no-wait"}, c.args...)...))
		for _, told := range c.told {
			if !strings.Contains(r.out, told) {
				t.Errorf("%v: %q is not in\n%s", c.args, told, r.out)
			}
		}
	}
	if r := h.must(exitUsage, h.run("workflow", "run", "import", "--run-type", "failPayment")); !strings.Contains(r.err, "failProcess") {
		t.Errorf("%q", r.err)
	}
	if r := h.must(exitUsage, h.run("workflow", "run", "import", "--input", csvFile(t, "a,b\n"))); !strings.Contains(r.err, "lacks id") {
		t.Errorf("%q", r.err)
	}
}
