package jsonata

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"testing"
	"time"
)

// FuzzEval compiles and evaluates anything: it must not panic, must end within
// its limits, and what it answers must be JSON.
func FuzzEval(f *testing.F) {
	file, err := os.Open("testdata/expressions.txt")
	if err != nil {
		f.Fatal(err)
	}
	defer file.Close()
	const input = `{"n": 5, "s": "abc", "arr": [1, 2.5, [3]], "obj": {"b": 1, "a": null}, "people": [{"name": "Ann", "tags": ["x"]}, {"name": "Bob"}]}`
	lines := bufio.NewScanner(file)
	for n := 0; lines.Scan(); n++ {
		var expr string
		if n%7 == 0 && json.Unmarshal(lines.Bytes(), &expr) == nil {
			f.Add(expr, input)
		}
	}
	f.Fuzz(func(t *testing.T, expr, input string) {
		if len(expr) > 2000 || len(input) > 2000 || !json.Valid([]byte(input)) {
			return
		}
		e, err := Compile(expr)
		if err != nil {
			var syntax *SyntaxError
			if !errors.As(err, &syntax) || syntax.Offset < 0 || syntax.Offset > len(expr) {
				t.Fatalf("Compile(%q): %v", expr, err)
			}
			_ = err.Error()
			return
		}
		vars := map[string]any{"states": map[string]any{"input": decode(t, []byte(input))}}
		before, _ := json.Marshal(vars)
		v, err := e.Eval(vars, func() uint64 { return 1 << 62 }, time.UnixMilli(1700000000000))
		if after, _ := json.Marshal(vars); string(after) != string(before) {
			t.Fatalf("%s changed its variables from %s to %s", expr, before, after)
		}
		if err != nil {
			var failure *Error
			if !errors.As(err, &failure) || failure.FieldCause("Output") == "" {
				t.Fatalf("Eval(%q): %v", expr, err)
			}
			return
		}
		if _, err := json.Marshal(v); err != nil {
			t.Fatalf("Eval(%q) answered what is no JSON: %v", expr, err)
		}
	})
}

// FuzzPicture formats and reads dates and numbers by any picture.
func FuzzPicture(f *testing.F) {
	for _, picture := range []string{
		"[Y0001]-[M01]-[D01]T[H01]:[m01]:[s01].[f001][Z01:01t]", "[FNn], [D1o] [MNn,*-3] [YI] [h]:[m] [P]", "[W]-[w]-[X]-[x]-[d] [Z0000] [z]",
		"#,##0.00;(0.00%)", "0.0e0", "Ww;o", "#,##0;o", "I", "A", "٠٠", "[[x]][q]", "[Y,2-2]", "w",
	} {
		f.Add(picture, 1510067557121.0, "+0530")
	}
	f.Fuzz(func(t *testing.T, picture string, value float64, zone string) {
		if len(picture) > 500 {
			return
		}
		vars := map[string]any{"p": picture, "v": value, "z": zone}
		for _, expr := range []string{
			"$fromMillis($v, $p, $z)", "$formatNumber($v, $p)", "$formatInteger($v, $p)",
			"$toMillis($z, $p)", "$parseInteger($z, $p)", "$toMillis($fromMillis($v, $p), $p)",
		} {
			e, err := Compile(expr)
			if err != nil {
				t.Fatal(err)
			}
			_, _ = e.Eval(vars, nil, time.UnixMilli(0))
		}
	})
}
