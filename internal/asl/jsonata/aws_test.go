package jsonata

import (
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestStepFunctions runs testdata/aws.json: what Step Functions answers where it
// is more, or other, than the language.
func TestStepFunctions(t *testing.T) {
	src, err := os.ReadFile("testdata/aws.json")
	if err != nil {
		t.Fatal(err)
	}
	var table struct {
		Vars  json.RawMessage
		Cases []struct {
			About, Expr string
			Want        json.RawMessage
			Detail      string
		}
	}
	if err := json.Unmarshal(src, &table); err != nil {
		t.Fatal(err)
	}
	for _, c := range table.Cases {
		t.Run(c.About, func(t *testing.T) {
			e, err := Compile(c.Expr)
			if err != nil {
				t.Fatal(err)
			}
			vars := decode(t, table.Vars).(map[string]any)
			got, err := e.Eval(vars, func() uint64 { return 1 << 63 }, time.Date(2026, 3, 1, 12, 30, 0, 5e6, time.UTC))
			if !reflect.DeepEqual(vars, decode(t, table.Vars)) {
				t.Errorf("%s changed the variables", c.Expr)
			}
			if c.Detail != "" {
				var failure *Error
				if !errors.As(err, &failure) || failure.Detail != c.Detail {
					t.Fatalf("%s = %v, %v\nwant the JSONata expression … %s", c.Expr, got, err, c.Detail)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if want := decode(t, c.Want); !reflect.DeepEqual(got, want) {
				t.Errorf("%s = %#v, want %#v", c.Expr, got, want)
			}
		})
	}
}

func TestFieldCause(t *testing.T) {
	e, err := Compile(" $doesNotExist ")
	if err != nil {
		t.Fatal(err)
	}
	_, err = e.Eval(nil, nil, time.Time{})
	var failure *Error
	if !errors.As(err, &failure) || !failure.Undefined() {
		t.Fatalf("%v, want an error that is Undefined", err)
	}
	const want = "The JSONata expression '$doesNotExist' specified for the field 'Output/result' returned nothing (undefined)."
	if got := failure.FieldCause("Output/result"); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestUnexpectedType(t *testing.T) {
	for _, c := range []struct{ expr, value, want string }{
		{"1", "1", "The JSONata expression '1' specified for the field 'Items' returned an unexpected result type. Expected 'array', but was 'number' for value: 1"},
		{"'string'", `"string"`, "The JSONata expression ''string'' specified for the field 'Items' returned an unexpected result type. Expected 'array', but was 'string' for value: \"string\""},
		{"$v", `{"foo":"bar"}`, "The JSONata expression '$v' specified for the field 'Items' returned an unexpected result type. Expected 'array', but was 'object' for value: {\"foo\":\"bar\"}"},
		{"$v", "null", "The JSONata expression '$v' specified for the field 'Items' returned an unexpected result type. Expected 'array', but was 'null' for value: null"},
		{"$v", "true", "The JSONata expression '$v' specified for the field 'Items' returned an unexpected result type. Expected 'array', but was 'boolean' for value: true"},
	} {
		e, err := Compile(c.expr)
		if err != nil {
			t.Fatal(err)
		}
		if got := e.UnexpectedType("array", decode(t, []byte(c.value))).FieldCause("Items"); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}

// TestDepth holds the ceiling that AWS was measured to have: 100 levels pass, one
// more fails.
func TestDepth(t *testing.T) {
	sum := func(terms int) string { return strings.TrimSuffix(strings.Repeat("1+", terms), "+") }
	for _, c := range []struct {
		expr string
		ok   bool
	}{
		{sum(100), true},
		{sum(101), false},
		{strings.Repeat("(", 99) + "1" + strings.Repeat(")", 99), true},
		{strings.Repeat("(", 100) + "1" + strings.Repeat(")", 100), false},
		{"($f := function($n){ $n = 0 ? 0 : 1 + $f($n-1) }; $f(31))", true},
		{"($f := function($n){ $n = 0 ? 0 : 1 + $f($n-1) }; $f(32))", false},
		{"($f := function($n, $total){ $n = 0 ? $total : $f($n-1, $total+1) }; $f(10000, 0))", true},
	} {
		e, err := Compile(c.expr)
		if err != nil {
			t.Fatal(err)
		}
		_, err = e.Eval(nil, nil, time.Time{})
		if (err == nil) != c.ok || err != nil && !strings.Contains(err.Error(), "Stack overflow error") {
			t.Errorf("%.60s: %v", c.expr, err)
		}
	}
}

// TestLimits runs expressions that would take all memory or never end.
func TestLimits(t *testing.T) {
	for _, c := range []struct{ expr, want string }{
		{"$count([1..873782])", ""},
		{"$count([1..873783])", "memory limit"},
		{"$sum([1..900000])", "memory limit"},
		{"$reduce([1..40], function($a,$b){$a & $a}, 'x')", "memory limit"},
		{"$reduce([1..40], function($a,$b){$append($a,$a)}, [1])", "memory limit"},
		{"$reduce([1..40], function($a,$b){[$a,$a]}, 1)", "memory limit"},
		{"$string($reduce([1..60], function($a,$b){[[$a],[$a]]}, 1))", "memory limit"},
		{"[1..100000].[1..100000]", "timeout"},
		{"[1..800].[1..100000]", "timeout"},
		{"$pad('x', 1000000000)", "memory limit"},
		{"$join([1..100000].('xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'))", "memory limit"},
		{"$replace($pad('', 100000, 'a'), 'a', $pad('', 1000, 'b'))", "memory limit"},
		{"$range(0, 100000000, 1)", "memory limit"},
		{"$range(-9223372036854775807, 9223372036854775807, 9000000000000000000)", ""},
		{"($f := function(){$f()}; $f())", "timeout"},
		{"($f := function($x){$f($x+1)}; $f(1))", "timeout"},
		{"$map([1..3000], function($x){$map([1..3000], function($y){$x*$y = -1 ? 1})})", "timeout"},
		{"$formatInteger(1e300, 'I')", "memory limit"},
		{"$formatInteger(1e300, 'w')", ""},
	} {
		e, err := Compile(c.expr)
		if err != nil {
			t.Fatal(err)
		}
		_, err = e.Eval(nil, func() uint64 { return 0 }, time.Time{})
		switch {
		case c.want == "" && err != nil, c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: %v, want %q", c.expr, err, c.want)
		}
	}
}

func TestRandomness(t *testing.T) {
	version4 := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	for _, bits := range []uint64{0, ^uint64(0), 0x0123456789abcdef} {
		rand := func() uint64 { return bits }
		if id := eval(t, "$uuid()", rand); !version4.MatchString(id.(string)) {
			t.Errorf("$uuid() = %v", id)
		}
		if in := eval(t, "($r := $random(); $r >= 0 and $r < 1)", rand); in != true {
			t.Errorf("$random() of the bits %x is not from 0 up to 1", bits)
		}
		if kept := eval(t, "$sort($shuffle([1..9]))", rand); len(kept.([]any)) != 9 {
			t.Errorf("$shuffle lost elements: %v", kept)
		}
	}
}

func eval(t testing.TB, expr string, rand func() uint64) any {
	t.Helper()
	e, err := Compile(expr)
	if err != nil {
		t.Fatal(err)
	}
	v, err := e.Eval(nil, rand, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestConcurrentEvaluation(t *testing.T) {
	e, err := Compile("$states.input.people[age > $min].name[] ~> $map(function($n){$n & $string($min)}) ~> $join(',')")
	if err != nil {
		t.Fatal(err)
	}
	people := decode(t, []byte(`{"input": {"people": [{"name": "Ann", "age": 30}, {"name": "Bob", "age": 20}, {"name": "Cid", "age": 40}]}}`))
	done := make(chan string)
	for worker := range 8 {
		go func() {
			vars := map[string]any{"states": people, "min": json.Number([]string{"10", "25"}[worker%2])}
			want := []string{"Ann10,Bob10,Cid10", "Ann25,Cid25"}[worker%2]
			for range 200 {
				if got, err := e.Eval(vars, nil, time.Time{}); err != nil || got != want {
					done <- "wrong answer"
					return
				}
			}
			done <- ""
		}()
	}
	for range 8 {
		if problem := <-done; problem != "" {
			t.Error(problem)
		}
	}
}

func TestSyntaxErrors(t *testing.T) {
	for _, c := range []struct {
		expr    string
		offset  int
		message string
	}{
		{"a[1,2)", 3, `Expected "]", got ","`},
		{`"unterminated`, 13, "String literal must be terminated by a matching quote"},
		{"1 +", 3, "Unexpected end of expression"},
		{`  {"a":}`, 7, `The symbol "}" cannot be used as a unary operator`},
		{`$match("a", /abc`, 16, "No terminating / in regular expression"},
		{"(1", 2, `Expected ")" before end of expression`},
		{"1 := 2", 0, "The left side of := must be a variable name (start with $)"},
		{"/(?=a)/", 1, "the regular expression is not supported: invalid or unsupported Perl syntax: `(?=`"},
		{strings.Repeat("(", 600), 500, "the expression nests too deeply"},
		{strings.Repeat("a", maxLength+1), maxLength, "the expression is longer than 100000 bytes"},
	} {
		_, err := Compile(c.expr)
		var syntax *SyntaxError
		if !errors.As(err, &syntax) || syntax.Offset != c.offset || syntax.Message() != c.message {
			t.Errorf("Compile(%.30q) = %.300v, want at offset %d: %s", c.expr, err, c.offset, c.message)
		}
	}
}
