package sqlite

import (
	"context"
	"time"

	"zombiezen.com/go/sqlite"

	"github.com/vacancy/vacancy/internal/saga/order"
)

// Orders is an order.Store in the store's file. It is safe for concurrent use.
type Orders struct{ store *Store }

var _ order.Store = (*Orders)(nil)

// Orders answers the move-in orders in the same file.
func (s *Store) Orders() *Orders { return &Orders{s} }

const (
	dueOrders = `SELECT id FROM orders WHERE look_at <= ? ORDER BY look_at, id LIMIT ?`
	// The condition is that of the index, to the letter.
	ordersNeedingAttention = `SELECT id FROM orders WHERE status = 'NEEDS_ATTENTION' ORDER BY ended_at LIMIT ?`
)

// Apply implements order.Store.
func (o *Orders) Apply(ctx context.Context, i order.Intention) (result order.Order, err error) {
	err = o.store.db.Write(ctx, priority(ctx), func(conn *sqlite.Conn) error {
		row, found, err := readOrder(conn, i.OrderID())
		if err != nil {
			return err
		}
		var current *order.Order
		if found {
			current = &row.Order
		}
		next, changed, err := i.Decide(current)
		if err != nil {
			return err
		}
		result = next
		if !changed {
			return nil
		}
		return writeOrder(conn, row, next)
	})
	if err != nil {
		return order.Order{}, err
	}
	return result, nil
}

// Order implements order.Store.
func (o *Orders) Order(ctx context.Context, id string) (order.Order, error) {
	var row orderRow
	err := o.store.db.Read(ctx, func(conn *sqlite.Conn) error {
		var found bool
		var err error
		if row, found, err = readOrder(conn, id); err == nil && !found {
			err = order.NotFound(id)
		}
		return err
	})
	return row.Order, err
}

// DueOrders implements order.Store.
func (o *Orders) DueOrders(ctx context.Context, now time.Time, limit int) ([]order.Order, error) {
	return o.list(ctx, dueOrders, func(p *params) { p.time(now).int(int64(limit)) })
}

// OrdersNeedingAttention implements order.Store.
func (o *Orders) OrdersNeedingAttention(ctx context.Context, limit int) ([]order.Order, error) {
	return o.list(ctx, ordersNeedingAttention, func(p *params) { p.int(int64(limit)) })
}

// list answers the orders whose ids a query answers.
func (o *Orders) list(ctx context.Context, sql string, bind func(*params)) ([]order.Order, error) {
	var all []order.Order
	err := o.store.db.Read(ctx, func(conn *sqlite.Conn) error {
		all = nil
		var ids []string
		err := query(conn, sql, bind, func(c *columns) (bool, error) {
			ids = append(ids, c.text())
			return true, nil
		})
		if err != nil {
			return err
		}
		for _, id := range ids {
			row, _, err := readOrder(conn, id) // it is there: this is one snapshot
			if err != nil {
				return err
			}
			all = append(all, row.Order)
		}
		return nil
	})
	return all, err
}
