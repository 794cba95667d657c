package groupcommit_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"zombiezen.com/go/sqlite"

	"github.com/vacancy/vacancy/internal/groupcommit"
)

var errFault = errors.New("planted")

// faulty fails at one boundary once it is armed.
type faulty struct {
	at    groupcommit.Boundary
	err   error
	armed bool
}

func (f *faulty) fault(at groupcommit.Boundary) error {
	if f.armed && at == f.at {
		return f.err
	}
	return nil
}

// asItWasLeft copies the file and its log as they are on the disk now, as a process
// that was killed leaves them, and answers the path of the copy.
func asItWasLeft(t *testing.T, path string) string {
	t.Helper()
	dir := t.TempDir()
	for _, suffix := range []string{"", "-wal"} {
		from, err := os.Open(path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		defer from.Close()
		to, err := os.Create(filepath.Join(dir, filepath.Base(path)+suffix))
		if err != nil {
			t.Fatal(err)
		}
		defer to.Close()
		if _, err := io.Copy(to, from); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, filepath.Base(path))
}

func TestFaultsAtTheBoundariesOfACommit(t *testing.T) {
	for _, c := range []struct {
		name    string
		at      groupcommit.Boundary
		err     error
		written bool
		dead    bool
	}{
		{"error before", groupcommit.BeforeCommit, errFault, false, false},
		{"error after", groupcommit.AfterCommit, errFault, true, false},
		{"crash before", groupcommit.BeforeCommit, groupcommit.ErrCrash, false, true},
		{"crash after", groupcommit.AfterCommit, groupcommit.ErrCrash, true, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := file(t)
			f := &faulty{at: c.at, err: c.err}
			db := open(t, path, groupcommit.Options{Fault: f.fault})
			if err := db.Write(t.Context(), groupcommit.Urgent, insert(1)); err != nil {
				t.Fatalf("Write = %v", err)
			}
			f.armed = true
			for i, err := range together(t, db, insert(2), insert(3)) {
				if !errors.Is(err, c.err) {
					t.Errorf("answer %d = %v, want the fault", i, err)
				}
			}
			f.armed = false
			after := db.Write(t.Context(), groupcommit.Urgent, insert(4))
			read := db.Read(t.Context(), func(*sqlite.Conn) error { return nil })
			if c.dead != errors.Is(after, groupcommit.ErrCrash) || c.dead != errors.Is(read, groupcommit.ErrCrash) || !c.dead && (after != nil || read != nil) {
				t.Errorf("afterwards Write = %v, Read = %v", after, read)
			}
			want := []int{1}
			if c.written {
				want = append(want, 2, 3)
			}
			if !c.dead {
				want = append(want, 4)
			}
			if got := numbers(t, open(t, asItWasLeft(t, path), groupcommit.Options{})); !slices.Equal(got, want) {
				t.Errorf("found %v, want %v", got, want)
			}
		})
	}
}

func TestCommitsAreSynced(t *testing.T) {
	db := open(t, file(t), groupcommit.Options{})
	for _, c := range []struct{ pragma, want string }{{"synchronous", "2"}, {"journal_mode", "wal"}, {"wal_autocheckpoint", "0"}} {
		var got string
		err := db.Write(t.Context(), groupcommit.Urgent, func(conn *sqlite.Conn) error {
			stmt, _, err := conn.PrepareTransient("PRAGMA " + c.pragma)
			if err != nil {
				return err
			}
			defer stmt.Finalize()
			_, err = stmt.Step()
			got = stmt.ColumnText(0)
			return err
		})
		if err != nil || got != c.want {
			t.Errorf("PRAGMA %s of the writer = %q, %v; want %q", c.pragma, got, err, c.want)
		}
	}
}
