package sqlite

import (
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
	status, hold_expires_at, ended_at, extensions, workflow_started, repairs, task_token, trip_id, payment_status, payment, timeline`

func scanReservation(c *columns) (r reservationRow, err error) {
	r.seq, r.previous = c.int(), c.int()
	r.ID, r.ApartmentID, r.TenantID, r.Epoch = c.text(), c.text(), c.text(), c.int()
	r.Price = booking.Money{Amount: c.int(), Currency: c.text()}
	r.Window, r.PlacedAt = time.Duration(c.int()), c.time()
	r.Status, r.HoldExpiresAt, r.EndedAt = booking.ReservationStatus(c.text()), c.time(), c.time()
	r.Extensions, r.WorkflowStarted, r.Repairs, r.TaskToken = int(c.int()), c.bool(), int(c.int()), c.text()
	r.TripID = c.text()
	r.Payment, r.Timeline, err = readEvolved(r.Reservation, c.text() != "", c.text(), c.text())
	return r, err
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

// insertReservation stores a reservation with the key that it was placed under, which must be new, and
// answers the seq it got.
func insertReservation(conn *sqlite.Conn, r booking.Reservation, previous int64, key keyDigest, fingerprint string) (seq int64, err error) {
	payment, timeline, err := writeEvolved(r)
	if err != nil {
		return 0, err
	}
	_, err = exec(conn, `INSERT INTO reservations (id, apartment_id, tenant_id, epoch, price, currency, payment_window, placed_at, previous,
		status, hold_expires_at, extensions, workflow_started, repairs, payment_status, payment, timeline, trip_id, idempotency_key, fingerprint)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		func(p *params) {
			p.text(r.ID).text(r.ApartmentID).text(r.TenantID).int(r.Epoch).int(r.Price.Amount).text(r.Price.Currency).int(int64(r.Window)).time(r.PlacedAt).optInt(previous)
			p.text(string(r.Status)).time(r.HoldExpiresAt).int(int64(r.Extensions)).bool(r.WorkflowStarted).int(int64(r.Repairs))
			p.optText(string(paymentStatus(r.Payment))).optJSON(payment).json(timeline).optText(r.TripID)
			p.bytes(key[:]).text(fingerprint)
		})
	if err != nil {
		return 0, err
	}
	return conn.LastInsertRowID(), nil
}

// SQLite writes an index anew for each statement that sets what it looks at, even to what it
// was. So there is one statement for each kind of change.
const (
	setReservation        = "UPDATE reservations SET task_token = ?, payment = ?, timeline = ?, ended_at = ?, extensions = ?, repairs = ?"
	updateReservationOnly = setReservation + " WHERE seq = ?"
	updateWithPayment     = setReservation + ", payment_status = ? WHERE seq = ?"
	updateWithHold        = setReservation + ", payment_status = ?, status = ?, hold_expires_at = ?, workflow_started = ?, epoch = ? WHERE seq = ?"
)

// updateReservation writes what changed since it was read.
func updateReservation(conn *sqlite.Conn, was, is reservationRow) error {
	withHold := heldAs(was) != heldAs(is)
	withPayment := withHold || paymentStatus(was.Payment) != paymentStatus(is.Payment)
	statement := updateReservationOnly
	switch {
	case withHold:
		statement = updateWithHold
	case withPayment:
		statement = updateWithPayment
	}
	payment, timeline, err := writeEvolved(is.Reservation)
	if err != nil {
		return err
	}
	_, err = exec(conn, statement, func(p *params) {
		p.optText(is.TaskToken).optJSON(payment).json(timeline)
		p.optTime(is.EndedAt).int(int64(is.Extensions)).int(int64(is.Repairs))
		if withPayment {
			p.optText(string(paymentStatus(is.Payment)))
		}
		if withHold {
			p.text(string(is.Status)).time(is.HoldExpiresAt).bool(is.WorkflowStarted).int(is.Epoch)
		}
		p.int(is.seq)
	})
	return err
}

// heldValues are those of a hold that the sparse indexes look at, and the epoch, which
// changes as rarely.
type heldValues struct {
	epoch   int64
	status  booking.ReservationStatus
	expires int64
	started bool
}

func heldAs(r reservationRow) heldValues {
	return heldValues{r.Epoch, r.Status, r.HoldExpiresAt.UnixNano(), r.WorkflowStarted}
}

func paymentStatus(p *booking.Payment) booking.PaymentStatus {
	if p == nil {
		return ""
	}
	return p.Status
}
