package jsonpath

import "testing"

func BenchmarkGet(b *testing.B) {
	doc := decode(b, []byte(`{"a": {"b": {"c": 1}}, "list": [{"n": 1, "s": "x"}, {"n": 2, "s": "y"}, {"n": 3, "s": "x"}]}`))
	for _, c := range []struct{ name, expr string }{
		{"root", "$"},
		{"names", "$.a.b"},
		{"index", "$.list[1].n"},
		{"missing", "$.a.nope"},
		{"wildcard", "$.list[*].n"},
		{"filter", "$.list[?(@.s == 'x' && @.n > 1)].n"},
		{"scan", "$..n"},
	} {
		p, err := Compile(c.expr)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = p.Get(doc)
			}
		})
	}
}

func BenchmarkSet(b *testing.B) {
	doc := decode(b, []byte(`{"a": {"b": 1}, "c": 2, "d": 3, "e": 4}`))
	p, err := CompileReference("$.a.result")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Set(doc, "x"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCompile(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Compile("$.reservation.lines[?(@.price > 10)].sku"); err != nil {
			b.Fatal(err)
		}
	}
}

// TestGetDoesNotAllocate holds the promise that following names costs no memory.
func TestGetDoesNotAllocate(t *testing.T) {
	doc := decode(t, []byte(`{"a": {"b": [{"c": 1}]}}`))
	p, err := Compile("$.a.b[0].c")
	if err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(100, func() { _, _ = p.Get(doc) }); n != 0 {
		t.Errorf("Get allocates %v times", n)
	}
}
