package graph

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator"
	"pgregory.net/rapid"

	"github.com/vacancy/vacancy/graph/generated"
)

// TestPlainVariablesAreTheValidators: what is used as it came is what the validator would have
// made of it, and what it refuses is not used.
func TestPlainVariablesAreTheValidators(t *testing.T) {
	schema := generated.NewExecutableSchema(generated.Config{}).Schema()
	var inputs []string
	for _, name := range slices.Sorted(maps.Keys(schema.Types)) {
		if kind := schema.Types[name].Kind; kind == ast.InputObject || kind == ast.Scalar || kind == ast.Enum {
			inputs = append(inputs, name)
		}
	}
	seen := map[bool]int{}
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom(inputs).Draw(t, "type")
		typ := rapid.SampledFrom([]*ast.Type{
			ast.NamedType(name, nil), ast.NonNullNamedType(name, nil), ast.NonNullNamedType("ReserveApartmentInput", nil),
			ast.ListType(ast.NonNullNamedType(name, nil), nil),
		}).Draw(t, "of")
		definition := &ast.VariableDefinition{Variable: "in", Type: typ, Definition: schema.Types[typ.Name()]}
		op := &ast.OperationDefinition{VariableDefinitions: ast.VariableDefinitionList{definition}}
		given := map[string]any{"other": "not asked for"}
		if rapid.IntRange(0, 9).Draw(t, "given") > 0 {
			given["in"] = someValue(t, schema, typ, 3)
		}
		if rapid.IntRange(0, 9).Draw(t, "default") == 0 {
			definition.DefaultValue = &ast.Value{Kind: ast.NullValue}
		}

		got, ok := plainVariables(schema, op, given)
		seen[ok]++
		if !ok {
			return
		}
		want, err := validator.VariableValues(schema, op, given)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("%v as %s is used as %v; the validator: %v, %v", given, typ, got, want, err)
		}
	})
	if seen[true] == 0 || seen[false] == 0 {
		t.Errorf("%d plain and %d others say nothing", seen[true], seen[false])
	}
}

// someValue draws a value that is, mostly, of the type.
func someValue(t *rapid.T, schema *ast.Schema, typ *ast.Type, depth int) any {
	definition := schema.Types[typ.Name()]
	if definition.Kind != ast.InputObject || depth == 0 || rapid.IntRange(0, 12).Draw(t, "odd") == 0 {
		return rapid.SampledFrom([]any{"text", "text", "text", nil, true, json.Number("7"), []any{"text"}, map[string]any{}}).Draw(t, "value")
	}
	object := map[string]any{}
	for _, field := range definition.Fields {
		if field.Type.NonNull && rapid.IntRange(0, 12).Draw(t, "there") > 0 || rapid.Bool().Draw(t, "optional") {
			object[field.Name] = someValue(t, schema, field.Type, depth-1)
		}
	}
	if rapid.IntRange(0, 12).Draw(t, "more") == 0 {
		object[rapid.SampledFrom([]string{"unknown", "__typename"}).Draw(t, "name")] = "text"
	}
	return object
}

// TestPlainVariables has one of each kind that is used as it came, and that is not.
func TestPlainVariables(t *testing.T) {
	schema := generated.NewExecutableSchema(generated.Config{}).Schema()
	input := ast.NonNullNamedType("ReserveApartmentInput", nil)
	for _, c := range []struct {
		what  string
		typ   *ast.Type
		value any
		want  bool
	}{
		{"an input", input, map[string]any{"apartmentId": "a", "idempotencyKey": "k"}, true},
		{"text", ast.NamedType("String", nil), "a", true},
		{"null where it may be", ast.NamedType("ID", nil), nil, true},
		{"null where it may not be", input, nil, false},
		{"null in an input", input, map[string]any{"apartmentId": nil, "idempotencyKey": "k"}, false},
		{"less than is asked for", input, map[string]any{"apartmentId": "a"}, false},
		{"more than is asked for", input, map[string]any{"apartmentId": "a", "idempotencyKey": "k", "role": "MANAGER"}, false},
		{"a number", ast.NamedType("Int", nil), json.Number("1"), false},
		{"a number for text", ast.NamedType("String", nil), json.Number("1"), false},
		{"an enum", ast.NamedType("ApartmentStatus", nil), "VACANT", false},
		{"a list", ast.ListType(ast.NamedType("String", nil), nil), []any{"a"}, false},
	} {
		op := &ast.OperationDefinition{VariableDefinitions: ast.VariableDefinitionList{{Variable: "in", Type: c.typ}}}
		if _, ok := plainVariables(schema, op, map[string]any{"in": c.value}); ok != c.want {
			t.Errorf("%s: used as it came %v, want %v", c.what, ok, c.want)
		}
	}
}
