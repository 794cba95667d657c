package e2e_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestTheThreatModelNamesTests: each test that docs/threat-model.md names as the proof of
// something is there, as are the groups of the store's suite.
func TestTheThreatModelNamesTests(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.FromSlash("../docs/threat-model.md"))
	if err != nil {
		t.Fatal(err)
	}
	var source strings.Builder
	err = filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, "_test.go") && !strings.Contains(path, "storetest") {
			return err
		}
		content, err := os.ReadFile(path)
		source.Write(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile("`((?:Test|Fuzz)[A-Za-z]+)`").FindAllStringSubmatch(string(text), -1)
	if len(named) < 40 {
		t.Errorf("it names %d tests", len(named))
	}
	for _, name := range named {
		if !strings.Contains(source.String(), "func "+name[1]+"(") {
			t.Errorf("docs/threat-model.md names %s, which is not there", name[1])
		}
	}
	for _, group := range regexp.MustCompile("`((?:HoldLimit|HoldBudget|Race|Idempotency|Takeover)/[A-Za-z]*)").FindAllStringSubmatch(string(text), -1) {
		if !strings.Contains(source.String(), `{"`+group[1]) {
			t.Errorf("docs/threat-model.md names %s, which the suite of stores has not", group[1])
		}
	}
}
