package graph

import (
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"

	"github.com/vacancy/vacancy/graph/generated"
	"github.com/vacancy/vacancy/graph/model"
)

// TestGuardedFieldsAreNoLeaves: a field that the schema lets only some roles see is left to the
// executor, even if somebody lists it among the leaves.
func TestGuardedFieldsAreNoLeaves(t *testing.T) {
	listed := leaves[model.Reservation]{
		"id":        reservationLeaves["id"],
		"execution": typename[model.Reservation]("shown to anybody"),
	}
	schema := generated.NewExecutableSchema(generated.Config{}).Schema()
	for selection, want := range map[string]bool{"id": true, "execution { status }": false} {
		doc, err := parser.ParseQuery(&ast.Source{Input: `{ reservation(id: "res_1") { ` + selection + ` } }`})
		if err != nil {
			t.Fatal(err)
		}
		if errs := validator.ValidateWithRules(schema, doc, nil); errs != nil {
			t.Fatal(errs)
		}
		set := doc.Operations[0].SelectionSet[0].(*ast.Field).SelectionSet
		if got := listed.selection(set) != nil; got != want {
			t.Errorf("%s is written at once: %v, want %v", selection, got, want)
		}
	}
}
