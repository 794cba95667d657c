package graph_test

import (
	"log/slog"
	"testing"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/imports"
	"github.com/vacancy/vacancy/internal/saga"
	"github.com/vacancy/vacancy/internal/saga/batch"
	"github.com/vacancy/vacancy/internal/step"
	"github.com/vacancy/vacancy/internal/store/sqlite"
)

// imports makes the service of imports, on a store of its own.
func (a *api) imports(log *slog.Logger, newID booking.NewID) *batch.Service {
	store, err := sqlite.OpenMemory(a.t.Context(), sqlite.Options{})
	if err != nil {
		a.t.Fatal(err)
	}
	a.t.Cleanup(func() { _ = store.Close() })
	injection, err := saga.NewInjection(saga.Development, 0, nil)
	if err != nil {
		a.t.Fatal(err)
	}
	a.batches = batch.NewService(store.Imports(), imports.Format{}, domainWorkflow{a.runner}, injection, a.clock.now, newID, log)
	return a.batches
}

const importDocument = `query($id: ID!) { import(id: $id) { id status dryRun rows rowsDone created unchanged duplicates refusedRows
	refused(first: 1) { line column reason } missingColumns failure { error cause } left { apartments } createdAt endedAt pollAfter } }`

func TestAnImportAndItsReport(t *testing.T) {
	a := newAPI(t)
	const csv = "id,price,price_type,city\n1,100,Monthly,\n2,free,Monthly,\n1,100,Monthly,\n3,x,Daily,\n"
	made := a.value(mary, `mutation($in: ImportApartmentsInput!) { importApartments(input: $in) { import { id status rows pollAfter } userErrors { code field message } } }`,
		map[string]any{"in": map[string]any{"csv": csv}})
	id, _ := at(made, "import.id").(string)
	if id == "" || at(made, "import.status") != "RECEIVED" || at(made, "import.pollAfter") == 0.0 {
		t.Fatalf("importApartments = %v", made)
	}
	steps := step.New(step.Services{Imports: a.batches})
	for _, call := range [][2]string{
		{"ImportProcess", `{"importId":"` + id + `"}`},
		{"ImportTransform", `{"importId":"` + id + `","chunk":0}`},
	} {
		if _, err := steps[call[0]](t.Context(), []byte(call[1])); err != nil {
			t.Fatalf("%s = %v", call[0], err)
		}
	}
	_, err := steps["ImportCommit"](t.Context(), []byte(`{"importId":"`+id+`"}`))
	if err == nil {
		t.Error("rows were refused and it was published")
	}
	got := a.value(mary, importDocument, map[string]any{"id": id})
	for path, want := range map[string]any{
		"status": "COMMITTING", "rows": 4.0, "rowsDone": 4.0, "created": 1.0, "duplicates": 1.0, "unchanged": 0.0, "refusedRows": 2.0,
		"refused.0.line": 3.0, "refused.0.column": "price", "refused.1": nil, "missingColumns.0": "cityname", "left": nil, "failure": nil, "endedAt": nil,
	} {
		if at(got, path) != want {
			t.Errorf("%s is %v, want %v", path, at(got, path), want)
		}
	}
	if node := a.value(otto, `query($id: ID!) { node(id: $id) { id } }`, map[string]any{"id": id}); at(node, "id") != id {
		t.Errorf("node = %v", node)
	}
	if node := a.value(ann, `query($id: ID!) { node(id: $id) { id } }`, map[string]any{"id": id}); node != nil {
		t.Errorf("a tenant's node = %v", node)
	}
	if code := a.code(mary, `query($id: ID!) { import(id: $id) { refused(first: 1001) { line } } }`, map[string]any{"id": id}); code != "INVALID_INPUT" {
		t.Errorf("a page of 1001 refusals: %q", code)
	}
}

func TestWhatCannotBeImported(t *testing.T) {
	a := newAPI(t)
	for _, in := range []map[string]any{
		{"csv": ""},
		{"csv": "id,price\n"},
		{"csv": "id,price,price_type\n", "runType": "failEverything"},
	} {
		made := a.value(mary, `mutation($in: ImportApartmentsInput!) { importApartments(input: $in) { import { id } userErrors { code } } }`, map[string]any{"in": in})
		if at(made, "import") != nil || userError(made) != "INVALID_INPUT" {
			t.Errorf("%v: %v", in, made)
		}
	}
	made := a.value(mary, `mutation { resumeImport(input: {importId: "imp_none"}) { import { id } userErrors { code } } }`, nil)
	if at(made, "import") != nil || userError(made) != "NOT_FOUND" {
		t.Errorf("resumeImport = %v", made)
	}
}
