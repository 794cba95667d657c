package sqlite

import (
	"encoding/json"
	"fmt"
	"reflect"

	"zombiezen.com/go/sqlite"

	"github.com/vacancy/vacancy/internal/saga"
	"github.com/vacancy/vacancy/internal/saga/order"
)

// orderRow is an order with the number of its row, 0 for one that is not there.
type orderRow struct {
	order.Order
	seq int64
}

const (
	orderByID = `SELECT seq, tenant_id, fingerprint, status, started, repairs, repaired_at, task_token, look_at, placed_at, updated_at, ended_at,
		compensating, undone, failure, not_undone, timeline FROM orders WHERE id = ?`

	itemsOfOrder = "SELECT step, item FROM order_items WHERE order_id = ?"
)

func readOrder(conn *sqlite.Conn, id string) (row orderRow, found bool, err error) {
	row.ID = id
	found, err = queryOne(conn, orderByID, func(p *params) { p.text(id) }, func(c *columns) error {
		row.seq, row.TenantID, row.Fingerprint, row.Status = c.int(), c.text(), c.text(), order.Status(c.text())
		row.Execution = saga.Execution{Started: c.bool(), Repairs: int(c.int()), RepairedAt: c.time()}
		row.TaskToken, row.LookAt, row.PlacedAt, row.UpdatedAt, row.EndedAt = c.text(), c.time(), c.time(), c.time(), c.time()
		for _, into := range []any{&row.Compensating, &row.Undone, &row.Failure, &row.NotUndone, &row.Timeline} {
			if err := readJSON(c.text(), into); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || !found {
		return orderRow{}, found, err
	}
	err = query(conn, itemsOfOrder, func(p *params) { p.text(id) }, func(c *columns) (bool, error) {
		step := order.Step(c.text())
		item, known := itemsOf(&row.Order)[step]
		if !known {
			return false, fmt.Errorf("order %s has an item of an unknown step %q", id, step)
		}
		return true, readJSON(c.text(), item)
	})
	return row, true, err
}

// itemsOf are where an order's items are, by the step that makes each.
func itemsOf(o *order.Order) map[order.Step]any {
	return map[order.Step]any{order.CreateOrder: &o.Content, order.ProcessPayment: &o.Payment, order.ProcessShipment: &o.Shipment}
}

// readJSON reads what writeJSON wrote; "" leaves into as it is.
func readJSON(text string, into any) error {
	if text == "" {
		return nil
	}
	return json.Unmarshal([]byte(text), into)
}

// writeJSON answers "" for nil.
func writeJSON(v any) (string, error) {
	if r := reflect.ValueOf(v); r.IsNil() {
		return "", nil
	}
	text, err := json.Marshal(v)
	return string(text), err
}

// writeOrder writes what became of the row: its record, and those of its items that have
// changed.
func writeOrder(conn *sqlite.Conn, was orderRow, is order.Order) error {
	texts := make([]string, 5)
	for i, v := range []any{is.Compensating, is.Undone, is.Failure, is.NotUndone, is.Timeline} {
		var err error
		if texts[i], err = writeJSON(v); err != nil {
			return err
		}
	}
	changing := func(p *params) *params {
		p.text(string(is.Status)).bool(is.Execution.Started).int(int64(is.Execution.Repairs)).optTime(is.Execution.RepairedAt)
		p.optText(is.TaskToken).optTime(is.LookAt).time(is.UpdatedAt).optTime(is.EndedAt)
		return p.optText(texts[0]).optText(texts[1]).optText(texts[2]).optText(texts[3]).text(texts[4])
	}
	var err error
	if was.seq == 0 {
		_, err = exec(conn, `INSERT INTO orders (status, started, repairs, repaired_at, task_token, look_at, updated_at, ended_at,
			compensating, undone, failure, not_undone, timeline, id, tenant_id, fingerprint, placed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			func(p *params) { changing(p).text(is.ID).text(is.TenantID).text(is.Fingerprint).time(is.PlacedAt) })
	} else {
		_, err = exec(conn, `UPDATE orders SET status = ?, started = ?, repairs = ?, repaired_at = ?, task_token = ?, look_at = ?, updated_at = ?, ended_at = ?,
			compensating = ?, undone = ?, failure = ?, not_undone = ?, timeline = ? WHERE seq = ?`,
			func(p *params) { changing(p).int(was.seq) })
	}
	if err != nil {
		return err
	}
	return writeItems(conn, was.Order, is)
}

func writeItems(conn *sqlite.Conn, was, is order.Order) error {
	before := itemsOf(&was)
	for step, item := range itemsOf(&is) {
		old, err := writeJSON(reflect.ValueOf(before[step]).Elem().Interface())
		if err != nil {
			return err
		}
		text, err := writeJSON(reflect.ValueOf(item).Elem().Interface())
		switch {
		case err != nil:
		case text == old:
		case text == "":
			_, err = exec(conn, "DELETE FROM order_items WHERE order_id = ? AND step = ?", func(p *params) { p.text(is.ID).text(string(step)) })
		default:
			_, err = exec(conn, "INSERT INTO order_items (order_id, step, item) VALUES (?, ?, ?) ON CONFLICT (order_id, step) DO UPDATE SET item = excluded.item",
				func(p *params) { p.text(is.ID).text(string(step)).text(text) })
		}
		if err != nil {
			return err
		}
	}
	return nil
}
