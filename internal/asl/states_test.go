package asl_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// TestStates runs the cases in testdata/states: each a definition, its input, what its
// tasks answer and what comes of it, in the form of the conformance cases. "takes" is the
// time that passes, in seconds.
func TestStates(t *testing.T) {
	files, err := filepath.Glob("testdata/states/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var cases []*conformanceCase
		if err := json.Unmarshal(text, &cases); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for _, c := range cases {
			t.Run(filepath.Base(file)+"/"+c.Name, func(t *testing.T) {
				if err := c.execute(); err != nil {
					t.Error(err)
				}
			})
		}
	}
}
