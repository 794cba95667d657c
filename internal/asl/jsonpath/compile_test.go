package jsonpath

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
		{"", 0, "'$'"},
		{"a.b", 0, "'$'"},
		{"$.", 2, "a name or '*'"},
		{"$..", 3, "a name or '*'"},
		{"$.a b", 3, "the end, '.' or '['"},
		{"$.a[", 4, "a name in quotes, an index"},
		{"$.a[0", 5, "']'"},
		{"$.a['b", 6, "the closing '"},
		{"$.a['b',]", 8, "a name in quotes"},
		{"$.a[0,]", 6, "an index"},
		{"$.a[99999999999]", 4, "an index of at most 32 bits"},
		{"$.a[?@.b]", 5, "'(' after '?'"},
		{"$.a[?(@.b", 9, "an operator, '&&', '||' or ')'"},
		{"$.a[?(@.b ==)]", 12, "'@', '$' or a literal"},
		{"$.a[?(1)]", 7, "an operator after a literal"},
		{"$.a[?(@.b =~ 'x')]", 13, "a regular expression between slashes"},
		{"$.a[?(@.b =~ /(/)]", 13, "a regular expression"},
		{"$.a[?(@.b == $var)]", 14, "'.' or '['"},
		{"$.a[?(@.b in [1,)]", 13, "a JSON array or object"},
		{"$.a.[", 5, "a name in quotes, an index"},
		{"$.a.nope()", 4, "a function (avg, first"},
		{"$.a.length(1)", 11, "')'"},
		{"$..length()", 11, "a name, '*' or '['"},
		{"$.a[?(" + strings.Repeat("(", 40), 6 + maxNesting, "a filter nested at most"},
	} {
		_, err := Compile(c.expr)
		var syntax *SyntaxError
		if !errors.As(err, &syntax) || syntax.Offset != c.offset || !strings.HasPrefix(syntax.Want, c.want) {
			t.Errorf("Compile(%s) = %v; want at offset %d: expected %s", c.expr, err, c.offset, c.want)
		}
	}
}

func TestRoot(t *testing.T) {
	for expr, want := range map[string]Root{
		"$":                 {Kind: Input},
		"$.a":               {Kind: Input},
		"$[0]":              {Kind: Input},
		"$$":                {Kind: Context},
		"$$.Execution.Name": {Kind: Context},
		"$name":             {Kind: Variable, Name: "name"},
		"$_x1.b[0]":         {Kind: Variable, Name: "_x1"},
		"$größe.b":          {Kind: Variable, Name: "größe"},
	} {
		p, err := Compile(expr)
		if err != nil {
			t.Fatal(err)
		}
		if p.Root() != want || p.String() != expr {
			t.Errorf("Compile(%s): root %+v of %s, want %+v", expr, p.Root(), p, want)
		}
	}
}

func TestDefinite(t *testing.T) {
	for expr, want := range map[string]bool{
		"$": true, "$.a[0]['b']": true, "$.a['b','c']": true, "$.a.length()": true, "$..a.sum()": true,
		"$.*": false, "$.a[*]": false, "$..a": false, "$.a[0,1]": false, "$.a[0:1]": false, "$.a[?(@.b)]": false,
		"$.a['b','c'].d": false, "$.a[*].length()": false,
	} {
		p, err := Compile(expr)
		if err != nil {
			t.Fatal(err)
		}
		if p.Definite() != want {
			t.Errorf("Compile(%s).Definite() = %v", expr, !want)
		}
	}
}

// TestCauses holds the words of AWS for a path that leads nowhere, by where it
// stands.
func TestCauses(t *testing.T) {
	for _, c := range []struct {
		expr, on                     string
		field, argument, step, whole string
		pastEnd                      bool
	}{
		{
			expr: "$.nope", on: `{"other":1}`,
			field:    `The JSONPath '$.nope' specified for the field 'v.$' could not be found in the input '{"other":1}'`,
			argument: `The function 'States.Array($.nope)' had the following error: The JsonPath argument for the field '$.nope' could not be found in the input '{"other":1}'`,
			step:     `Unable to apply step "nope" to input {"other":1}`,
			whole:    `Invalid path '$.nope' : No results for path: $['nope']`,
		},
		{
			expr: "$$.Nope.Deep", on: `{"other":1}`,
			field:    `The JSONPath '$$.Nope.Deep' specified for the field 'v.$' could not be found in the input '{"other":1}'`,
			argument: `The function 'States.Array($$.Nope.Deep)' had the following error: The JsonPath argument for the field '$.Nope.Deep' could not be found in the input '{"other":1}'`,
			step:     `Unable to apply step "Nope" to input {"other":1}`,
			whole:    `Invalid path '$$.Nope.Deep' : Missing property in path $['Nope']`,
		},
		{
			expr: "$.other[0]", on: `{"other":1}`,
			field:    `Filter: [0] can only be applied to arrays. Current context is: 1`,
			argument: `The function 'States.Array($.other[0])' had the following error: Filter: [0] can only be applied to arrays. Current context is: 1`,
			step:     `Unable to apply step "[0]" to input {"other":1}`,
			whole:    `Invalid path '$.other[0]' : Filter: [0] can only be applied to arrays. Current context is: 1`,
		},
		{
			expr: "$.list[5]", on: `{"list":[1,2]}`, pastEnd: true,
			field:    `The JSONPath '$.list[5]' specified for the field 'v.$' could not be found in the input '{"list":[1,2]}'`,
			argument: `The function 'States.Array($.list[5])' had the following error: The JsonPath argument for the field '$.list[5]' could not be found in the input '{"list":[1,2]}'`,
			step:     `Unable to apply step "[5]" to input {"list":[1,2]}`,
			whole:    `Invalid path '$.list[5]' : No results for path: $['list'][5]`,
		},
	} {
		p, err := Compile(c.expr)
		if err != nil {
			t.Fatal(err)
		}
		_, err = p.Get(decode(t, []byte(c.on)))
		var missing *NotFoundError
		if !errors.As(err, &missing) {
			t.Fatalf("Get(%s): %v", c.expr, err)
		}
		for _, text := range [][2]string{
			{missing.FieldCause("v.$", c.on), c.field},
			{missing.ArgumentCause("States.Array("+c.expr+")", c.on), c.argument},
			{missing.StepCause(c.on), c.step},
			{missing.Error(), c.whole},
		} {
			if text[0] != text[1] {
				t.Errorf("%s\n got  %s\n want %s", c.expr, text[0], text[1])
			}
		}
		if missing.PastEnd() != c.pastEnd {
			t.Errorf("%s: PastEnd() = %v", c.expr, missing.PastEnd())
		}
	}
}

func TestGetGivesUpOnPathsThatGrow(t *testing.T) {
	wide := make([]any, 300)
	for i := range wide {
		wide[i] = wide[:i:i]
	}
	for _, expr := range []string{"$..*..*..*..*", "$..[?(@..[?(@..*)])]"} {
		p, err := Compile(expr)
		if err != nil {
			t.Fatal(err)
		}
		var limit *LimitError
		if _, err := p.Get(wide); !errors.As(err, &limit) {
			t.Errorf("Get(%s) of an array in arrays: %v, want a *LimitError", expr, err)
		}
	}
}
