package graph

import (
	"strings"

	"github.com/vacancy/vacancy/graph/model"
	"github.com/vacancy/vacancy/internal/booking"
)

// defaultFirst is how many rows a page holds when nobody says.
const defaultFirst = 20

// size answers how many rows a page is to hold.
func size(first *int) int {
	if first == nil {
		return defaultFirst
	}
	return *first
}

// text answers the zero value for what was not given.
func text[T ~string](v *T) T {
	if v == nil {
		return ""
	}
	return *v
}

// enum answers the zero value for what was not given. The validator takes an enum
// value in a variable in any case.
func enum[T ~string](v *T) T { return T(strings.ToUpper(string(text(v)))) }

// number answers 0 for what was not given.
func number(v *int) int {
	if v == nil {
		return 0
	}
	return *v
}

// pageInfo tells where a page begins and ends.
func pageInfo[T any](page booking.Page[T], after *string) *model.PageInfo {
	info := &model.PageInfo{HasNextPage: page.HasNext, HasPreviousPage: text(after) != ""}
	if len(page.Cursors) > 0 {
		info.StartCursor = &page.Cursors[0]
	}
	if page.End != "" {
		info.EndCursor = &page.End
	}
	return info
}
