package local

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

var placeholder = regexp.MustCompile(`\$\{([A-Za-z0-9]+)\}`)

// Substitute replaces each ${Placeholder} in a definition by its value, escaped
// for the JSON string it stands in. Placeholders without a value are an error
// that names them all: Step Functions would take them literally and fail much
// later.
func Substitute(definition []byte, values map[string]string) ([]byte, error) {
	var missing []string
	out := placeholder.ReplaceAllFunc(definition, func(match []byte) []byte {
		name := string(match[2 : len(match)-1])
		value, ok := values[name]
		if !ok {
			if !slices.Contains(missing, name) {
				missing = append(missing, name)
			}
			return match
		}
		quoted, _ := json.Marshal(value) // a string always marshals
		return quoted[1 : len(quoted)-1]
	})
	if len(missing) > 0 {
		return nil, fmt.Errorf("no value for the placeholders ${%s}", strings.Join(missing, "}, ${"))
	}
	return out, nil
}
