package main

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// importing answers uploads with the body, and what was uploaded.
func (h *harness) importing(status int, body string) *string {
	uploaded := new(string)
	h.server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		content, _ := io.ReadAll(r.Body)
		*uploaded = r.Method + " " + r.URL.RequestURI() + " " + string(content)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	})
	return uploaded
}

const imported = `{"id":"imp_1","dryRun":false,"rows":4,"created":2,"unchanged":1,"refusedRows":1,
	"refused":[{"line":3,"column":"price","reason":"\"free\" is no number"}],"missingColumns":["title"]}`

func csvFile(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "listings.csv")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestImportTellsWhatWasRefused(t *testing.T) {
	h := newHarness(t)
	uploaded := h.importing(http.StatusAccepted, imported)
	path := csvFile(t, "id,price\n1,2\n")
	golden(t, "import", h.must(exitDone, h.run("import", path)).out)
	if *uploaded != "POST /imports?dryRun=false id,price\n1,2\n" {
		t.Errorf("uploaded %q", *uploaded)
	}
	golden(t, "import.json", h.must(exitDone, h.run("import", path, "--json")).out)
	h.importing(http.StatusAccepted, strings.Replace(imported, "false", "true", 1))
	if r := h.must(exitDone, h.run("import", path, "--dry-run")); !strings.Contains(r.out, "4 rows read, 3 could be imported, 1 would be refused.") {
		t.Errorf("%q", r.out)
	}
}

func TestImportOfAFileThatIsNoSuchFile(t *testing.T) {
	h := newHarness(t)
	for path, told := range map[string]string{
		"/nonexistent/listings.csv": "the file cannot be read",
		t.TempDir():                 "is a directory",
		csvFile(t, ""):              "is empty",
	} {
		if r := h.must(exitUsage, h.run("import", path)); !strings.Contains(r.err, told) {
			t.Errorf("%s: %q", path, r.err)
		}
	}
	h.importing(http.StatusBadRequest, `{"errors":[{"message":"there is no column price","extensions":{"code":"INVALID_INPUT"}}]}`)
	if r := h.must(exitFailed, h.run("import", csvFile(t, "a,b\n"))); !strings.Contains(r.err, "there is no column price") {
		t.Errorf("%q", r.err)
	}
}
