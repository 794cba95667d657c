package intrinsic

import (
	"errors"
	"strings"
	"testing"
)

func TestCompileSaysWhereAndWhat(t *testing.T) {
	for _, c := range []struct {
		expr   string
		offset int
		want   string
	}{
		{"", 0, "an intrinsic function (States.Array"},
		{"States.Nope()", 0, "an intrinsic function (States.Array"},
		{"States.UUID", 11, "'('"},
		{"States.UUID(", 12, "an argument"},
		{"States.UUID() x", 14, "the end"},
		{"States.Array(1 2)", 15, "',' or ')'"},
		{"States.Array(1,)", 15, "an argument"},
		{"States.Array('a)", 16, "the closing '"},
		{"States.Array('a\\", 16, "the closing '"},
		{"States.Array(01)", 13, "a number"},
		{"States.Array(truest)", 13, "an intrinsic function"},
		{"States.Array($.a[)", 17, "a name in quotes, an index"},
		{"States.Array(1, $.a[?(@.b ==)])", 28, "'@', '$' or a literal"},
		{strings.Repeat("States.Array(", 11), 13 * 10, "at most 10 functions within each other"},
	} {
		_, err := Compile(c.expr)
		var syntax *SyntaxError
		if !errors.As(err, &syntax) || syntax.Offset != c.offset || !strings.HasPrefix(syntax.Want, c.want) {
			t.Errorf("Compile(%s) = %v; want at offset %d: expected %s", c.expr, err, c.offset, c.want)
		}
	}
}

func TestCheck(t *testing.T) {
	for expr, want := range map[string]string{
		"States.Format('{}', $.a)":            "",
		"States.Format('{}')":                 "the template has 1 places ({}), but there are 0 values for them",
		"States.Format($.template)":           "",
		"States.Array(States.UUID(1))":        "States.UUID takes 0 arguments, not 1",
		"States.Array('\\n')":                 "the escape \\n does not exist in a string; write \\\\ for a backslash",
		"States.JsonMerge($.a, $.b, $.false)": "",
	} {
		call, err := Compile(expr)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if err := call.Check(); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("Check(%s) = %q, want %q", expr, got, want)
		}
	}
}

func TestPaths(t *testing.T) {
	call, err := Compile("States.Format('{}{}', $.a, States.Array($$.b, 1, $c.d))")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range call.Paths() {
		got = append(got, p.String())
	}
	if want := "$.a $$.b $c.d"; strings.Join(got, " ") != want {
		t.Errorf("Paths() = %v, want %s", got, want)
	}
}
