// Package statemachine embeds the definitions of the workflows. The same files run
// in the embedded runner and, through template.yaml, on AWS Step Functions.
package statemachine

import (
	"embed"
	"io/fs"
	"strings"
)

//go:embed *.asl.json
var files embed.FS

// Definitions answers every definition by the name of its machine ("reservation"),
// as it stands in the file, with its ${placeholders}.
func Definitions() map[string][]byte {
	names, err := fs.Glob(files, "*.asl.json")
	if err != nil {
		panic(err) // the pattern is a constant
	}
	definitions := make(map[string][]byte, len(names))
	for _, name := range names {
		source, err := files.ReadFile(name)
		if err != nil {
			panic(err) // the file is in the binary
		}
		definitions[strings.TrimSuffix(name, ".asl.json")] = source
	}
	return definitions
}
