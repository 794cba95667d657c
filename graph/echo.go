package graph

import (
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// withoutEcho takes out of an error about a request what the caller wrote as a value: it may
// be a secret that was put in the wrong place, and answers end in logs of other people. Names
// of fields, types and variables stay; they say where to look.
func withoutEcho(err *gqlerror.Error) {
	if len(err.Path) > 2 { // keys of a variable's value
		err.Path = err.Path[:2]
	}
	switch {
	case err.Rule == "ValuesOfCorrectType":
		err.Message = withoutValue(err.Message)
	case err.Rule != "": // of the other rules, which name names only
	case len(err.Path) > 0 && err.Path[0] == ast.PathName("variable"):
		err.Message = withoutVariable(err.Message)
	case strings.HasPrefix(err.Message, "operation "):
		err.Message = "there is no operation of this name in the document"
	default: // the parser's: what it found stands in quotes
		err.Message, _, _ = strings.Cut(err.Message, ` "`)
	}
}

// withoutValue cuts a message of the rule about values where it says which it found.
func withoutValue(message string) string {
	if strings.HasPrefix(message, "Value ") {
		return "a value does not exist in its enum"
	}
	for _, before := range []string{", found ", " value: "} {
		if kept, _, ok := strings.Cut(message, before); ok {
			return kept + ", found another value"
		}
	}
	return message
}

// withoutVariable keeps what is said of a variable's type.
func withoutVariable(message string) string {
	if _, enum, ok := strings.Cut(message, " is not a valid "); ok {
		return "the value is not a valid " + enum
	}
	return message
}
