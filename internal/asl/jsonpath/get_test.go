package jsonpath

import (
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"
)

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

// readTable reads a file of testdata.
func readTable(t testing.TB, name string, into any) {
	t.Helper()
	src, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(src, into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

func TestGet(t *testing.T) {
	var table struct {
		Documents map[string]json.RawMessage
		Cases     []struct {
			About, On, Path string
			Want            json.RawMessage
			Error           string
		}
	}
	readTable(t, "get.json", &table)
	for _, c := range table.Cases {
		t.Run(c.About, func(t *testing.T) {
			p, err := Compile(c.Path)
			if err != nil {
				t.Fatal(err)
			}
			got, err := p.Get(decode(t, table.Documents[c.On]))
			if c.Error != "" {
				var missing *NotFoundError
				if !errors.As(err, &missing) || err.Error() != c.Error {
					t.Fatalf("Get(%s) = %v, %v; want the error %q", c.Path, got, err, c.Error)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if want := decode(t, c.Want); !reflect.DeepEqual(got, want) {
				t.Errorf("Get(%s) = %v, want %v", c.Path, got, want)
			}
			if _, isArray := got.([]any); !isArray && !p.Definite() {
				t.Errorf("Get(%s): an indefinite path answered %T", c.Path, got)
			}
		})
	}
}
