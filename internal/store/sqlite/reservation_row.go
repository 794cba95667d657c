package sqlite

import (
	"encoding/json"
	"fmt"
	"time"

	"zombiezen.com/go/sqlite"

	"github.com/vacancy/vacancy/internal/booking"
)

// reservationRow is a reservation and its place in the file.
type reservationRow struct {
	booking.Reservation
	seq      int64
	previous int64 // seq of the apartment's reservation before; 0: it is the first
}

const reservationColumns = `seq, previous, id, apartment_id, tenant_id, epoch, price, currency, payment_window, placed_at,
	status, hold_expires_at, ended_at, extensions, workflow_started, repairs, task_token, payment, timeline, trip_id`

func scanReservation(c *columns) (r reservationRow, err error) {
	r.seq, r.previous = c.int(), c.int()
	r.ID, r.ApartmentID, r.TenantID, r.Epoch = c.text(), c.text(), c.text(), c.int()
	r.Price = booking.Money{Amount: c.int(), Currency: c.text()}
	r.Window, r.PlacedAt = time.Duration(c.int()), c.time()
	r.Status, r.HoldExpiresAt, r.EndedAt = booking.ReservationStatus(c.text()), c.time(), c.time()
	r.Extensions, r.WorkflowStarted, r.Repairs, r.TaskToken = int(c.int()), c.bool(), int(c.int()), c.text()
	if payment := c.text(); payment != "" {
		r.Payment = new(booking.Payment)
		if err := json.Unmarshal([]byte(payment), r.Payment); err != nil {
			return r, fmt.Errorf("payment of reservation %s: %w", r.ID, err)
		}
	}
	if err := json.Unmarshal([]byte(c.text()), &r.Timeline); err != nil {
		return r, fmt.Errorf("timeline of reservation %s: %w", r.ID, err)
	}
	r.TripID = c.text()
	return r, nil
}

func readReservation(conn *sqlite.Conn, id string) (r reservationRow, found bool, err error) {
	found, err = queryOne(conn, "SELECT "+reservationColumns+" FROM reservations WHERE id = ?",
		func(p *params) { p.text(id) },
		func(c *columns) (err error) {
			r, err = scanReservation(c)
			return err
		})
	return r, found, err
}

// insertReservation answers the seq it got.
func insertReservation(conn *sqlite.Conn, r booking.Reservation, previous int64) (int64, error) {
	timeline, err := json.Marshal(r.Timeline)
	if err != nil {
		return 0, err
	}
	_, err = exec(conn, `INSERT INTO reservations (id, apartment_id, tenant_id, epoch, price, currency, payment_window, placed_at, previous,
		status, hold_expires_at, extensions, workflow_started, repairs, timeline, trip_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		func(p *params) {
			p.text(r.ID).text(r.ApartmentID).text(r.TenantID).int(r.Epoch).int(r.Price.Amount).text(r.Price.Currency).int(int64(r.Window)).time(r.PlacedAt).optInt(previous)
			p.text(string(r.Status)).time(r.HoldExpiresAt).int(int64(r.Extensions)).bool(r.WorkflowStarted).int(int64(r.Repairs)).json(timeline).optText(r.TripID)
		})
	return conn.LastInsertRowID(), err
}

// updateReservation writes what changed since it was read. What the sparse indexes
// look at is left alone when it is as it was, and with it the indexes.
func updateReservation(conn *sqlite.Conn, was, is reservationRow) error {
	payment, err := marshalPayment(is.Payment)
	if err != nil {
		return err
	}
	timeline, err := json.Marshal(is.Timeline)
	if err != nil {
		return err
	}
	if indexed(was) == indexed(is) {
		_, err = exec(conn, "UPDATE reservations SET task_token = ?, payment = ?, timeline = ?, ended_at = ?, extensions = ?, repairs = ? WHERE seq = ?",
			func(p *params) {
				p.optText(is.TaskToken).optJSON(payment).json(timeline).optTime(is.EndedAt).int(int64(is.Extensions)).int(int64(is.Repairs)).int(is.seq)
			})
		return err
	}
	_, err = exec(conn, `UPDATE reservations SET task_token = ?, payment = ?, timeline = ?, ended_at = ?, extensions = ?, repairs = ?,
		status = ?, hold_expires_at = ?, workflow_started = ?, payment_status = ?, epoch = ? WHERE seq = ?`,
		func(p *params) {
			p.optText(is.TaskToken).optJSON(payment).json(timeline).optTime(is.EndedAt).int(int64(is.Extensions)).int(int64(is.Repairs))
			p.text(string(is.Status)).time(is.HoldExpiresAt).bool(is.WorkflowStarted).optText(string(paymentStatus(is.Payment))).int(is.Epoch).int(is.seq)
		})
	return err
}

// indexedValues are those that the sparse indexes look at, and the epoch, which changes
// as rarely.
type indexedValues struct {
	epoch   int64
	status  booking.ReservationStatus
	expires int64
	started bool
	payment booking.PaymentStatus
}

func indexed(r reservationRow) indexedValues {
	return indexedValues{r.Epoch, r.Status, r.HoldExpiresAt.UnixNano(), r.WorkflowStarted, paymentStatus(r.Payment)}
}

func paymentStatus(p *booking.Payment) booking.PaymentStatus {
	if p == nil {
		return ""
	}
	return p.Status
}

func marshalPayment(p *booking.Payment) ([]byte, error) {
	if p == nil {
		return nil, nil
	}
	return json.Marshal(p)
}
