package intrinsic

import (
	"github.com/vacancy/vacancy/internal/asl/syntax"
)

// Error is a failed evaluation, with the error name and the cause that Step
// Functions reports: States.IntrinsicFailure, or States.Runtime where a path
// among the arguments leads nowhere.
type Error struct {
	Name  string
	Cause string
}

func (e *Error) Error() string { return e.Name + ": " + e.Cause }

// SyntaxError says that an expression is no invocation of an intrinsic function,
// where, and what would have been right there.
type SyntaxError struct {
	Expr   string // the expression as given
	Offset int    // of the first byte that cannot be right
	Want   string // what was expected there
}

func (e *SyntaxError) Error() string {
	return syntax.Expected("intrinsic function", e.Expr, e.Offset, e.Want)
}
