package definition

import (
	"bytes"
	"fmt"
	"path"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"github.com/vacancy/vacancy/internal/asl"
)

// Types of state machines in templates.
const (
	samMachine            = "AWS::Serverless::StateMachine"
	cloudFormationMachine = "AWS::StepFunctions::StateMachine"
)

// looksLikeTemplate says whether it is worth to read JSON as a template.
func looksLikeTemplate(content []byte) bool {
	return bytes.Contains(content, []byte(`"Resources"`)) &&
		(bytes.Contains(content, []byte(samMachine)) || bytes.Contains(content, []byte(cloudFormationMachine)))
}

func isTemplate(root ast.Node) bool {
	return member(root, "Resources") != nil && member(root, "States") == nil
}

// readTemplate reads the state machines of a template.
func readTemplate(file string, root ast.Node, open Opener) ([]Definition, error) {
	var all []Definition
	for _, resource := range membersOf(member(root, "Resources")) {
		kind, _ := text(member(resource.Value, "Type"))
		if kind != samMachine && kind != cloudFormationMachine {
			continue
		}
		d, err := readResource(file, keyOf(resource), resource.Value, open)
		if err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	if len(all) == 0 {
		return nil, &Error{Place{File: file}, fmt.Sprintf("the template has no state machine: no resource is of the type %s or %s", samMachine, cloudFormationMachine)}
	}
	return all, nil
}

func readResource(file, id string, resource ast.Node, open Opener) (Definition, error) {
	properties := member(resource, "Properties")
	d, filledIn, err := readProperties(file, id, properties, open)
	if err != nil {
		return Definition{}, err
	}
	d.Name = id
	if kind, ok := text(firstOf(properties, "Type", "StateMachineType")); ok {
		d.Type = asl.MachineType(strings.ToUpper(kind))
	}
	d.substitutions = readSubstitutions(file, member(properties, "DefinitionSubstitutions"), filledIn)
	return d, nil
}

// readProperties reads the definition, which a template may hold in four ways, and
// answers the placeholders that the template itself fills in.
func readProperties(file, id string, properties ast.Node, open Opener) (Definition, []string, error) {
	if location := member(properties, "DefinitionS3Location"); location != nil {
		return inBucket(file, id, location), nil, nil
	}
	if uri := member(properties, "DefinitionUri"); uri != nil {
		name, ok := text(uri)
		if !ok || strings.HasPrefix(name, "s3://") {
			return inBucket(file, id, uri), nil, nil
		}
		content, err := open(name)
		if err != nil {
			return Definition{}, nil, &Error{placeOf(file, uri), fmt.Sprintf("the DefinitionUri of %s cannot be read: %v", id, err)}
		}
		read, err := Read(path.Join(path.Dir(file), name), content, func(string) ([]byte, error) { return nil, fmt.Errorf("%s is a template itself", name) })
		if err != nil {
			return Definition{}, nil, err
		}
		return read[0], nil, nil
	}
	if written := member(properties, "DefinitionString"); written != nil {
		return readString(file, id, written)
	}
	if object := member(properties, "Definition"); object != nil {
		return fromYAML(file, object)
	}
	return Definition{}, nil, &Error{placeOf(file, properties), fmt.Sprintf("%s has neither Definition nor DefinitionString nor DefinitionUri", id)}
}

// inBucket is a definition that Step Functions reads from S3.
func inBucket(file, id string, location ast.Node) Definition {
	return Definition{elsewhere: &Error{placeOf(file, location), fmt.Sprintf("the definition of %s is in a bucket, so it is not read; name a file beside the template", id)}}
}

// readString reads a DefinitionString: text, or the text that Fn::Sub or Fn::Join makes.
func readString(file, id string, n ast.Node) (Definition, []string, error) {
	place := placeOf(file, n)
	var content string
	var block *ast.LiteralNode
	if function, ok := cloudFormationFunction(n); ok {
		content = function
		block = literalOf(n)
	} else if content, ok = text(n); ok {
		block = literalOf(n)
	} else {
		return Definition{}, nil, &Error{place, fmt.Sprintf("the DefinitionString of %s is no text", id)}
	}
	d := fromJSON(file, []byte(content))
	if block != nil && block.Value.Value == content {
		// The content of a block begins on the line below its sign; how far it is
		// indented, only the text as written tells.
		d.places.shift = block.Start.Position.Line
		written, stripped := block.Value.GetToken().Origin, block.Value.Value
		d.places.indent = max(0, strings.Index(written, strings.TrimRight(firstLine(stripped), " ")))
	} else {
		d.places.fixed = &place
	}
	return d, placeholderNames(content), nil
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// literalOf answers the block of text that a value, or the argument of its function, is.
func literalOf(n ast.Node) *ast.LiteralNode {
	switch n := n.(type) {
	case *ast.LiteralNode:
		return n
	case *ast.TagNode:
		return literalOf(n.Value)
	}
	if argument := member(n, "Fn::Sub"); argument != nil {
		return literalOf(argument)
	}
	return nil
}

func firstOf(n ast.Node, names ...string) ast.Node {
	for _, name := range names {
		if v := member(n, name); v != nil {
			return v
		}
	}
	return nil
}

// text answers a scalar that is text.
func text(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	}
	return "", false
}
