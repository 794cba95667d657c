package workflow

import (
	"fmt"
	"strings"
	"unicode"
)

// MaxNameLength is the longest execution name in characters
// (AWS Step Functions API, StartExecution).
const MaxNameLength = 80

// CheckName refuses, with ErrInvalidName, an execution name that Step Functions
// would refuse: empty, longer than 80 characters, or with white space, brackets,
// wildcards, or one of "#%\^|~`$&,;:/ or a control character in it.
func CheckName(name string) error {
	if name == "" {
		return fmt.Errorf("%w: it is empty", ErrInvalidName)
	}
	if n := len([]rune(name)); n > MaxNameLength {
		return fmt.Errorf("%w: it has %d characters, at most %d are allowed", ErrInvalidName, n, MaxNameLength)
	}
	for _, r := range name {
		if unicode.IsSpace(r) || unicode.IsControl(r) || strings.ContainsRune("<>{}[]?*\"#%\\^|~`$&,;:/", r) {
			return fmt.Errorf("%w: %q is not allowed in it", ErrInvalidName, r)
		}
	}
	return nil
}
