package intrinsic

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/vacancy/vacancy/internal/asl/jsonpath"
)

// cases is where the answers that AWS gave are kept, beside the repository.
const cases = "../../../../shared/asl-conformance/cases"

// TestConformance evaluates the payload templates of the single-state machines
// whose results AWS recorded.
func TestConformance(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(cases, "intrinsic_functions__*.json"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Skip("the conformance cases are not beside the repository; testdata/eval.json holds the rules they taught")
	}
	ran := 0
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var c struct {
			Name       string
			Definition struct {
				States map[string]struct {
					QueryLanguage, ResultPath, OutputPath string
					Parameters                            json.RawMessage
				}
			}
			Input  json.RawMessage
			Expect struct {
				Output    json.RawMessage
				Wildcards []string
			}
		}
		if err := json.Unmarshal(src, &c); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for _, state := range c.Definition.States {
			if state.QueryLanguage == "JSONata" || state.Parameters == nil {
				continue
			}
			ran++
			t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) {
				input := decode(t, c.Input)
				env := testEnv{input: input, context: map[string]any{"Execution": map[string]any{"Input": input}}}
				got := fill(t, env, decode(t, state.Parameters))
				if state.ResultPath != "" {
					got = set(t, state.ResultPath, input, got)
				}
				if state.OutputPath != "" {
					got = get(t, state.OutputPath, got)
				}
				want := decode(t, c.Expect.Output)
				if slices.Contains(c.Expect.Wildcards, "$.output.FunctionResult") {
					want.(map[string]any)["FunctionResult"] = got.(map[string]any)["FunctionResult"]
				}
				if !reflect.DeepEqual(got, want) {
					t.Errorf("%s\n got %s\nwant %s", state.Parameters, appendJSON(nil, got), appendJSON(nil, want))
				}
			})
		}
	}
	t.Logf("%d of AWS's answers compared", ran)
}

// fill evaluates a payload template.
func fill(t *testing.T, env Env, template any) any {
	t.Helper()
	object, ok := template.(map[string]any)
	if !ok {
		return template
	}
	out := make(map[string]any)
	for name, member := range object {
		field, dynamic := strings.CutSuffix(name, ".$")
		if !dynamic {
			out[name] = fill(t, env, member)
			continue
		}
		expr := member.(string)
		if strings.HasPrefix(expr, "$") {
			p, err := jsonpath.Compile(expr)
			if err != nil {
				t.Fatal(err)
			}
			if out[field], err = env.Resolve(p); err != nil {
				t.Fatal(err)
			}
			continue
		}
		call, err := Compile(expr)
		if err != nil {
			t.Fatal(err)
		}
		if out[field], err = call.Eval(env); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func get(t *testing.T, expr string, root any) any {
	t.Helper()
	p, err := jsonpath.Compile(expr)
	if err != nil {
		t.Fatal(err)
	}
	v, err := p.Get(root)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func set(t *testing.T, expr string, root, value any) any {
	t.Helper()
	p, err := jsonpath.CompileReference(expr)
	if err != nil {
		t.Fatal(err)
	}
	v, err := p.Set(root, value)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
