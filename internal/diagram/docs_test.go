package diagram_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/vacancy/vacancy/internal/diagram"
	"github.com/vacancy/vacancy/statemachine"
)

// drawn is the place of a diagram in the documentation: a comment that names the state
// machine, and the diagram, if it has been drawn.
var drawn = regexp.MustCompile("(?s)<!-- diagram: ([a-z]+) -->\n(\n```mermaid\n.*?```\n)?")

// TestDiagramsOfTheDocumentation holds the diagrams in docs/ to the definitions.
func TestDiagramsOfTheDocumentation(t *testing.T) {
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil || len(pages) == 0 {
		t.Fatalf("no documentation: %v", err)
	}
	found := 0
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		now := drawn.ReplaceAllFunc(text, func(old []byte) []byte {
			found++
			name := string(drawn.FindSubmatch(old)[1])
			source, known := statemachine.Definitions()[name]
			if !known {
				t.Fatalf("%s has a diagram of %q, which is no state machine", page, name)
			}
			return []byte("<!-- diagram: " + name + " -->\n\n```mermaid\n" + diagram.Mermaid(read(t, string(source)), nil) + "```\n")
		})
		if *update {
			if err := os.WriteFile(page, now, 0o644); err != nil {
				t.Fatal(err)
			}
		} else if string(now) != string(text) {
			t.Errorf("a diagram in %s is not of its definition; run go test ./internal/diagram -run Documentation -update", page)
		}
	}
	if found == 0 {
		t.Error("no page has a diagram")
	}
}
