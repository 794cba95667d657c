package jsonata

import (
	"testing"
	"time"
)

// BenchmarkEval evaluates what definitions are made of.
func BenchmarkEval(b *testing.B) {
	vars := map[string]any{
		"states": decode(b, []byte(`{"input": {"reservation": {"id": "r-1", "price": 12000, "status": "HELD"}, "lines": [
			{"sku": "a", "price": 10, "quantity": 2}, {"sku": "b", "price": 5.5, "quantity": 4}, {"sku": "c", "price": 1, "quantity": 1}]}}`)),
		"limit": decode(b, []byte("3")),
	}
	for _, c := range []struct{ name, expr string }{
		{"path", "$states.input.reservation.price"},
		{"condition", "$states.input.reservation.status = 'HELD' and $states.input.reservation.price > 0"},
		{"template", "'reservation ' & $states.input.reservation.id & ' of ' & $states.input.reservation.price"},
		{"object", "{'id': $states.input.reservation.id, 'amount': $states.input.reservation.price}"},
		{"filter", "$states.input.lines[quantity < $limit].sku"},
		{"sum", "$sum($states.input.lines.(price * quantity))"},
		{"lambda", "$map($states.input.lines, function($l){$l.price * $l.quantity})"},
	} {
		e, err := Compile(c.expr)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := e.Eval(vars, nil, time.Time{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkCompile(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Compile("$states.input.lines[quantity < $limit].{'sku': sku, 'total': price * quantity}"); err != nil {
			b.Fatal(err)
		}
	}
}
