package definition

import (
	"regexp"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// cloudFormationFunction answers a function of CloudFormation, in its short form (!Sub)
// or its long one ({"Fn::Sub": …}, {"Ref": …}), as the text it makes, with a placeholder
// for what only the deployment knows.
func cloudFormationFunction(n ast.Node) (string, bool) {
	name, argument := functionOf(n)
	switch name {
	case "":
		return "", false
	case "Sub":
		if s, ok := text(argument); ok {
			return s, true
		}
		if list, ok := argument.(*ast.SequenceNode); ok && len(list.Values) > 0 {
			if s, ok := text(list.Values[0]); ok {
				return s, true
			}
		}
	case "Ref":
		if s, ok := text(argument); ok {
			return "${" + s + "}", true
		}
	case "GetAtt":
		if s, ok := text(argument); ok {
			return "${" + s + "}", true
		}
	case "Join":
		if s, ok := joined(argument); ok {
			return s, true
		}
	}
	return "${" + name + "}", true
}

// functionOf answers the function's name without "!" or "Fn::", and its argument.
func functionOf(n ast.Node) (name string, argument ast.Node) {
	if tag, ok := n.(*ast.TagNode); ok {
		short := strings.TrimPrefix(tag.Start.Value, "!")
		if short == "" || strings.HasPrefix(short, "!") {
			return "", nil // a tag of YAML itself: !!str
		}
		return short, tag.Value
	}
	members := membersOf(n)
	if len(members) != 1 {
		return "", nil
	}
	key := keyOf(members[0])
	if key == "Ref" {
		return key, members[0].Value
	}
	if long, ok := strings.CutPrefix(key, "Fn::"); ok {
		return long, members[0].Value
	}
	return "", nil
}

// joined answers what Fn::Join makes of a list of text and functions.
func joined(argument ast.Node) (string, bool) {
	pair, ok := argument.(*ast.SequenceNode)
	if !ok || len(pair.Values) != 2 {
		return "", false
	}
	separator, ok := text(pair.Values[0])
	list, isList := pair.Values[1].(*ast.SequenceNode)
	if !ok || !isList {
		return "", false
	}
	var parts []string
	for _, item := range list.Values {
		part, ok := text(item)
		if !ok {
			if part, ok = cloudFormationFunction(item); !ok {
				return "", false
			}
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, separator), true
}

var placeholderPattern = regexp.MustCompile(`\$\{([^!}][^}]*)\}`)

// placeholderNames answers the names of the placeholders ${Name} in a text.
func placeholderNames(s string) []string {
	var names []string
	for _, found := range placeholderPattern.FindAllStringSubmatch(s, -1) {
		names = append(names, found[1])
	}
	return names
}
