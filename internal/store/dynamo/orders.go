package dynamo

import (
	"context"
	"maps"
	"time"

	"github.com/vacancy/vacancy/internal/saga/order"
)

// Orders is an order.Store on the table. It is safe for concurrent use, by any number of
// processes.
type Orders struct{ table *Table }

var _ order.Store = (*Orders)(nil)

// NewOrders makes the store of orders on a table.
func NewOrders(t *Table) *Orders { return &Orders{t} }

// orderRead is an order and the items it was read from.
type orderRead struct {
	order.Order
	record  Stored
	version orderRecord
	items   map[order.Step]Stored
}

// read reads an order and all its items at one moment, or answers ErrReadAgain. Where there
// is no order, record does not exist.
func (s *Orders) read(ctx context.Context, id string) (r orderRead, err error) {
	r.record, r.items = Stored{Key: orderKey(id)}, map[order.Step]Stored{}
	all, err := s.table.Partition(ctx, orderPartition(id), "")
	if err != nil {
		return r, err
	}
	revisions := map[string]int64{}
	var items []orderItem
	for _, stored := range all {
		if stored.SK == orderKind {
			r.record = stored
			if err := stored.Decode(&r.version); err != nil {
				return r, err
			}
			continue
		}
		var item orderItem
		if err := stored.Decode(&item); err != nil {
			return r, err
		}
		items, revisions[item.Step], r.items[stepOf(stored.Key)] = append(items, item), item.Revision, stored
	}
	if !maps.Equal(revisions, r.version.Items) {
		return r, ErrReadAgain
	}
	if r.Order, err = r.version.order(); err != nil {
		return r, err
	}
	for _, item := range items {
		if err := take(&r.Order, item); err != nil {
			return r, err
		}
	}
	return r, nil
}

// Apply implements order.Store.
func (s *Orders) Apply(ctx context.Context, i order.Intention) (order.Order, error) {
	return Change(ctx, s.table, func(ctx context.Context, _ int) (d Decision[order.Order], err error) {
		was, err := s.read(ctx, i.OrderID())
		if err != nil {
			return d, err
		}
		var current *order.Order
		if was.record.Exists() {
			current = &was.Order
		}
		next, changed, err := i.Decide(current)
		if err != nil {
			return d, err
		}
		d.Answer = next
		if changed {
			d.Transaction, err = was.become(next)
		}
		return d, err
	})
}

// become makes the transaction by which the order that was read becomes next. The record is
// always in it, and its version stands for all that was read: every change changes it.
func (r orderRead) become(next order.Order) (*Transaction, error) {
	before, err := itemTexts(r.Order)
	if err != nil {
		return nil, err
	}
	after, err := itemTexts(next)
	if err != nil {
		return nil, err
	}
	revision, items, writes := r.version.Revision+1, map[string]int64{}, &Transaction{}
	for step, text := range after {
		if text == before[step] {
			items[string(step)] = r.version.Items[string(step)]
			continue
		}
		was, there := r.items[step]
		if !there {
			was = Stored{Key: orderItemKey(next.ID, step)}
		}
		items[string(step)] = revision
		Put(writes, was, orderItem{Type: orderItemKind, OrderID: next.ID, Step: string(step), Item: text, Revision: revision})
	}
	for step, was := range r.items {
		if _, stays := after[step]; !stays {
			writes.Delete(was)
		}
	}
	record, err := recordOf(next, revision, items)
	if err != nil {
		return nil, err
	}
	Put(writes, r.record, record)
	return writes, nil
}

// Order implements order.Store.
func (s *Orders) Order(ctx context.Context, id string) (order.Order, error) {
	return Change(ctx, s.table, func(ctx context.Context, _ int) (d Decision[order.Order], err error) {
		r, err := s.read(ctx, id)
		if err == nil && !r.record.Exists() {
			err = order.NotFound(id)
		}
		d.Answer = r.Order
		return d, err
	})
}

// DueOrders implements order.Store. The index may lag: what is not due any more is left out.
func (s *Orders) DueOrders(ctx context.Context, now time.Time, limit int) ([]order.Order, error) {
	return s.list(ctx, dueOrders, endOf(now), limit, func(o order.Order) bool { return !o.LookAt.IsZero() && !o.LookAt.After(now) })
}

// OrdersNeedingAttention implements order.Store.
func (s *Orders) OrdersNeedingAttention(ctx context.Context, limit int) ([]order.Order, error) {
	return s.list(ctx, ordersNeedingAttention, last, limit, func(o order.Order) bool { return o.Status == order.NeedsAttention })
}

func (s *Orders) list(ctx context.Context, partition func(string) string, to string, limit int, wanted func(order.Order) bool) ([]order.Order, error) {
	sagas := Range{Index: Index4, Partitions: buckets(orderBuckets, partition), From: first, To: to}
	return listSagas(ctx, s.table, sagas, limit, func(ctx context.Context, k Key) (order.Order, error) {
		return s.Order(ctx, k.PK[len(orderPartition("")):])
	}, wanted)
}
