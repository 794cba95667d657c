package dynamo

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/vacancy/vacancy/internal/booking"
)

// list is a page to be collected from a range of an index.
type list[T any] struct {
	kind  listKind
	first int
	after string // the sort key after which the page begins; "": at the beginning
	rows  Range
	// likely says of a row of the index whether its item is worth reading; nil: all are.
	likely func(Row) (bool, error)
	of     func(Stored) (T, error)
	wanted func(T) bool
	// view, where rows may be hidden, says which are.
	view *view
}

// page reads rows of the index, and the items of those that may be wanted, until it has
// found what it was asked for or has read booking.MaxRowsRead rows.
//
// What changes with a hold is not in the index, so that a hold writes to no list. It is
// read from the items themselves, consistently. An item that is no longer where the
// index has it is passed over: it comes at its new place.
//
// Where an import turns out to be published meanwhile, the page is read again from its
// beginning: so it has all of the import or nothing.
func (l list[T]) page(ctx context.Context, t *Table) (booking.Page[T], error) {
	for {
		page, err := l.readPage(ctx, t)
		if !errors.Is(err, ErrReadAgain) {
			return page, err
		}
	}
}

func (l list[T]) readPage(ctx context.Context, t *Table) (booking.Page[T], error) {
	var page booking.Page[T]
	l.rows.Limit, l.rows.Likely = booking.MaxRowsRead, l.first+1
	if l.after != "" {
		if l.rows.Descending {
			l.rows.To = l.after
		} else {
			l.rows.From = l.after
		}
	}
	rows := t.Query(l.rows)
	for size := l.first + 1; ; size = min(2*size, batchGet) {
		chunk, err := l.chunk(ctx, t, rows, size)
		if err != nil {
			return page, err
		}
		for _, e := range chunk {
			if e.wanted && len(page.Items) == l.first {
				page.HasNext = true
				return page, nil
			}
			if e.wanted {
				page.Items = append(page.Items, e.item)
				page.Cursors = append(page.Cursors, cursor(l.kind, e.sort))
			}
			// While the page is not full, what did not match need not be read again.
			if len(page.Items) < l.first || e.wanted {
				page.End = cursor(l.kind, e.sort)
			}
		}
		if len(chunk) < size {
			page.HasNext = !rows.Exhausted()
			return page, nil
		}
	}
}

// entry is a row that was looked at.
type entry[T any] struct {
	sort   string
	item   T
	wanted bool
}

// chunk looks at the next rows, fewer than size only when there are no more to be read.
func (l list[T]) chunk(ctx context.Context, t *Table, rows *Rows, size int) ([]entry[T], error) {
	var chunk []entry[T]
	var read []Row // those whose items are to be read; no Key for others
	var keys []Key
	for len(chunk) < size {
		row, ok, err := rows.Next(ctx)
		if err != nil {
			return nil, err
		}
		if !ok {
			break
		}
		if row.Sort == l.after {
			continue
		}
		likely := true
		if l.likely != nil {
			if likely, err = l.likely(row); err != nil {
				return nil, err
			}
		}
		if likely {
			keys = append(keys, row.Key)
		} else {
			row.Key = Key{}
		}
		chunk, read = append(chunk, entry[T]{sort: row.Sort}), append(read, row)
	}
	items, err := t.GetAll(ctx, keys)
	if err != nil {
		return nil, err
	}
	if l.view != nil {
		again, err := l.view.look(ctx, slices.Collect(maps.Values(items)))
		if err != nil {
			return nil, err
		}
		if again {
			return nil, ErrReadAgain
		}
	}
	for i, row := range read {
		was, there := items[row.Key]
		if !there || !was.isAt(l.rows.Index, row) || l.view != nil && !l.view.shows(was) {
			continue
		}
		if chunk[i].item, err = l.of(was); err != nil {
			return nil, err
		}
		chunk[i].wanted = l.wanted(chunk[i].item)
	}
	return chunk, nil
}

// isAt reports whether the item is still where the index has it.
func (s Stored) isAt(i Index, r Row) bool {
	return textOf(s.attributes[i.SortKey()]) == r.Sort &&
		textOf(s.attributes[i.PartitionKey()]) == textOf(r.attributes[i.PartitionKey()])
}
