package groupcommit_test

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"testing/fstest"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"github.com/vacancy/vacancy/internal/groupcommit"
)

var schema = fstest.MapFS{"0001_numbers.sql": {Data: []byte(`CREATE TABLE numbers (n INTEGER PRIMARY KEY) STRICT`)}}

var blobs = fstest.MapFS{"0001_blobs.sql": {Data: []byte(`CREATE TABLE blobs (b BLOB) STRICT`)}}

// step executes a statement and passes over its rows.
func step(conn *sqlite.Conn, statement string) error { return sqlitex.Execute(conn, statement, nil) }

func open(t *testing.T, path string, o groupcommit.Options) *groupcommit.DB {
	t.Helper()
	if o.Migrations == nil {
		o.Migrations = schema
	}
	db, err := groupcommit.Open(t.Context(), path, o)
	if err != nil {
		t.Fatalf("Open = %v", err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// contextOfTheProcess is for what has no test around it.
var contextOfTheProcess = context.Background()

func file(t *testing.T) string { return filepath.Join(t.TempDir(), "test.db") }

func insert(n int) func(*sqlite.Conn) error {
	return func(conn *sqlite.Conn) error {
		stmt, err := conn.Prepare("INSERT INTO numbers VALUES (?)")
		if err != nil {
			return err
		}
		stmt.BindInt64(1, int64(n))
		_, err = stmt.Step()
		return err
	}
}

func numbers(t *testing.T, db *groupcommit.DB) (all []int) {
	t.Helper()
	err := db.Read(t.Context(), func(conn *sqlite.Conn) error {
		all = nil
		return sqlitex.Execute(conn, "SELECT n FROM numbers ORDER BY n", &sqlitex.ExecOptions{ResultFunc: func(s *sqlite.Stmt) error {
			all = append(all, s.ColumnInt(0))
			return nil
		}})
	})
	if err != nil {
		t.Fatalf("Read = %v", err)
	}
	return all
}

func TestManyWritersShareCommits(t *testing.T) {
	path := file(t)
	db := open(t, path, groupcommit.Options{})
	const writers, each = 32, 20
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				if err := db.Write(t.Context(), groupcommit.Priority(w%2), insert(w*each+i)); err != nil {
					t.Errorf("Write = %v", err)
				}
			}
		})
	}
	wg.Wait()
	if got := numbers(t, db); len(got) != writers*each || got[len(got)-1] != writers*each-1 {
		t.Errorf("%d numbers, want %d", len(got), writers*each)
	}
	s := db.Stats()
	if s.Writes != writers*each || s.Commits == 0 || s.Commits > s.Writes/2 {
		t.Errorf("%d writes in %d commits; they should share them", s.Writes, s.Commits)
	}
	if err := db.Close(); err != nil {
		t.Fatalf("Close = %v", err)
	}
	if got := numbers(t, open(t, path, groupcommit.Options{})); len(got) != writers*each {
		t.Errorf("%d numbers after opening it again, want %d", len(got), writers*each)
	}
	if err := db.Write(t.Context(), groupcommit.Urgent, insert(1)); !errors.Is(err, groupcommit.ErrClosed) {
		t.Errorf("Write after Close = %v, want ErrClosed", err)
	}
	if err := db.Read(t.Context(), func(*sqlite.Conn) error { return nil }); !errors.Is(err, groupcommit.ErrClosed) {
		t.Errorf("Read after Close = %v, want ErrClosed", err)
	}
}
