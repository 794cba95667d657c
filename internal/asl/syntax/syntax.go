// Package syntax words what is wrong in an expression of the states language, and
// where.
package syntax

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Expected says what an expression should have had at an offset, and what it has
// there. what names the kind of expression.
func Expected(what, expr string, offset int, want string) string {
	found := "the end"
	if offset < len(expr) {
		r, _ := utf8.DecodeRuneInString(expr[offset:])
		found = strconv.QuoteRune(r)
	}
	return fmt.Sprintf("invalid %s %q: at offset %d: expected %s, found %s", what, Excerpt(expr, offset), offset, want, found)
}

// Excerpt is an expression as an error quotes it: the part around an offset where
// the whole is long.
func Excerpt(expr string, offset int) string {
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
