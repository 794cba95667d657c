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

// module is a small one, with a function of every shape that a call can go over from.
var module = map[string]string{
	"go.mod": "module example.com/sum\n\ngo 1.26\n",
	"sum.go": `package sum

const Two = 1 + 1

func Sum(a, b int) int { return a + b }

type total[N int | float64] struct{ sum N }

func (t *total[N]) add(_ string, more ...N) {
	for _, n := range more {
		t.sum += n
	}
}

func (total[N]) name(string) (name string) { return "to" + "tal" }

func largest[N int | float64](first N, more ...N) N {
	for _, n := range more {
		first = max(first, n)
	}
	return first
}
`,
	"x_test.go": `package sum

import "testing"

func check(t *testing.T, ok bool) {
	if !ok {
		t.Error("wrong")
	}
}

func TestSum(t *testing.T) { check(t, Sum(2, 3) == 5) }

func TestTwo(t *testing.T) { check(t, Two == 2) }

func TestTotal(t *testing.T) {
	var sum total[int]
	sum.add("", 1, 2)
	check(t, sum.sum == 3)
}

func TestName(t *testing.T) { check(t, total[int]{}.name("") == "total") }

func TestLargest(t *testing.T) { check(t, largest(1.5, 2, 1) == 2) }

func TestNothing(*testing.T) {}
`,
}

func newLaboratory(t *testing.T) *laboratory {
	t.Helper()
	root := t.TempDir()
	for name, text := range module {
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		if text, err := os.ReadFile(filepath.Join(root, "sum.go")); err != nil || string(text) != module["sum.go"] {
			t.Errorf("the tree was changed: %s, %v", text, err)
		}
	})
	return &laboratory{root: root, dir: t.TempDir()}
}

func planted(name, old, replacement, test string) Mutant {
	return Mutant{Name: name, Why: "x", File: "sum.go", Old: old, New: replacement, Tests: ". -short -run " + test}
}

func verdicts(t *testing.T, lab *laboratory, mutants []Mutant) map[string]verdict {
	t.Helper()
	if err := lab.prepare(t.Context(), mutants, 2); err != nil {
		t.Fatal(err)
	}
	all := map[string]verdict{}
	for v := range lab.tryAll(t.Context(), mutants, 2) {
		all[v.mutant.Name] = v
	}
	return all
}

func TestMutantsArePlantedAndFound(t *testing.T) {
	lab := newLaboratory(t)
	all := verdicts(t, lab, []Mutant{
		planted("subtracts", "a + b", "a - b", "TestSum"),
		planted("unseen", "return a + b", "return a * b", "TestNothing"),
		planted("a-constant", "1 + 1", "1 + 2", "TestTwo"),
		planted("forgets-the-sum", "t.sum += n", "t.sum = n", "TestTotal"),
		planted("another-name", `"tal"`, `"ken"`, "TestName"),
		planted("smallest", "max(first", "min(first", "TestLargest"),
	})
	for name, caughtBy := range map[string]string{
		"subtracts": "TestSum", "unseen": "", "a-constant": "TestTwo", "forgets-the-sum": "TestTotal", "another-name": "TestName", "smallest": "TestLargest",
	} {
		v := all[name]
		if strings.Join(v.caughtBy, " ") != caughtBy || (caughtBy == "") != errors.Is(v.err, errSurvived) {
			t.Errorf("%s: caught by %q, %v; want %q\n%s", name, v.caughtBy, v.err, caughtBy, v.output)
		}
		if together := name != "a-constant"; lab.in[name] != together {
			t.Errorf("%s is in the one build: %v, want %v", name, lab.in[name], together)
		}
	}
}

func TestAMutantThatDoesNotCompileIsToldFromTheOthers(t *testing.T) {
	all := verdicts(t, newLaboratory(t), []Mutant{
		planted("subtracts", "a + b", "a - b", "TestSum"),
		planted("no-go", "return a + b", "return a + c", "TestSum"),
	})
	if v := all["subtracts"]; v.err != nil {
		t.Errorf("a mutant beside one that does not compile: %v\n%s", v.err, v.output)
	}
	if v := all["no-go"]; !errors.Is(v.err, errNoBuild) {
		t.Errorf("a mutant that does not compile: %v\n%s", v.err, v.output)
	}
}

func TestWhatFailsAnywayCatchesNothing(t *testing.T) {
	lab := newLaboratory(t)
	test := filepath.Join(lab.root, "x_test.go")
	if err := os.WriteFile(test, []byte(strings.Replace(module["x_test.go"], "== 5", "== 6", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	err := lab.prepare(t.Context(), []Mutant{planted("subtracts", "a + b", "a - b", "TestSum")}, 1)
	if err == nil || !strings.Contains(err.Error(), "fails without any mutant") {
		t.Errorf("a test that fails without a mutant: %v", err)
	}
}

func TestAMutantWhoseTextIsGone(t *testing.T) {
	lab := newLaboratory(t)
	gone := planted("gone", "a * b", "a", "TestSum")
	if _, err := gone.mutate(lab.root); err == nil || !strings.Contains(err.Error(), "does not apply any more") {
		t.Errorf("tried alone: %v", err)
	}
	if err := lab.prepare(t.Context(), []Mutant{gone}, 1); err == nil || !strings.Contains(err.Error(), "does not apply any more") {
		t.Errorf("tried with others: %v", err)
	}
}
