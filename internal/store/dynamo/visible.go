package dynamo

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/vacancy/vacancy/internal/saga/batch"
)

// batchAttribute of an apartment, and of the source that it is known by, is the atomic
// import that it came by. Who changes an apartment knows nothing of it, so it stays.
const batchAttribute = "batch"

func (s Stored) batch() string { return textOf(s.attributes[batchAttribute]) }

// published are imports that are known to be published, which is for ever: this process
// need not ask about them again.
type published struct{ ids sync.Map }

// view is what one request knows about imports: it asks about each at most once, so that
// what it answers has all of an import or nothing.
type view struct {
	store  *Store
	hidden map[string]bool
}

func (s *Store) view() *view { return &view{store: s, hidden: map[string]bool{}} }

// look makes known what there is to know about the imports of these items. again says that
// one of them is published that was not known to be when the items were read: since then
// more of it may have come to be there, so what was read is to be read again.
func (v *view) look(ctx context.Context, items []Stored) (again bool, err error) {
	unknown := map[string]bool{}
	for _, s := range items {
		id := s.batch()
		if _, known := v.store.published.ids.Load(id); id != "" && !known && !v.hidden[id] {
			unknown[id] = true
		}
	}
	if len(unknown) == 0 {
		return false, nil
	}
	var keys []Key
	for _, id := range slices.Sorted(maps.Keys(unknown)) {
		keys = append(keys, importKey(id))
	}
	found, err := v.store.table.GetAll(ctx, keys)
	if err != nil {
		return false, fmt.Errorf("read the imports of %d items: %w", len(items), err)
	}
	for _, k := range keys {
		if isPublished(found[k]) {
			v.store.published.ids.Store(k.PK, true)
			again = true
		} else {
			v.hidden[k.PK] = true
		}
	}
	return again, nil
}

// shows reports whether the item, at which it has looked, is for anybody to see.
func (v *view) shows(s Stored) bool { return !v.hidden[s.batch()] }

// visible reports whether one item is. It reads with GetItem, which every step may use.
func (s *Store) visible(ctx context.Context, was Stored) (bool, error) {
	id := was.batch()
	if _, known := s.published.ids.Load(id); id == "" || known {
		return true, nil
	}
	i, err := s.table.Get(ctx, importKey(id))
	if err != nil || !isPublished(i) {
		return false, err
	}
	s.published.ids.Store(id, true)
	return true, nil
}

func isPublished(i Stored) bool { return textOf(i.attributes["status"]) == string(batch.Published) }
