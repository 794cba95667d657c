package jsonpath

import (
	"encoding/json"
	"errors"
	"reflect"
	"testing"
)

func TestSet(t *testing.T) {
	var cases []struct {
		About, Path, Error string
		On, Value, Want    json.RawMessage
	}
	readTable(t, "set.json", &cases)
	for _, c := range cases {
		t.Run(c.About, func(t *testing.T) {
			p, err := CompileReference(c.Path)
			if err != nil {
				t.Fatal(err)
			}
			root := decode(t, c.On)
			got, err := p.Set(root, decode(t, c.Value))
			if !reflect.DeepEqual(root, decode(t, c.On)) {
				t.Errorf("Set changed its argument: %v", root)
			}
			if c.Error != "" {
				var conflict *ApplyError
				if !errors.As(err, &conflict) || err.Error() != c.Error {
					t.Fatalf("Set(%s) = %v, %v; want the error %q", c.Path, got, err, c.Error)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if want := decode(t, c.Want); !reflect.DeepEqual(got, want) {
				t.Errorf("Set(%s) = %v, want %v", c.Path, got, want)
			}
		})
	}
}

func TestSetThenGet(t *testing.T) {
	for _, expr := range []string{"$", "$.a", "$.a.b.c", "$['x y'].z", "$.list[1]", "$.list[-1].deep"} {
		p, err := CompileReference(expr)
		if err != nil {
			t.Fatal(err)
		}
		root := decode(t, []byte(`{"list": [{}, {}]}`))
		changed, err := p.Set(root, "put")
		if err != nil {
			t.Fatalf("Set(%s): %v", expr, err)
		}
		if got, err := p.Get(changed); err != nil || got != "put" {
			t.Errorf("Get(%s) after Set = %v, %v", expr, got, err)
		}
	}
}

func TestCompileReferenceRefusesWhatMayFindMany(t *testing.T) {
	for _, expr := range []string{"$.a[*]", "$..a", "$.a[0:1]", "$.a[0,1]", "$.a[?(@.b)]", "$.a.length()", "$['a','b']", "$.*"} {
		var syntax *SyntaxError
		if _, err := CompileReference(expr); !errors.As(err, &syntax) {
			t.Errorf("CompileReference(%s) = %v, want a *SyntaxError", expr, err)
		}
	}
}
