package saga

import (
	"errors"
	"slices"
)

// Undone are the steps that compensations have undone, by the name of the step. A step
// that finds itself in it came too late and does nothing.
type Undone []string

// Has reports whether the step is undone.
func (u Undone) Has(step string) bool { return slices.Contains(u, step) }

// With answers the list with the step in it; u stays as it is.
func (u Undone) With(step string) Undone {
	if u.Has(step) {
		return u
	}
	return append(slices.Clone(u), step)
}

// ErrStepUndone: the step came too late; its saga is being undone. Nothing has happened.
var ErrStepUndone = errors.New("the step is undone, or its saga is being undone")
