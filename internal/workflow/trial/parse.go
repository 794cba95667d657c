package trial

import (
	"regexp"

	"github.com/vacancy/vacancy/internal/asl"
)

var placeholder = regexp.MustCompile(`\$\{([A-Za-z0-9]+)\}`)

// Parse parses a definition in which each ${Placeholder} stands for itself: one of our own
// steps is the task of its name. Its errors are [asl.Parse]'s.
func Parse(definition []byte) (*asl.Machine, error) {
	return asl.Parse(placeholder.ReplaceAll(definition, []byte("$1")))
}
