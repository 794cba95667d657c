// Package lambdas_test holds template.yaml to the program: what the template has and
// the program does not, or the other way round, fails a test here.
package lambdas_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/vacancy/vacancy"
)

// root is the repository.
const root = "../"

// template is the whole of it. A function in its short form, such as !Ref X, is read as
// in its long one, {"Ref": "X"}.
type template struct {
	Parameters, Rules, Conditions, Globals, Outputs object
	resources                                       map[string]resource
}

type object = map[string]any

// resource is one of the template's.
type resource struct {
	name, kind string
	whole      object
	properties object
}

func load(t *testing.T) template {
	t.Helper()
	parsed, err := parser.ParseBytes(vacancy.Template, 0)
	if err != nil {
		t.Fatal(err)
	}
	if len(parsed.Docs) != 1 {
		t.Fatalf("template.yaml has %d documents", len(parsed.Docs))
	}
	whole, ok := value(parsed.Docs[0].Body).(object)
	if !ok {
		t.Fatal("template.yaml is no mapping")
	}
	tpl := template{resources: map[string]resource{}}
	for name, into := range map[string]*object{"Parameters": &tpl.Parameters, "Rules": &tpl.Rules, "Conditions": &tpl.Conditions, "Globals": &tpl.Globals, "Outputs": &tpl.Outputs} {
		*into = whole[name].(object)
	}
	for name, r := range whole["Resources"].(object) {
		properties, _ := r.(object)["Properties"].(object)
		tpl.resources[name] = resource{name: name, kind: r.(object)["Type"].(string), whole: r.(object), properties: properties}
	}
	return tpl
}

// value reads a node. It panics on what templates do not have: anchors, for one, which
// CloudFormation refuses.
func value(n ast.Node) any {
	switch n := n.(type) {
	case *ast.TagNode:
		name := strings.TrimPrefix(n.Start.Value, "!")
		if name != "Ref" && name != "Condition" {
			name = "Fn::" + name
		}
		return object{name: value(n.Value)}
	case *ast.MappingNode:
		o := object{}
		for _, m := range n.Values {
			o[key(m)] = value(m.Value)
		}
		return o
	case *ast.MappingValueNode:
		return object{key(n): value(n.Value)}
	case *ast.SequenceNode:
		list := make([]any, len(n.Values))
		for i, item := range n.Values {
			list[i] = value(item)
		}
		return list
	case *ast.StringNode:
		return n.Value
	case *ast.LiteralNode:
		return n.Value.Value
	case *ast.BoolNode:
		return n.Value
	case *ast.IntegerNode:
		return fmt.Sprint(n.Value)
	case *ast.FloatNode:
		return fmt.Sprint(n.Value)
	case *ast.NullNode:
		return nil
	}
	panic(fmt.Sprintf("template.yaml: %T at %s", n, n.GetToken().Position))
}

func key(m *ast.MappingValueNode) string {
	if k, ok := m.Key.(*ast.StringNode); ok {
		return k.Value
	}
	return m.Key.String()
}

// of lists the resources of a type by name.
func (tpl template) of(kind string) []resource {
	var all []resource
	for _, name := range slices.Sorted(maps.Keys(tpl.resources)) {
		if tpl.resources[name].kind == kind {
			all = append(all, tpl.resources[name])
		}
	}
	return all
}

// must answers the resource of this name and type.
func (tpl template) must(t *testing.T, kind, name string) resource {
	t.Helper()
	r, ok := tpl.resources[name]
	if !ok || r.kind != kind {
		t.Fatalf("the template has no %s named %s", kind, name)
	}
	return r
}

// list makes a list of what may stand alone, too.
func list(v any) []any {
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		return v
	}
	return []any{v}
}

// at follows a path of keys.
func at(v any, path ...string) any {
	for _, name := range path {
		o, _ := v.(object)
		v = o[name]
	}
	return v
}

// arn writes what a resource in a policy is: functions as in a template's short form, and
// the common beginning of ARNs left out.
func arn(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case object:
		if sub, ok := v["Fn::Sub"].(string); ok {
			sub = strings.NewReplacer("arn:${AWS::Partition}:", "", ":${AWS::Region}:${AWS::AccountId}:", ":").Replace(sub)
			return sub
		}
		if ref, ok := v["Ref"].(string); ok {
			return ref
		}
		if get, ok := v["Fn::GetAtt"].(string); ok {
			return get
		}
	}
	return fmt.Sprint(v)
}

// refTo reports whether v is !Ref name.
func refTo(v any, name string) bool { return at(v, "Ref") == name }
