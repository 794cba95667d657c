package intrinsic

import (
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/vacancy/vacancy/internal/asl/jsonpath"
)

// testEnv resolves paths against one input, context object and set of variables.
type testEnv struct {
	input, context any
	variables      map[string]any
	rand           func() uint64
}

func (e testEnv) Resolve(p *jsonpath.Path) (any, error) {
	switch root := p.Root(); root.Kind {
	case jsonpath.Context:
		return p.Get(e.context)
	case jsonpath.Variable:
		return p.Get(e.variables[root.Name])
	default:
		return p.Get(e.input)
	}
}

func (e testEnv) Rand() uint64 {
	if e.rand != nil {
		return e.rand()
	}
	return 0x0123456789abcdef
}

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

// TestEval runs testdata/eval.json: what each function answers, and the cause it
// gives where it cannot.
func TestEval(t *testing.T) {
	src, err := os.ReadFile("testdata/eval.json")
	if err != nil {
		t.Fatal(err)
	}
	var table struct {
		Input, Context json.RawMessage
		Cases          []struct {
			About, Call string
			Want        json.RawMessage
			Name, Cause string
		}
	}
	if err := json.Unmarshal(src, &table); err != nil {
		t.Fatal(err)
	}
	env := testEnv{
		input:     decode(t, table.Input),
		context:   decode(t, table.Context),
		variables: map[string]any{"var": "a variable"},
	}
	for _, c := range table.Cases {
		t.Run(c.About, func(t *testing.T) {
			call, err := Compile(c.Call)
			if err != nil {
				t.Fatal(err)
			}
			got, err := call.Eval(env)
			if c.Cause != "" {
				var failure *Error
				if !errors.As(err, &failure) {
					t.Fatalf("%s = %v, %v; want the cause %q", c.Call, got, err, c.Cause)
				}
				if c.Name == "" {
					c.Name = "States.IntrinsicFailure"
				}
				if want := "The function '" + c.Call + "' had the following error: " + c.Cause; failure.Name != c.Name || failure.Cause != want {
					t.Errorf("%s failed with\n %s: %s, want\n %s: %s", c.Call, failure.Name, failure.Cause, c.Name, want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if want := decode(t, c.Want); !reflect.DeepEqual(got, want) {
				t.Errorf("%s = %v, want %v", c.Call, got, want)
			}
		})
	}
}

func TestEvalDoesNotChangeWhatItIsGiven(t *testing.T) {
	const input = `{"a": [3, 1, 1.0, {"x": 1.50}], "b": {"m": 1}, "c": {"m": 2}}`
	env := testEnv{input: decode(t, []byte(input))}
	for _, expr := range []string{
		"States.ArrayUnique($.a)", "States.ArrayPartition($.a, 2)", "States.JsonMerge($.b, $.c, false)",
		"States.JsonToString($)", "States.Array($.a, $.b)",
	} {
		call, err := Compile(expr)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := call.Eval(env); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(env.input, decode(t, []byte(input))) {
			t.Fatalf("%s changed its input to %v", expr, env.input)
		}
	}
}

func TestUUIDIsOfVersion4(t *testing.T) {
	call, err := Compile("States.UUID()")
	if err != nil {
		t.Fatal(err)
	}
	version4 := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	for _, bits := range []uint64{0, ^uint64(0), 0x0123456789abcdef} {
		id, err := call.Eval(testEnv{rand: func() uint64 { return bits }})
		if err != nil || !version4.MatchString(id.(string)) {
			t.Errorf("of the bits %x: %v, %v", bits, id, err)
		}
	}
}

func TestMathRandomStaysWithinItsRange(t *testing.T) {
	for _, c := range []struct {
		expr string
		bits uint64
		want json.Number
	}{
		{"States.MathRandom(1, 999)", 0, "1"},
		{"States.MathRandom(1, 999)", ^uint64(0), "998"},
		{"States.MathRandom(-99999, -9999)", ^uint64(0), "-10000"},
		{"States.MathRandom(-9223372036854775808, 9223372036854775807)", 0, "-9223372036854775808"},
	} {
		call, err := Compile(c.expr)
		if err != nil {
			t.Fatal(err)
		}
		got, err := call.Eval(testEnv{rand: func() uint64 { return c.bits }})
		if err != nil || got != c.want {
			t.Errorf("%s of the bits %x = %v, %v; want %s", c.expr, c.bits, got, err, c.want)
		}
	}
}

func TestMathRandomWithASeedIsRepeatable(t *testing.T) {
	call, err := Compile("States.MathRandom(0, 1000000, $.seed)")
	if err != nil {
		t.Fatal(err)
	}
	seen := make(map[any]bool)
	for seed := range 20 {
		env := testEnv{
			input: map[string]any{"seed": integer(int64(seed))},
			rand:  func() uint64 { t.Fatal("a seeded number took bits from the environment"); return 0 },
		}
		first, err := call.Eval(env)
		if err != nil {
			t.Fatal(err)
		}
		if second, _ := call.Eval(env); second != first {
			t.Errorf("seed %d gave %v, then %v", seed, first, second)
		}
		seen[first] = true
	}
	if len(seen) < 20 {
		t.Errorf("20 seeds gave only %d different numbers", len(seen))
	}
}

func TestTextsHaveALimit(t *testing.T) {
	long := strings.Repeat("x", maxCharacters)
	for _, c := range []struct {
		expr  string
		input any
		ok    bool
	}{
		{"States.Base64Encode($)", long, true},
		{"States.Base64Encode($)", long + "x", false},
		{"States.Base64Encode($)", strings.Repeat("é", maxCharacters), true},
		{"States.Base64Decode($)", strings.Repeat("A", maxCharacters), true},
		{"States.Base64Decode($)", strings.Repeat("A", maxCharacters+4), false},
		{"States.Hash($, 'MD5')", long + "x", false},
		{"States.Format('{}{}', $, $)", strings.Repeat("x", maxText/2+1), false},
		{"States.JsonToString($)", strings.Repeat("x", maxText), false},
	} {
		call, err := Compile(c.expr)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := call.Eval(testEnv{input: c.input}); (err == nil) != c.ok {
			t.Errorf("%s of %d bytes: %v", c.expr, len(c.input.(string)), err)
		}
	}
}
