package graph_test

import (
	"encoding/json"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vacancy/vacancy/graph"
)

// FuzzRequest sends any body: the answer is JSON, small, and no fault of ours; what is
// asked for in development (introspection) as well.
func FuzzRequest(f *testing.F) {
	for _, body := range []string{
		quoted("{ __typename }"), quoted(reserveDocument), quoted(fragments(5)), quoted(nested(3, " id ")),
		quoted("{ __schema { types { name fields { name } } } }"),
		`{"query": "query($f: ApartmentFilter) { apartments(filter: $f) { edges { node { id } } } }", "variables": {"f": {"state": "wa", "price": {"min": 1}}}}`,
		`{"query": "mutation($in: ReserveApartmentInput!) { reserveApartment(input: $in) { reservation { id apartment { id } } userErrors { code } } }", "variables": {"in": {"apartmentId": "apt_000001", "idempotencyKey": "k"}}}`,
		`{"query": "mutation($in: StartExecutionInput!) { startExecution(input: $in) { execution { input } userErrors { code } } }", "variables": {"in": {"machine": "reservation", "name": "n", "input": [1, {"a": null}]}}}`,
		`{"query": "query a @skip(if: true) { __typename } query b { ...f } fragment f on Query { node(id: \"\"\"x\"\"\") { id } }", "operationName": "b"}`,
		`[]`, `{"query": 1}`, "\x00", `{"query":"{a(b:\"\\ud800\")}"}`,
	} {
		f.Add(body)
	}
	a := newAPI(f, func(c *graph.Config) { c.Development = true })
	for i := range 10 {
		a.create(i + 1)
	}
	token := a.token(mary)
	f.Fuzz(func(t *testing.T, body string) {
		got := a.post(token, body)
		if !json.Valid(got.Body.Bytes()) {
			t.Fatalf("no JSON: %q", got.Body)
		}
		if got.Code >= 500 || strings.Contains(got.Body.String(), `"code":"INTERNAL"`) {
			t.Fatalf("status %d: %s\n%s", got.Code, got.Body, a.log)
		}
		if got.Body.Len() > 64<<10 && !strings.Contains(body, "__") {
			t.Fatalf("an answer of %d bytes", got.Body.Len())
		}
	})
}

// TestManyDocumentsCostLittle: 400 different documents, each with as many fields as may be,
// leave a bounded number behind.
func TestManyDocumentsCostLittle(t *testing.T) {
	a := newAPI(t)
	token := a.token(ann)
	before := heap()
	took := make([]time.Duration, 0, 400)
	for i := range cap(took) {
		document := quoted("query q" + strings.Repeat("x", i) + " { apartment(id: \"x\") {" + strings.Repeat(" "+scalars, 40) + "} }")
		began := time.Now()
		if got := a.post(token, document); got.Code != 200 {
			t.Fatalf("document %d: status %d, %.200s", i, got.Code, got.Body)
		}
		took = append(took, time.Since(began))
	}
	if grown := int64(heap()) - int64(before); grown > 80<<20 {
		t.Errorf("the heap grew by %d MiB", grown>>20)
	}
	// The median: the machine may be busy with something else.
	slices.Sort(took)
	if median := took[len(took)/2]; median > mostTime/5 {
		t.Errorf("half of them took more than %s", median)
	}
	runtime.KeepAlive(a)
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
