package manual

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"io/fs"
	"strconv"
	"strings"
	"time"

	"zombiezen.com/go/sqlite"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/groupcommit"
)

// FileName is what the ledger's file is called in a data directory.
const FileName = "manual-payments.db"

// applicationID marks the file (PRAGMA application_id): "VMAN".
const applicationID = 0x564d414e

//go:embed migrations/*.sql
var embedded embed.FS

var (
	errNoPayment   = errors.New("there is no such payment")
	errKeyReused   = errors.New("the idempotency key was used for another call before")
	errNothingOwed = errors.New("nothing is owed for this payment")
)

// Ledger keeps the payments in an SQLite file of its own. It is safe for concurrent use.
type Ledger struct{ db *groupcommit.DB }

// OpenFile opens the ledger at path and makes it if it is not there. A second process on
// it is refused.
func OpenFile(ctx context.Context, path string) (*Ledger, error) {
	db, err := groupcommit.Open(ctx, path, options())
	if err != nil {
		return nil, err
	}
	return &Ledger{db}, nil
}

// OpenMemory opens a ledger that ends with the process.
func OpenMemory(ctx context.Context) (*Ledger, error) {
	db, err := groupcommit.OpenMemory(ctx, options())
	if err != nil {
		return nil, err
	}
	return &Ledger{db}, nil
}

func options() groupcommit.Options {
	migrations, err := fs.Sub(embedded, "migrations")
	if err != nil {
		panic(err) // the directory is embedded by the directive above
	}
	return groupcommit.Options{Migrations: migrations, ApplicationID: applicationID}
}

// Close closes the file.
func (l *Ledger) Close() error { return l.db.Close() }

// answer is what a call was answered with, and is again under its key.
type answer struct {
	After   booking.GatewayPayment
	Refusal string `json:",omitzero"`
}

// execute answers what is stored under the key, or does what the call says and stores
// payment and answer in one transaction.
func (l *Ledger) execute(ctx context.Context, key string, c call, now time.Time) (a answer, err error) {
	asked, err := json.Marshal(c)
	if err != nil {
		return answer{}, err
	}
	err = l.db.Write(ctx, groupcommit.Urgent, func(conn *sqlite.Conn) error {
		a = answer{}
		stored, known, err := answerOf(conn, key)
		if err != nil {
			return err
		}
		if known {
			if stored.call != string(asked) {
				return errKeyReused
			}
			return json.Unmarshal([]byte(stored.answer), &a)
		}
		var before payment
		if c.Operation != opCreate {
			if before, err = paymentOf(conn, c.Number); err != nil {
				return err
			}
		}
		next, refusal := c.after(before, now)
		if refusal == "" {
			if next, err = write(conn, next); err != nil {
				return err
			}
		}
		a = answer{After: next.seen(), Refusal: refusal}
		text, err := json.Marshal(a)
		if err != nil {
			return err
		}
		return remember(conn, key, string(asked), string(text))
	})
	return a, err
}

func (l *Ledger) payment(ctx context.Context, number int64) (p payment, err error) {
	err = l.db.Read(ctx, func(conn *sqlite.Conn) (err error) {
		p, err = paymentOf(conn, number)
		return err
	})
	return p, err
}

func (l *Ledger) find(ctx context.Context, paymentID string) (p payment, err error) {
	err = l.db.Read(ctx, func(conn *sqlite.Conn) (err error) {
		p, err = paymentByID(conn, paymentID)
		return err
	})
	return p, err
}

func (l *Ledger) owed(ctx context.Context, after int64, limit int) (debts []booking.Debt, err error) {
	err = l.db.Read(ctx, func(conn *sqlite.Conn) error {
		debts = nil
		all, err := owedPayments(conn, after, limit)
		for _, p := range all {
			debts = append(debts, p.debt())
		}
		return err
	})
	return debts, err
}

func (l *Ledger) markReturned(ctx context.Context, number int64, receipt booking.Receipt, now time.Time) (p payment, err error) {
	err = l.db.Write(ctx, groupcommit.Urgent, func(conn *sqlite.Conn) error {
		p, err = paymentOf(conn, number)
		if err != nil {
			return err
		}
		if p.owedSince.IsZero() {
			return errNothingOwed
		}
		if !p.returnedAt.IsZero() {
			return nil
		}
		p.returned, p.returnedAt = receipt, now
		p, err = write(conn, p)
		return err
	})
	return p, err
}

// refPrefix begins every ref; the rest is the payment's number in the ledger.
const refPrefix = "manual_"

func refOf(number int64) string {
	if number == 0 {
		return ""
	}
	return refPrefix + strconv.FormatInt(number, 10)
}

// numberOf is the reverse of refOf.
func numberOf(ref string) (number int64, ok bool) {
	digits, ok := strings.CutPrefix(ref, refPrefix)
	number, err := strconv.ParseInt(digits, 10, 64)
	return number, ok && err == nil && number > 0 && refOf(number) == ref
}
