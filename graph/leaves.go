package graph

import (
	"bytes"
	"slices"
	"strconv"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/vacancy/vacancy/graph/model"
)

// write appends a value of the response as JSON. It reports false, and what it appended is
// to be thrown away, for a value that the executor has to complain about: null where the
// schema allows none.
type write[T any] func(out []byte, of *T) ([]byte, bool)

// leaves are the fields of a type whose value is in the object itself, with no resolver
// between. Each answers how it is written with a selection set; nil: that set asks for
// something else.
type leaves[T any] map[string]func(ast.SelectionSet) write[T]

// selection answers how an object is written with a selection set, and nil when it asks for
// anything but leaves, each once and unconditionally: that is for the executor.
func (l leaves[T]) selection(set ast.SelectionSet) write[T] {
	type member struct {
		key   string // with the punctuation before its value
		write write[T]
	}
	members := make([]member, 0, len(set))
	var aliases []string
	for _, selected := range set {
		field, ok := selected.(*ast.Field)
		if !ok || len(field.Directives) > 0 || slices.Contains(aliases, field.Alias) || guarded(field.Definition) {
			return nil
		}
		leaf, ok := l[field.Name]
		if !ok {
			return nil
		}
		value := leaf(field.SelectionSet)
		if value == nil {
			return nil
		}
		aliases = append(aliases, field.Alias)
		key := `,"` + field.Alias + `":` // a name has nothing to escape (GraphQL, section 2.1.9)
		if len(members) == 0 {
			key = "{" + key[1:]
		}
		members = append(members, member{key, value})
	}
	return func(out []byte, of *T) (_ []byte, ok bool) {
		for _, m := range members {
			if out, ok = m.write(append(out, m.key...), of); !ok {
				return out, false
			}
		}
		return append(out, '}'), true
	}
}

// guarded reports whether the schema has more to say of a field than its type: a directive
// such as @allow, which only the executor obeys, or arguments.
func guarded(field *ast.FieldDefinition) bool {
	return field == nil || len(field.Directives) > 0 || len(field.Arguments) > 0
}

// leaf is a field without a selection set.
func leaf[T any](w write[T]) func(ast.SelectionSet) write[T] {
	return func(ast.SelectionSet) write[T] { return w }
}

// typename is the field that tells the object's type.
func typename[T any](name string) func(ast.SelectionSet) write[T] {
	return leaf(func(out []byte, _ *T) ([]byte, bool) { return appendText(out, name), true })
}

// textLeaf is a String!, an ID! or an enum.
func textLeaf[T any, S ~string](of func(*T) S) func(ast.SelectionSet) write[T] {
	return leaf(func(out []byte, v *T) ([]byte, bool) { return appendText(out, string(of(v))), true })
}

// intLeaf is an Int!.
func intLeaf[T any, I int | int64](of func(*T) I) func(ast.SelectionSet) write[T] {
	return leaf(func(out []byte, v *T) ([]byte, bool) { return strconv.AppendInt(out, int64(of(v)), 10), true })
}

// timeLeaf is a DateTime; a required one is not null.
func timeLeaf[T any](of func(*T) time.Time, required bool) func(ast.SelectionSet) write[T] {
	return leaf(func(out []byte, v *T) ([]byte, bool) {
		t := of(v)
		return model.AppendDateTime(out, t), !t.IsZero() || !required
	})
}

// object is a field that is an object of leaves itself; null where there is none.
func object[T, In any](of func(*T) *In, in leaves[In]) func(ast.SelectionSet) write[T] {
	return func(set ast.SelectionSet) write[T] {
		inner := in.selection(set)
		if inner == nil {
			return nil
		}
		return func(out []byte, v *T) ([]byte, bool) {
			if o := of(v); o != nil {
				return inner(out, o)
			}
			return append(out, "null"...), true
		}
	}
}

// list is a field that is a list of objects of leaves.
func list[T, In any](of func(*T) []In, in leaves[In]) func(ast.SelectionSet) write[T] {
	return func(set ast.SelectionSet) write[T] {
		inner := in.selection(set)
		if inner == nil {
			return nil
		}
		return func(out []byte, v *T) (_ []byte, ok bool) {
			out = append(out, '[')
			for i, items := 0, of(v); i < len(items); i++ {
				if i > 0 {
					out = append(out, ',')
				}
				if out, ok = inner(out, &items[i]); !ok {
					return out, false
				}
			}
			return append(out, ']'), true
		}
	}
}

// orNullLeaf is a leaf that may be null.
func orNullLeaf[T, V any](of func(*T) *V, value func([]byte, V) []byte) func(ast.SelectionSet) write[T] {
	return leaf(func(out []byte, v *T) ([]byte, bool) {
		if found := of(v); found != nil {
			return value(out, *found), true
		}
		return append(out, "null"...), true
	})
}

// appendText appends a JSON string as gqlgen writes it.
func appendText(out []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c == '"' || c == '\\' {
			var escaped bytes.Buffer
			graphql.MarshalString(text).MarshalGQL(&escaped)
			return append(out, escaped.Bytes()...)
		}
	}
	return append(append(append(out, '"'), text...), '"')
}
