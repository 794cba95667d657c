package sqlite

import "github.com/vacancy/vacancy/internal/booking"

// pager collects a page from rows that come in the order of the list.
type pager[T any] struct {
	kind  listKind
	first int
	read  int
	page  booking.Page[T]
}

// begin forgets what an earlier attempt has collected.
func (p *pager[T]) begin() { p.read, p.page = 0, booking.Page[T]{} }

// add looks at the next row and answers whether to go on. The page is done when one
// more than it may hold is found, or when it has cost enough: then what is after the
// last row looked at is the next page's.
func (p *pager[T]) add(item T, at place, wanted bool) (more bool) {
	if p.read == booking.MaxRowsRead {
		p.page.HasNext = true
		return false
	}
	if wanted && len(p.page.Items) == p.first {
		p.page.HasNext = true
		return false
	}
	p.read++
	if wanted {
		p.page.Items = append(p.page.Items, item)
		p.page.Cursors = append(p.page.Cursors, at.cursor(p.kind))
	}
	// While the page is not full, what did not match need not be read again.
	if wanted || len(p.page.Items) < p.first || p.read == booking.MaxRowsRead {
		p.page.End = at.cursor(p.kind)
	}
	return true
}
