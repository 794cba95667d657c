package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The whole list is tried by 'go run ./tools/mutants'; that it is true is checked here,
// wherever somebody changes a text that a mutant is about.
func TestEveryMutantAppliesStill(t *testing.T) {
	root, err := moduleRoot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	mutants, err := load(root)
	if err != nil {
		t.Fatal(err)
	}
	if len(mutants) < 20 {
		t.Errorf("only %d mutants are listed", len(mutants))
	}
	for _, m := range mutants {
		for _, argument := range strings.Fields(m.Tests) {
			if folder, ok := strings.CutPrefix(argument, "./"); ok {
				if _, err := os.Stat(filepath.Join(root, folder)); err != nil {
					t.Errorf("%s: %v", m.Name, err)
				}
			}
		}
	}
}

func TestWhatCountsAsCaught(t *testing.T) {
	failed := exec.Command("go", "no-such-command").Run()
	for _, c := range []struct {
		output string
		err    error
		caught []string
		want   error
	}{
		{"ok  \tx\t0.1s", nil, nil, errSurvived},
		{"--- FAIL: TestA (0.0s)\n    --- FAIL: TestA/b\n--- FAIL: TestC (0.0s)\nFAIL", failed, []string{"TestA", "TestC"}, nil},
		{"x.go:1: undefined: y\nFAIL\tx [build failed]", failed, nil, errNoBuild},
		{"panic: test timed out after 1m0s", failed, []string{"a test that hangs"}, nil},
		{"panic: runtime error", failed, []string{"a panic"}, nil},
	} {
		caught, err := judge(c.output, c.err)
		if strings.Join(caught, " ") != strings.Join(c.caught, " ") || !errors.Is(err, c.want) {
			t.Errorf("%q: caught by %v, %v; want %v, %v", c.output, caught, err, c.caught, c.want)
		}
	}
	if _, err := judge("", context.Canceled); !errors.Is(err, context.Canceled) {
		t.Errorf("go test that could not be run: %v", err)
	}
}

func TestAMutantIsPlantedAndFound(t *testing.T) {
	root := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":    "module example.com/sum\n\ngo 1.26\n",
		"sum.go":    "package sum\n\nfunc Sum(a, b int) int { return a + b }\n",
		"x_test.go": "package sum\n\nimport \"testing\"\n\nfunc TestSum(t *testing.T) {\n\tif Sum(2, 3) != 5 {\n\t\tt.Fail()\n\t}\n}\n\nfunc TestNothing(*testing.T) {}\n",
	} {
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	lab := laboratory{root: root, dir: t.TempDir()}
	mutant := func(replacement, test string) Mutant {
		return Mutant{Name: "m", Why: "x", File: "sum.go", Old: "a + b", New: replacement, Tests: ". -run " + test}
	}
	for want, m := range map[error]Mutant{
		nil:         mutant("a - b", "TestSum"),
		errSurvived: mutant("a - b", "TestNothing"),
		errNoBuild:  mutant("a + ", "TestSum"),
	} {
		if v := lab.tryOne(t.Context(), m, 0); !errors.Is(v.err, want) {
			t.Errorf("%+v: %v, want %v\n%s", m, v.err, want, v.output)
		}
	}
	gone := mutant("x", "TestSum")
	gone.Old = "a * b"
	if v := lab.tryOne(t.Context(), gone, 0); v.err == nil || !strings.Contains(v.err.Error(), "does not apply any more") {
		t.Errorf("a mutant whose text is gone: %v", v.err)
	}
	if text, err := os.ReadFile(filepath.Join(root, "sum.go")); err != nil || !strings.Contains(string(text), "a + b") {
		t.Errorf("the tree was changed: %s, %v", text, err)
	}
}
