package jsonata

import (
	"strings"
	"testing"
)

func TestReads(t *testing.T) {
	for _, c := range []struct {
		expr, members string
		all           bool
	}{
		{"1 + 1", "", false},
		{"$states.input.name", "input", false},
		{"$states.input.name & $states.result.id & $states.input.x", "input result", false},
		{"$states", "", true},
		{"$states.*", "", true},
		{"$states[0].input", "", true},
		{"$states.input[$states.context.x = 1].y", "input context", false},
		{"$states.input.{'a': $states.result}", "input result", false},
		{"$states.input{$states.result: 1}", "input result", false},
		{"$states.input^($states.context)", "input context", false},
		{"$map($states.input, function($v){ $v + $states.result })", "input result", false},
		{"$states := 1", "", false},
		{"($s := $states; $s.input)", "", true},
		{"$states.(input)", "", true},
		{"$states.input ~> |a|{'b': $states.errorOutput}|", "input errorOutput", false},
		{"true ? $states.input : $states.context", "input context", false},
		{"$other.input", "", false},
	} {
		e, err := Compile(c.expr)
		if err != nil {
			t.Fatal(err)
		}
		members, all := e.Reads("states")
		if strings.Join(members, " ") != c.members || all != c.all {
			t.Errorf("%s reads %v, all %v; want %s, %v", c.expr, members, all, c.members, c.all)
		}
	}
}
