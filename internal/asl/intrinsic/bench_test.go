package intrinsic

import "testing"

func BenchmarkEval(b *testing.B) {
	env := testEnv{input: decode(b, []byte(`{"name": "Ada", "n": 5, "list": [1, 2, 3, 4, 5, 6, 7, 8], "object": {"a": 1, "b": [true, null]}}`))}
	for _, c := range []struct{ name, expr string }{
		{"format", "States.Format('Hello {}, you have {} messages', $.name, $.n)"},
		{"add", "States.MathAdd($.n, -1)"},
		{"contains", "States.ArrayContains($.list, 8)"},
		{"string", "States.JsonToString($.object)"},
		{"nested", "States.ArrayLength(States.ArrayPartition($.list, 2))"},
		{"uuid", "States.UUID()"},
	} {
		call, err := Compile(c.expr)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := call.Eval(env); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
