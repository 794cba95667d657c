package jsonata

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

// cases is where the answers that AWS gave are kept, beside the repository.
const cases = "../../../../shared/asl-conformance/cases"

// TestConformance evaluates the Output of each recorded machine that is a single
// Pass state, and compares with what AWS answered.
func TestConformance(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(cases, "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Skip("the conformance cases are not beside the repository; testdata/aws.json holds the rules they taught")
	}
	compared := 0
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var c struct {
			Kind       string
			Definition struct {
				QueryLanguage string
				States        map[string]struct {
					Type, QueryLanguage string
					Output              any
				}
			}
			Input  json.RawMessage
			Expect struct {
				Status, Error, Cause any
				Output               json.RawMessage
			}
		}
		if json.Unmarshal(src, &c) != nil || c.Kind != "exec" || len(c.Definition.States) != 1 {
			continue
		}
		for name, state := range c.Definition.States {
			expr, ok := state.Output.(string)
			if !ok || state.Type != "Pass" || !strings.HasPrefix(expr, "{%") {
				continue
			}
			compared++
			t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) {
				e, err := Compile(strings.TrimSuffix(strings.TrimPrefix(expr, "{%"), "%}"))
				if err != nil {
					t.Fatal(err)
				}
				got, err := e.Eval(map[string]any{"states": map[string]any{"input": decode(t, c.Input)}}, nil, time.Time{})
				if c.Expect.Status != "SUCCEEDED" {
					var failure *Error
					if !errors.As(err, &failure) {
						t.Fatalf("%s = %v; AWS answered %v", expr, got, c.Expect.Cause)
					}
					want := "An error occurred while executing the state '" + name + "' (entered at the event id #2). " + failure.FieldCause("Output")
					if c.Expect.Error != ErrorName || c.Expect.Cause != want {
						t.Errorf("%s\n got %s\nwant %s", expr, want, c.Expect.Cause)
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				if want := decode(t, c.Expect.Output); !reflect.DeepEqual(got, want) {
					t.Errorf("%s = %v, AWS answered %v", expr, got, want)
				}
			})
		}
	}
	t.Logf("%d of AWS's answers compared", compared)
}

// decode reads JSON as the engine does, numbers as they are written.
func decode(t testing.TB, src []byte) any {
	t.Helper()
	dec := json.NewDecoder(strings.NewReader(string(src)))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		t.Fatalf("decode %s: %v", src, err)
	}
	return v
}
