package intrinsic

import (
	"fmt"
	"strconv"
	"strings"
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
	found := "the end"
	if e.Offset < len(e.Expr) {
		found = strconv.QuoteRune([]rune(e.Expr[e.Offset:])[0])
	}
	return fmt.Sprintf("invalid intrinsic function %q: at offset %d: expected %s, found %s", excerpt(e.Expr, e.Offset), e.Offset, e.Want, found)
}

// excerpt is an expression as an error quotes it: the part around an offset where
// the whole is long.
func excerpt(expr string, offset int) string {
	const around = 60
	from, to := max(0, offset-around), min(len(expr), offset+around)
	if from == 0 && to == len(expr) {
		return expr
	}
	out := strings.ToValidUTF8(expr[from:to], "")
	if from > 0 {
		out = "…" + out
	}
	if to < len(expr) {
		out += "…"
	}
	return out
}
