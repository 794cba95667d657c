package graph

import (
	"github.com/vektah/gqlparser/v2/ast"
)

// plainVariables answers the values of an operation's variables where each is text, or an
// object of text, of just the type that is asked for: they are then used as they came. ok is
// false for all others, right or wrong: those the validator looks at, by reflection, and
// coerces or refuses.
func plainVariables(schema *ast.Schema, op *ast.OperationDefinition, given map[string]any) (values map[string]any, ok bool) {
	values = make(map[string]any, len(op.VariableDefinitions))
	for _, v := range op.VariableDefinitions {
		value, there := given[v.Variable]
		switch {
		case there && plain(schema, v.Type, value):
			values[v.Variable] = value
		case there || v.DefaultValue != nil || v.Type.NonNull:
			return nil, false
		}
	}
	return values, true
}

func plain(schema *ast.Schema, typ *ast.Type, value any) bool {
	if value == nil {
		return !typ.NonNull
	}
	switch typ.NamedType {
	case "": // a list
		return false
	case "String", "ID":
		_, ok := value.(string)
		return ok
	}
	object, ok := value.(map[string]any)
	definition := schema.Types[typ.NamedType]
	if !ok || definition == nil || definition.Kind != ast.InputObject {
		return false
	}
	known := 0
	for _, field := range definition.Fields {
		value, there := object[field.Name]
		switch {
		case there && plain(schema, field.Type, value):
			known++
		case there || field.Type.NonNull:
			return false
		}
	}
	return known == len(object)
}
