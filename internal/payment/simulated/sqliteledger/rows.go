package sqliteledger

import (
	"time"

	"zombiezen.com/go/sqlite"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/payment/simulated"
)

const (
	selectPayment = `SELECT payment_id, reservation_id, amount, currency, method, status, captured, refunded,
		decline_code, authorized_at, silent_until, created_at FROM payment WHERE id = ?`
	addPayment = `INSERT INTO payment (payment_id, reservation_id, amount, currency, method, status, captured, refunded,
		decline_code, authorized_at, silent_until, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
	changePayment = `UPDATE payment SET method = ?, status = ?, captured = ?, refunded = ?, decline_code = ?,
		authorized_at = ?, silent_until = ? WHERE id = ?`

	entryColumns = `seq, operation, key, payment, payment_id, reservation_id, method, outcome, effective, reason,
		amount, currency, at, status, captured, refunded, decline_code, authorized_at, silent_until`
	entryByKey           = `SELECT ` + entryColumns + ` FROM entry WHERE key = ?`
	entriesOfReservation = `SELECT ` + entryColumns + ` FROM entry WHERE reservation_id = ? ORDER BY seq`
	entriesAfter         = `SELECT ` + entryColumns + ` FROM entry WHERE seq > ? ORDER BY seq LIMIT ?`
	addEntry             = `INSERT INTO entry (operation, key, payment, payment_id, reservation_id, method, outcome, effective, reason,
		amount, currency, at, status, captured, refunded, decline_code, authorized_at, silent_until)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
)

// bound numbers a statement's parameters as they are given.
type bound struct {
	*sqlite.Stmt
	n int
}

func (b *bound) text(values ...string) *bound {
	for _, v := range values {
		b.n++
		b.BindText(b.n, v)
	}
	return b
}

func (b *bound) number(values ...int64) *bound {
	for _, v := range values {
		b.n++
		b.BindInt64(b.n, v)
	}
	return b
}

// reference binds the number of a row, NULL for 0.
func (b *bound) reference(id int64) *bound {
	if id != 0 {
		return b.number(id)
	}
	b.n++
	b.BindNull(b.n)
	return b
}

// times binds moments, NULL for the zero time.
func (b *bound) times(values ...time.Time) *bound {
	for _, v := range values {
		if v.IsZero() {
			b.reference(0)
		} else {
			b.number(v.UnixMicro())
		}
	}
	return b
}

func timeAt(s *sqlite.Stmt, column int) time.Time {
	if s.ColumnIsNull(column) {
		return time.Time{}
	}
	return time.UnixMicro(s.ColumnInt64(column)).UTC()
}

func paymentOf(conn *sqlite.Conn, id int64) (simulated.Payment, error) {
	s, err := conn.Prepare(selectPayment)
	if err != nil {
		return simulated.Payment{}, err
	}
	defer func() { _ = s.Reset() }() // it answers the error of Step once more
	s.BindInt64(1, id)
	if found, err := s.Step(); err != nil {
		return simulated.Payment{}, err
	} else if !found {
		return simulated.Payment{}, simulated.ErrNoPayment
	}
	return simulated.Payment{Ref: refOf(id), PaymentID: s.ColumnText(0), ReservationID: s.ColumnText(1),
		Amount: booking.Money{Amount: s.ColumnInt64(2), Currency: s.ColumnText(3)}, Method: s.ColumnText(4),
		Status: booking.PaymentStatus(s.ColumnText(5)), Captured: s.ColumnInt64(6), Refunded: s.ColumnInt64(7),
		DeclineCode: s.ColumnText(8), AuthorizedAt: timeAt(s, 9), SilentUntil: timeAt(s, 10), CreatedAt: timeAt(s, 11)}, nil
}

func insertPayment(conn *sqlite.Conn, p simulated.Payment) (id int64, err error) {
	s, err := conn.Prepare(addPayment)
	if err != nil {
		return 0, err
	}
	b := bound{Stmt: s}
	b.text(p.PaymentID, p.ReservationID).number(p.Amount.Amount).text(p.Amount.Currency, p.Method, string(p.Status)).
		number(p.Captured, p.Refunded).text(p.DeclineCode).times(p.AuthorizedAt, p.SilentUntil, p.CreatedAt)
	_, err = s.Step()
	return conn.LastInsertRowID(), err
}

func updatePayment(conn *sqlite.Conn, id int64, p simulated.Payment) error {
	s, err := conn.Prepare(changePayment)
	if err != nil {
		return err
	}
	b := bound{Stmt: s}
	b.text(p.Method, string(p.Status)).number(p.Captured, p.Refunded).text(p.DeclineCode).
		times(p.AuthorizedAt, p.SilentUntil).number(id)
	_, err = s.Step()
	return err
}

func insertEntry(conn *sqlite.Conn, payment int64, e simulated.Entry) (seq int64, err error) {
	s, err := conn.Prepare(addEntry)
	if err != nil {
		return 0, err
	}
	effective := int64(0)
	if e.Effective {
		effective = 1
	}
	b := bound{Stmt: s}
	b.text(string(e.Operation), e.Key).reference(payment).
		text(e.PaymentID, e.ReservationID, e.Method, string(e.Outcome)).number(effective).text(e.Reason).
		number(e.Amount.Amount).text(e.Amount.Currency).times(e.At).
		text(string(e.After.Status)).number(e.After.Captured, e.After.Refunded).
		text(e.After.DeclineCode).times(e.After.AuthorizedAt, e.SilentUntil)
	_, err = s.Step()
	return conn.LastInsertRowID(), err
}

func entryOf(conn *sqlite.Conn, key string) (simulated.Entry, bool, error) {
	s, err := conn.Prepare(entryByKey)
	if err != nil {
		return simulated.Entry{}, false, err
	}
	defer func() { _ = s.Reset() }() // it answers the error of Step once more
	s.BindText(1, key)
	found, err := s.Step()
	if err != nil || !found {
		return simulated.Entry{}, false, err
	}
	return scanEntry(s), true, nil
}

func entries(conn *sqlite.Conn, query string, bind func(*sqlite.Stmt)) ([]simulated.Entry, error) {
	s, err := conn.Prepare(query)
	if err != nil {
		return nil, err
	}
	defer func() { _ = s.Reset() }() // it answers the error of Step once more
	bind(s)
	var found []simulated.Entry
	for {
		more, err := s.Step()
		if err != nil || !more {
			return found, err
		}
		found = append(found, scanEntry(s))
	}
}

func scanEntry(s *sqlite.Stmt) simulated.Entry {
	ref := refOf(s.ColumnInt64(3))
	return simulated.Entry{Seq: s.ColumnInt64(0), Operation: simulated.Operation(s.ColumnText(1)), Key: s.ColumnText(2), Ref: ref,
		PaymentID: s.ColumnText(4), ReservationID: s.ColumnText(5), Method: s.ColumnText(6), Outcome: simulated.Outcome(s.ColumnText(7)),
		Effective: s.ColumnBool(8), Reason: s.ColumnText(9),
		Amount: booking.Money{Amount: s.ColumnInt64(10), Currency: s.ColumnText(11)}, At: timeAt(s, 12),
		After: booking.GatewayPayment{Ref: ref, Status: booking.PaymentStatus(s.ColumnText(13)), Captured: s.ColumnInt64(14),
			Refunded: s.ColumnInt64(15), DeclineCode: s.ColumnText(16), AuthorizedAt: timeAt(s, 17)},
		SilentUntil: timeAt(s, 18)}
}
