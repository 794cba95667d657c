package client

import (
	"embed"
	"regexp"
	"slices"
	"strings"
)

// operations holds a file for each operation and, under fragments, for each
// fragment, named as it is. A test checks them against the published schema.
//
//go:embed operations
var operations embed.FS

var spread = regexp.MustCompile(`\.\.\.\s*([A-Z]\w*)`)

// document answers the text of an operation with the fragments that it spreads,
// and those that they spread.
func document(operation string) string {
	var text strings.Builder
	text.WriteString(read("operations/" + operation + ".graphql"))
	var have []string
	for again := true; again; {
		again = false
		for _, match := range spread.FindAllStringSubmatch(text.String(), -1) {
			if !slices.Contains(have, match[1]) {
				have = append(have, match[1])
				text.WriteString(read("operations/fragments/" + match[1] + ".graphql"))
				again = true
			}
		}
	}
	return text.String()
}

// read panics where a file is missing: it names a constant of this package, so it
// can only be a mistake in it, which every test of the call would meet.
func read(name string) string {
	text, err := operations.ReadFile(name)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// Documents answers every document that this package sends, by the operation's name.
func Documents() map[string]string {
	files, err := operations.ReadDir("operations")
	if err != nil {
		panic(err) // the directory is embedded by the directive above
	}
	documents := map[string]string{}
	for _, file := range files {
		if name, ok := strings.CutSuffix(file.Name(), ".graphql"); ok {
			documents[name] = document(name)
		}
	}
	return documents
}
