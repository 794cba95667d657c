package app_test

import (
	"os/exec"
	"strings"
	"testing"
)

const module = "github.com/vacancy/vacancy/"

// allowed says which packages of the module each may import, by prefix; "" stands
// for the standard library alone. It is design section 2, read by a program.
var allowed = map[string][]string{
	"internal/booking":           {},
	"internal/workflow":          {},
	"internal/asl":               {"internal/asl/"},
	"internal/notification":      {"internal/workflow"},
	"internal/step":              {"internal/booking", "internal/saga", "internal/workflow"},
	"internal/workflow/local":    {"internal/workflow", "internal/asl", "internal/fifo"},
	"internal/saga/order":        {"internal/booking", "internal/saga", "internal/workflow"},
	"internal/carrier":           {"internal/saga/order"},
	"internal/payment/simulated": {"internal/booking", "internal/saga"},
	"internal/identity":          {"internal/booking"},
	"internal/identity/oidc":     {"internal/booking", "internal/identity"},
	"internal/groupcommit":       {"internal/groupcommit/cmemory", "internal/groupcommit/logvfs", "internal/groupcommit/pagecache", "internal/fifo"},
	"internal/app":               {"internal/booking", "internal/carrier", "internal/imports", "internal/saga", "internal/step", "internal/workflow"},
	"internal/store/sqlite":      {"internal/booking", "internal/workflow", "internal/notification", "internal/saga", "internal/groupcommit"},
}

// onlyStandardLibrary names the packages that import nothing else at all.
var onlyStandardLibrary = []string{"internal/booking", "internal/workflow", "internal/asl"}

func TestImportRules(t *testing.T) {
	for pkg, may := range allowed {
		for _, imported := range importsOf(t, pkg) {
			local, ours := strings.CutPrefix(imported, module)
			if !ours {
				continue
			}
			if !hasPrefix(local, may) {
				t.Errorf("%s imports %s; it may import %q only", pkg, local, may)
			}
		}
	}
	for _, pkg := range onlyStandardLibrary {
		for _, imported := range importsOf(t, pkg) {
			if strings.Contains(strings.Split(imported, "/")[0], ".") && !strings.HasPrefix(imported, module) {
				t.Errorf("%s imports %s; it may import the standard library only", pkg, imported)
			}
		}
	}
}

func TestOnlyWhatServesImportsGraph(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, module+"...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		from := strings.TrimPrefix(fields[0], module)
		if hasPrefix(from, []string{"cmd", "lambdas", "graph", "internal/api"}) {
			continue
		}
		for _, imported := range fields[1:] {
			if strings.HasPrefix(imported, module+"graph") {
				t.Errorf("%s imports graph; only cmd, lambdas and internal/api may", from)
			}
		}
	}
}

func importsOf(t *testing.T, pkg string) []string {
	t.Helper()
	out, err := exec.Command("go", "list", "-f", `{{join .Imports "\n"}}`, module+pkg).Output()
	if err != nil {
		t.Fatalf("go list %s: %v", pkg, err)
	}
	return strings.Fields(string(out))
}

func hasPrefix(s string, prefixes []string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}
