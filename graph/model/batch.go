package model

import (
	"context"
	"sync"
)

// Batch answers for the rows of one page what would otherwise be asked row by row:
// the first row that asks makes one call for all of them. It belongs to one request.
type Batch[V any] struct {
	load  func(context.Context) (map[string]V, error)
	once  sync.Once
	found map[string]V
	err   error
}

// NewBatch makes a batch. load answers what there is, by id.
func NewBatch[V any](load func(context.Context) (map[string]V, error)) *Batch[V] {
	return &Batch[V]{load: load}
}

// Get answers the one of this id. An error of load's is answered to every row.
func (b *Batch[V]) Get(ctx context.Context, id string) (v V, ok bool, err error) {
	b.once.Do(func() { b.found, b.err = b.load(ctx) })
	v, ok = b.found[id]
	return v, ok, b.err
}
