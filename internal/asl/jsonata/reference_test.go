package jsonata

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
	"time"
)

// TestReference compares with what the reference implementation answers, its
// error messages included: see testdata/reference.mjs.
func TestReference(t *testing.T) {
	src, err := os.ReadFile("testdata/bindings.json")
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.Open("testdata/reference.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	compared := 0
	for lines.Scan() {
		var want struct {
			Expr, Result, Code, Message string
			Undefined                   bool
		}
		if err := json.Unmarshal(lines.Bytes(), &want); err != nil {
			t.Fatal(err)
		}
		compared++
		got, code, message := refer(t, want.Expr, src)
		switch {
		case departures[want.Expr] != "":
			if got == want.Result && code == want.Code && message == want.Message {
				t.Errorf("%s\n answers as the reference does; it is listed as a departure: %s", want.Expr, departures[want.Expr])
			}
		case code != want.Code || message != want.Message:
			t.Errorf("%s\n want %s %s: %s\n got  %s %s: %s", want.Expr, want.Result, want.Code, want.Message, got, code, message)
		case want.Undefined && got != "undefined" || !want.Undefined && got != want.Result:
			t.Errorf("%s\n want %s\n got  %s", want.Expr, want.Result, got)
		}
	}
	if compared < 2000 {
		t.Errorf("only %d expressions compared", compared)
	}
}

// departures are expressions to which we do not answer as the reference does, and
// why.
var departures = map[string]string{
	`$map([1,"a"], $abs)`:      "the reference names the function that calls the one that fails",
	`$formatNumber(1e21, "0")`: "the reference gives up formatting at 1e21",
	`$map("abcabc",/b(c)/)`:    "a match that is an answer has no function to find the next",
}

// refer evaluates an expression as the reference does: without the conversion of
// the answer that Step Functions makes.
func refer(t *testing.T, expr string, bindings []byte) (got, code, message string) {
	t.Helper()
	e, err := Compile(expr)
	var syntax *SyntaxError
	if errors.As(err, &syntax) {
		return "", syntax.Code, syntax.Message()
	}
	dec := json.NewDecoder(strings.NewReader(string(bindings)))
	dec.UseNumber()
	v, err := readJSON(dec)
	if err != nil {
		t.Fatal(err)
	}
	env := newScope(nil)
	for name, v := range membersOf(v) {
		env.bind(name, v)
	}
	ev := &evaluator{rand: func() uint64 { return 1 << 60 }, now: time.UnixMilli(1700000000000).UTC()}
	v, err = ev.eval(e.root, undefined, env)
	if f, failed := asFailure(err); failed {
		return "", f.code, f.message()
	}
	if _, ok := v.(function); ok {
		v = undefined
	}
	return jsonText(v), "", ""
}
