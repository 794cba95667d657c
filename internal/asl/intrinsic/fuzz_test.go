package intrinsic

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
)

// FuzzEval compiles and evaluates anything: it must not panic, must end, keep to
// its errors, and answer JSON.
func FuzzEval(f *testing.F) {
	src, err := os.ReadFile("testdata/eval.json")
	if err != nil {
		f.Fatal(err)
	}
	var table struct {
		Input json.RawMessage
		Cases []struct{ Call string }
	}
	if err := json.Unmarshal(src, &table); err != nil {
		f.Fatal(err)
	}
	for _, c := range table.Cases {
		f.Add(c.Call, string(table.Input))
	}
	f.Fuzz(func(t *testing.T, expr, input string) {
		if len(expr) > 500 || len(input) > 4000 || !json.Valid([]byte(input)) {
			return
		}
		call, err := Compile(expr)
		if err != nil {
			var syntax *SyntaxError
			if !errors.As(err, &syntax) || syntax.Offset < 0 || syntax.Offset > len(expr) {
				t.Fatalf("Compile(%q): %v", expr, err)
			}
			_ = err.Error()
			return
		}
		checked := call.Check()
		v, err := call.Eval(testEnv{input: decode(t, []byte(input))})
		if err != nil {
			var failure *Error
			if !errors.As(err, &failure) || !strings.HasPrefix(failure.Name, "States.") || failure.Cause == "" {
				t.Fatalf("Eval(%q): %v", expr, err)
			}
			return
		}
		if checked != nil {
			t.Fatalf("%s was evaluated although Check says: %v", expr, checked)
		}
		if !json.Valid(appendJSON(nil, v)) {
			t.Fatalf("Eval(%q) answered what is no JSON", expr)
		}
	})
}
