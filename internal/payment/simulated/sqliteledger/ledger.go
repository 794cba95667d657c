// Package sqliteledger keeps the simulated gateway's ledger in an SQLite file of its own,
// since a gateway is a third system: it commits by itself.
package sqliteledger

import (
	"context"
	"embed"
	"io/fs"
	"strconv"
	"strings"

	"zombiezen.com/go/sqlite"

	"github.com/vacancy/vacancy/internal/groupcommit"
	"github.com/vacancy/vacancy/internal/payment/simulated"
)

// FileName is what the ledger's file is called in a data directory.
const FileName = "simulated-gateway.db"

// applicationID marks the file (PRAGMA application_id): "VGWS".
const applicationID = 0x56475753

//go:embed migrations/*.sql
var migrations embed.FS

// Ledger is a ledger in an SQLite file of its own. Calls that wait share a commit.
type Ledger struct{ db *groupcommit.DB }

var _ simulated.Ledger = (*Ledger)(nil)

// Open opens the ledger at path and makes it if it is not there. A second process on
// it is refused. fault, if not nil, is asked at every boundary of a commit; it is for
// crash tests.
func Open(ctx context.Context, path string, fault func(groupcommit.Boundary) error) (*Ledger, error) {
	schema, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	db, err := groupcommit.Open(ctx, path, groupcommit.Options{Migrations: schema, ApplicationID: applicationID, Fault: fault})
	if err != nil {
		return nil, err
	}
	return &Ledger{db}, nil
}

func (l *Ledger) Execute(ctx context.Context, c simulated.Call, execute func(simulated.Payment) (simulated.Payment, simulated.Entry, error)) (simulated.Entry, bool, error) {
	var entry simulated.Entry
	var fresh bool
	err := l.db.Write(ctx, groupcommit.Urgent, func(conn *sqlite.Conn) (err error) {
		entry, fresh, err = executeOn(conn, c, execute)
		return err
	})
	if err != nil {
		return simulated.Entry{}, false, err
	}
	return entry, fresh, nil
}

func executeOn(conn *sqlite.Conn, c simulated.Call, execute func(simulated.Payment) (simulated.Payment, simulated.Entry, error)) (simulated.Entry, bool, error) {
	stored, known, err := entryOf(conn, c.Key)
	if err != nil || known {
		return stored, false, err
	}
	id, before := int64(0), simulated.Payment{}
	if c.Operation != simulated.Create {
		if id, known = numberOf(c.Ref); !known {
			return simulated.Entry{}, false, simulated.ErrNoPayment
		}
		if before, err = paymentOf(conn, id); err != nil {
			return simulated.Entry{}, false, err
		}
	}
	after, entry, err := execute(before)
	if err != nil {
		return simulated.Entry{}, false, err
	}
	switch {
	case c.Operation == simulated.Create && after.Status != "":
		if id, err = insertPayment(conn, after); err != nil {
			return simulated.Entry{}, false, err
		}
	case after != before:
		if err := updatePayment(conn, id, after); err != nil {
			return simulated.Entry{}, false, err
		}
	}
	seq, err := insertEntry(conn, id, entry)
	entry.Seq, entry.Ref, entry.After.Ref = seq, refOf(id), refOf(id)
	return entry, true, err
}

func (l *Ledger) Payment(ctx context.Context, ref string) (p simulated.Payment, err error) {
	id, known := numberOf(ref)
	if !known {
		return simulated.Payment{}, simulated.ErrNoPayment
	}
	err = l.db.Read(ctx, func(conn *sqlite.Conn) error {
		p, err = paymentOf(conn, id)
		return err
	})
	return p, err
}

func (l *Ledger) Entries(ctx context.Context, reservationID string) (found []simulated.Entry, err error) {
	err = l.db.Read(ctx, func(conn *sqlite.Conn) error {
		found, err = entries(conn, entriesOfReservation, func(s *sqlite.Stmt) { s.BindText(1, reservationID) })
		return err
	})
	return found, err
}

func (l *Ledger) EntriesAfter(ctx context.Context, seq int64, limit int) (found []simulated.Entry, err error) {
	err = l.db.Read(ctx, func(conn *sqlite.Conn) error {
		found, err = entries(conn, entriesAfter, func(s *sqlite.Stmt) {
			s.BindInt64(1, seq)
			s.BindInt64(2, int64(limit))
		})
		return err
	})
	return found, err
}

// Close closes the file.
func (l *Ledger) Close() error { return l.db.Close() }

// refOf makes the ref of the payment numbered id; 0 is none.
func refOf(id int64) string {
	if id == 0 {
		return ""
	}
	return simulated.RefPrefix + strconv.FormatInt(id, 10)
}

// numberOf is the reverse of refOf.
func numberOf(ref string) (id int64, ok bool) {
	digits, ok := strings.CutPrefix(ref, simulated.RefPrefix)
	id, err := strconv.ParseInt(digits, 10, 64)
	return id, ok && err == nil && id > 0 && refOf(id) == ref
}
