package jsonpath

import (
	"encoding/json"
	"errors"
	"testing"
)

// FuzzGet compiles and evaluates anything: it must not panic, must end, and keep
// to its errors and to what Definite says.
func FuzzGet(f *testing.F) {
	var table struct {
		Documents map[string]json.RawMessage
		Cases     []struct{ On, Path string }
	}
	readTable(f, "get.json", &table)
	for _, c := range table.Cases {
		f.Add(c.Path, string(table.Documents[c.On]))
	}
	f.Fuzz(func(t *testing.T, expr, doc string) {
		if len(expr) > 500 || len(doc) > 4000 || !json.Valid([]byte(doc)) {
			return
		}
		p, err := Compile(expr)
		if err != nil {
			var syntax *SyntaxError
			if !errors.As(err, &syntax) || syntax.Offset < 0 || syntax.Offset > len(expr) {
				t.Fatalf("Compile(%q): %v", expr, err)
			}
			_ = err.Error()
			return
		}
		if again, err := Compile(p.String()); err != nil || again.Definite() != p.Definite() || again.Root() != p.Root() {
			t.Fatalf("Compile(%q) again: %v, %v", expr, again, err)
		}
		root := decode(t, []byte(doc))
		v, err := p.Get(root)
		var missing *NotFoundError
		var limit *LimitError
		switch {
		case errors.As(err, &missing):
			if !p.Definite() {
				t.Fatalf("Get(%s): an indefinite path failed: %v", expr, err)
			}
			_, _, _, _ = missing.Error(), missing.FieldCause("f", doc), missing.ArgumentCause("c", doc), missing.StepCause(doc)
		case errors.As(err, &limit):
		case err != nil:
			t.Fatalf("Get(%s): %v", expr, err)
		default:
			if _, isArray := v.([]any); !isArray && !p.Definite() {
				t.Fatalf("Get(%s): an indefinite path answered %T", expr, v)
			}
		}
		if ref, err := CompileReference(expr); err == nil {
			if changed, err := ref.Set(root, "put"); err == nil {
				if got, err := ref.Get(changed); err != nil || got != "put" {
					t.Fatalf("Get(%s) after Set = %v, %v", expr, got, err)
				}
			}
		}
	})
}
