package simulated

import (
	"context"
	"embed"
	"io/fs"
	"strconv"
	"strings"

	"zombiezen.com/go/sqlite"

	"github.com/vacancy/vacancy/internal/groupcommit"
)

// FileName is what the ledger's file is called in a data directory.
const FileName = "simulated-gateway.db"

// applicationID marks the file (PRAGMA application_id): "VGWS".
const applicationID = 0x56475753

//go:embed migrations/*.sql
var migrations embed.FS

// File is a ledger in an SQLite file of its own. Calls that wait share a commit.
type File struct{ db *groupcommit.DB }

var _ Ledger = (*File)(nil)

// OpenFile opens the ledger at path and makes it if it is not there. A second process on
// it is refused. fault, if not nil, is asked at every boundary of a commit; it is for
// crash tests.
func OpenFile(ctx context.Context, path string, fault func(groupcommit.Boundary) error) (*File, error) {
	schema, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	db, err := groupcommit.Open(ctx, path, groupcommit.Options{Migrations: schema, ApplicationID: applicationID, Fault: fault})
	if err != nil {
		return nil, err
	}
	return &File{db}, nil
}

func (f *File) Execute(ctx context.Context, c Call, execute func(Payment) (Payment, Entry, error)) (Entry, bool, error) {
	var entry Entry
	var fresh bool
	err := f.db.Write(ctx, groupcommit.Urgent, func(conn *sqlite.Conn) (err error) {
		entry, fresh, err = executeOn(conn, c, execute)
		return err
	})
	if err != nil {
		return Entry{}, false, err
	}
	return entry, fresh, nil
}

func executeOn(conn *sqlite.Conn, c Call, execute func(Payment) (Payment, Entry, error)) (Entry, bool, error) {
	stored, known, err := entryOf(conn, c.Key)
	if err != nil || known {
		return stored, false, err
	}
	id, before := int64(0), Payment{}
	if c.Operation != Create {
		if id, known = numberOf(c.Ref); !known {
			return Entry{}, false, ErrNoPayment
		}
		if before, err = paymentOf(conn, id); err != nil {
			return Entry{}, false, err
		}
	}
	after, entry, err := execute(before)
	if err != nil {
		return Entry{}, false, err
	}
	switch {
	case c.Operation == Create && after.exists():
		if id, err = insertPayment(conn, after); err != nil {
			return Entry{}, false, err
		}
	case after != before:
		if err := updatePayment(conn, id, after); err != nil {
			return Entry{}, false, err
		}
	}
	seq, err := insertEntry(conn, id, entry)
	return entry.of(refOf(id), seq), true, err
}

func (f *File) Payment(ctx context.Context, ref string) (p Payment, err error) {
	id, known := numberOf(ref)
	if !known {
		return Payment{}, ErrNoPayment
	}
	err = f.db.Read(ctx, func(conn *sqlite.Conn) error {
		p, err = paymentOf(conn, id)
		return err
	})
	return p, err
}

func (f *File) Entries(ctx context.Context, reservationID string) (found []Entry, err error) {
	err = f.db.Read(ctx, func(conn *sqlite.Conn) error {
		found, err = entries(conn, entriesOfReservation, func(s *sqlite.Stmt) { s.BindText(1, reservationID) })
		return err
	})
	return found, err
}

func (f *File) EntriesAfter(ctx context.Context, seq int64, limit int) (found []Entry, err error) {
	err = f.db.Read(ctx, func(conn *sqlite.Conn) error {
		found, err = entries(conn, entriesAfter, func(s *sqlite.Stmt) {
			s.BindInt64(1, seq)
			s.BindInt64(2, int64(limit))
		})
		return err
	})
	return found, err
}

// Close closes the file.
func (f *File) Close() error { return f.db.Close() }

// refOf makes the ref of the payment numbered id; 0 is none.
func refOf(id int64) string {
	if id == 0 {
		return ""
	}
	return refPrefix + strconv.FormatInt(id, 10)
}

// numberOf is the reverse of refOf.
func numberOf(ref string) (id int64, ok bool) {
	digits, ok := strings.CutPrefix(ref, refPrefix)
	id, err := strconv.ParseInt(digits, 10, 64)
	return id, ok && err == nil && id > 0 && refOf(id) == ref
}
