package definition

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// Bounds of what YAML may become: anchors let a small file name itself many times.
const (
	maxYAMLDepth = 200
	maxYAMLBytes = 8 << 20
)

// parseYAML answers the one document of a file.
func parseYAML(file string, content []byte) (ast.Node, error) {
	parsed, err := parser.ParseBytes(content, 0)
	if err != nil {
		place := Place{File: file}
		message := err.Error()
		var syntax *yaml.SyntaxError
		if errors.As(err, &syntax) {
			message = syntax.Message
			if syntax.Token != nil {
				place = Place{file, syntax.Token.Position.Line, syntax.Token.Position.Column}
			}
		}
		return nil, &Error{place, "not YAML: " + message}
	}
	var body ast.Node
	for _, document := range parsed.Docs {
		if document.Body == nil || document.Body.Type() == ast.CommentType {
			continue
		}
		if body != nil {
			return nil, &Error{placeOf(file, document.Body), "there is a second document; a file holds one definition"}
		}
		body = document.Body
	}
	if body == nil {
		return nil, &Error{Place{File: file}, "the file is empty"}
	}
	return body, nil
}

func placeOf(file string, n ast.Node) Place {
	t := first(n)
	if t == nil {
		return Place{File: file}
	}
	return Place{file, t.Position.Line, t.Position.Column}
}

// first is the token that a person sees a node begin with: of a mapping its first key.
func first(n ast.Node) *token.Token {
	switch n := n.(type) {
	case nil:
		return nil
	case *ast.MappingNode:
		if !n.IsFlowStyle && len(n.Values) > 0 {
			return first(n.Values[0].Key)
		}
	case *ast.MappingValueNode:
		return first(n.Key)
	case *ast.SequenceNode:
		if !n.IsFlowStyle && len(n.Values) > 0 {
			return first(n.Values[0])
		}
	}
	return n.GetToken()
}

// fromYAML writes a node as JSON and notes where each value stands. It also answers the
// placeholders that it wrote for CloudFormation's functions.
func fromYAML(file string, n ast.Node) (Definition, []string, error) {
	w := &jsonWriter{file: file, anchors: map[string]ast.Node{}}
	if err := w.value(n, 0); err != nil {
		return Definition{}, nil, err
	}
	source := w.out.Bytes()
	return Definition{Source: source, places: places{file: file, marks: w.marks, lines: lineStarts(source)}}, w.filledIn, nil
}

// jsonWriter writes YAML as JSON, on one line.
type jsonWriter struct {
	file    string
	out     bytes.Buffer
	marks   []mark
	anchors map[string]ast.Node
	// filledIn are the placeholders that it wrote for CloudFormation's functions.
	filledIn []string
}

func (w *jsonWriter) value(n ast.Node, depth int) error {
	if depth > maxYAMLDepth || w.out.Len() > maxYAMLBytes {
		return &Error{placeOf(w.file, n), fmt.Sprintf("it is nested deeper than %d or larger than %d bytes", maxYAMLDepth, maxYAMLBytes)}
	}
	if function, ok := cloudFormationFunction(n); ok {
		w.mark(n)
		w.text(function)
		w.filledIn = append(w.filledIn, placeholderNames(function)...)
		return nil
	}
	switch n := n.(type) {
	case *ast.AnchorNode:
		w.anchors[n.Name.String()] = n.Value
		return w.value(n.Value, depth+1)
	case *ast.AliasNode:
		target, ok := w.anchors[n.Value.String()]
		if !ok {
			return &Error{placeOf(w.file, n), fmt.Sprintf("there is no anchor named %q before it", n.Value.String())}
		}
		return w.value(target, depth+1)
	case *ast.TagNode:
		return w.value(n.Value, depth+1)
	case *ast.MappingNode:
		return w.object(n, n.Values, depth)
	case *ast.MappingValueNode:
		return w.object(n, []*ast.MappingValueNode{n}, depth)
	case *ast.SequenceNode:
		w.mark(n)
		w.out.WriteByte('[')
		for i, item := range n.Values {
			if i > 0 {
				w.out.WriteByte(',')
			}
			if err := w.value(item, depth+1); err != nil {
				return err
			}
		}
		w.out.WriteByte(']')
		return nil
	}
	w.mark(n)
	return w.scalar(n)
}

func (w *jsonWriter) object(n ast.Node, members []*ast.MappingValueNode, depth int) error {
	w.mark(n)
	w.out.WriteByte('{')
	comma := false
	var write func(members []*ast.MappingValueNode) error
	write = func(members []*ast.MappingValueNode) error {
		for _, m := range members {
			if m.Key.IsMergeKey() {
				merged, err := w.merged(m.Value)
				if err != nil {
					return err
				}
				if err := write(merged); err != nil {
					return err
				}
				continue
			}
			if comma {
				w.out.WriteByte(',')
			}
			comma = true
			w.mark(m.Key)
			w.text(keyOf(m))
			w.out.WriteByte(':')
			if err := w.value(m.Value, depth+1); err != nil {
				return err
			}
		}
		return nil
	}
	if err := write(members); err != nil {
		return err
	}
	w.out.WriteByte('}')
	return nil
}

// merged answers the members that "<<" brings in.
func (w *jsonWriter) merged(n ast.Node) ([]*ast.MappingValueNode, error) {
	target := n
	if alias, ok := n.(*ast.AliasNode); ok {
		target = w.anchors[alias.Value.String()]
	}
	if members := membersOf(target); members != nil {
		return members, nil
	}
	return nil, &Error{placeOf(w.file, n), "a merge key needs the anchor of a mapping"}
}

func (w *jsonWriter) scalar(n ast.Node) error {
	switch n := n.(type) {
	case *ast.NullNode:
		w.out.WriteString("null")
	case *ast.BoolNode:
		w.out.WriteString(strconv.FormatBool(n.Value))
	case *ast.IntegerNode, *ast.FloatNode:
		if raw := []byte(n.GetToken().Value); json.Valid(raw) {
			w.out.Write(raw)
			return nil
		}
		number, err := json.Marshal(n.(ast.ScalarNode).GetValue())
		if err != nil {
			return &Error{placeOf(w.file, n), "JSON has no such number: " + n.String()}
		}
		w.out.Write(number)
	case *ast.StringNode:
		w.text(n.Value)
	case *ast.LiteralNode:
		w.text(n.Value.Value)
	default:
		return &Error{placeOf(w.file, n), "JSON has no such value: " + n.String()}
	}
	return nil
}

func (w *jsonWriter) mark(n ast.Node) {
	if t := first(n); t != nil {
		w.marks = append(w.marks, mark{w.out.Len(), t.Position.Line, t.Position.Column})
	}
}

func (w *jsonWriter) text(s string) {
	quoted, _ := json.Marshal(s) // a string is always JSON
	w.out.Write(quoted)
}

// membersOf answers the members of a mapping, nil if it is none.
func membersOf(n ast.Node) []*ast.MappingValueNode {
	switch n := n.(type) {
	case *ast.MappingNode:
		return n.Values
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}
	case *ast.AnchorNode:
		return membersOf(n.Value)
	}
	return nil
}

// member answers the value of a member of a mapping, nil if there is none.
func member(n ast.Node, name string) ast.Node {
	for _, m := range membersOf(n) {
		if keyOf(m) == name {
			return m.Value
		}
	}
	return nil
}

func keyOf(m *ast.MappingValueNode) string {
	if s, ok := m.Key.(*ast.StringNode); ok {
		return s.Value
	}
	return m.Key.GetToken().Value
}
