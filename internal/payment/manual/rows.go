package manual

import (
	"time"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"github.com/vacancy/vacancy/internal/booking"
)

const columns = `number, payment_id, reservation_id, amount, currency, status, received_method, received_reference, received_by,
	authorized_at, owed_since, returned_method, returned_reference, returned_by, returned_at, created_at`

func scan(s *sqlite.Stmt) payment {
	return payment{
		number: s.ColumnInt64(0), paymentID: s.ColumnText(1), reservationID: s.ColumnText(2),
		amount: booking.Money{Amount: s.ColumnInt64(3), Currency: s.ColumnText(4)}, status: booking.PaymentStatus(s.ColumnText(5)),
		received:     booking.Receipt{Method: s.ColumnText(6), Reference: s.ColumnText(7), By: s.ColumnText(8)},
		authorizedAt: moment(s.ColumnInt64(9)), owedSince: moment(s.ColumnInt64(10)),
		returned:   booking.Receipt{Method: s.ColumnText(11), Reference: s.ColumnText(12), By: s.ColumnText(13)},
		returnedAt: moment(s.ColumnInt64(14)), createdAt: moment(s.ColumnInt64(15)),
	}
}

func paymentOf(conn *sqlite.Conn, number int64) (payment, error) {
	return one(conn, "SELECT "+columns+" FROM payments WHERE number = ?", number)
}

func paymentByID(conn *sqlite.Conn, id string) (payment, error) {
	return one(conn, "SELECT "+columns+" FROM payments WHERE payment_id = ? ORDER BY number LIMIT 1", id)
}

func one(conn *sqlite.Conn, sql string, key any) (payment, error) {
	all, err := query(conn, sql, key)
	if err == nil && len(all) == 0 {
		return payment{}, errNoPayment
	}
	if err != nil {
		return payment{}, err
	}
	return all[0], nil
}

func owedPayments(conn *sqlite.Conn, after int64, limit int) ([]payment, error) {
	// The condition is that of the index, to the letter.
	return query(conn, "SELECT "+columns+" FROM payments WHERE owed_since > 0 AND returned_at = 0 AND number > ? ORDER BY number LIMIT ?", after, limit)
}

func query(conn *sqlite.Conn, sql string, args ...any) (all []payment, err error) {
	err = sqlitex.Execute(conn, sql, &sqlitex.ExecOptions{Args: args, ResultFunc: func(s *sqlite.Stmt) error {
		all = append(all, scan(s))
		return nil
	}})
	return all, err
}

// write stores a payment and answers it, with its number if it is new.
func write(conn *sqlite.Conn, p payment) (payment, error) {
	var number any // NULL: SQLite gives the next
	if p.number != 0 {
		number = p.number
	}
	err := sqlitex.Execute(conn, "INSERT OR REPLACE INTO payments ("+columns+") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		&sqlitex.ExecOptions{Args: []any{number, p.paymentID, p.reservationID, p.amount.Amount, p.amount.Currency, string(p.status),
			p.received.Method, p.received.Reference, p.received.By, nanos(p.authorizedAt), nanos(p.owedSince),
			p.returned.Method, p.returned.Reference, p.returned.By, nanos(p.returnedAt), nanos(p.createdAt)}})
	if p.number == 0 {
		p.number = conn.LastInsertRowID()
	}
	return p, err
}

// storedAnswer is a call and its answer, as JSON.
type storedAnswer struct{ call, answer string }

func answerOf(conn *sqlite.Conn, key string) (stored storedAnswer, known bool, err error) {
	err = sqlitex.Execute(conn, "SELECT call, answer FROM answers WHERE key = ?", &sqlitex.ExecOptions{Args: []any{key},
		ResultFunc: func(s *sqlite.Stmt) error {
			stored, known = storedAnswer{s.ColumnText(0), s.ColumnText(1)}, true
			return nil
		}})
	return stored, known, err
}

func remember(conn *sqlite.Conn, key, asked, answered string) error {
	return sqlitex.Execute(conn, "INSERT INTO answers (key, call, answer) VALUES (?, ?, ?)", &sqlitex.ExecOptions{Args: []any{key, asked, answered}})
}

// moment is the time of a column; 0 is none.
func moment(nanos int64) time.Time {
	if nanos == 0 {
		return time.Time{}
	}
	return time.Unix(0, nanos).UTC()
}

func nanos(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}
