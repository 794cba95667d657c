package logvfs

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
	"pgregory.net/rapid"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"github.com/vacancy/vacancy/internal/groupcommit/cmemory"
)

type errorer interface{ Fatal(...any) }

func must(t errorer, err error) {
	if err != nil {
		t.Fatal(err)
	}
}

// openLog opens a new file by the VFS, with a cache so small that transactions are written before they end.
func openLog(t errorer, path string) *sqlite.Conn {
	uri, err := URI(path)
	must(t, err)
	conn, err := sqlite.OpenConn(uri, sqlite.OpenReadWrite|sqlite.OpenCreate|sqlite.OpenURI)
	must(t, err)
	for _, statement := range []string{"PRAGMA page_size=1024", "PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA cache_size=12",
		"CREATE TABLE IF NOT EXISTS numbers (n INTEGER PRIMARY KEY, text TEXT)"} {
		must(t, sqlitex.ExecuteTransient(conn, statement, nil))
	}
	return conn
}

func insert(conn *sqlite.Conn, from, n int) error {
	for i := from; i < from+n; i++ {
		err := sqlitex.Execute(conn, "INSERT INTO numbers (n, text) VALUES (?, hex(randomblob(200)))", &sqlitex.ExecOptions{Args: []any{i}})
		if err != nil {
			return err
		}
	}
	return nil
}

// rows answers what is to be found of the numbers: how many, and whether the file is whole.
func rows(conn *sqlite.Conn) (found string, err error) {
	err = sqlitex.ExecuteTransient(conn, "SELECT count(*) || ' to ' || coalesce(max(n), 0) || ', ' || (SELECT group_concat(integrity_check) FROM pragma_integrity_check) FROM numbers",
		&sqlitex.ExecOptions{ResultFunc: func(s *sqlite.Stmt) error {
			found = s.ColumnText(0)
			return nil
		}})
	return found, err
}

func whole(n int) string { return fmt.Sprintf("%d to %d, ok", n, n) }

// found answers what the system's VFS finds in the files, as they would be after a crash.
func found(t errorer, path string) string {
	dir, err := os.MkdirTemp(filepath.Dir(path), "crash")
	must(t, err)
	defer os.RemoveAll(dir)
	for _, suffix := range []string{"", "-wal"} {
		content, err := os.ReadFile(path + suffix)
		must(t, err)
		must(t, os.WriteFile(filepath.Join(dir, "test.db"+suffix), content, 0o600))
	}
	conn, err := sqlite.OpenConn(filepath.Join(dir, "test.db"), sqlite.OpenReadWrite)
	must(t, err)
	defer conn.Close()
	r, err := rows(conn)
	must(t, err)
	return r
}

func TestEachCommitIsInTheFileWhenItIsSynced(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a file? of 100%.db")
	conn := openLog(t, path)
	defer conn.Close()
	real := syncData
	defer func() { syncData = real }()
	var synced []string
	syncData = func(tls *libc.TLS, g *gathered, file uintptr, flags int32) int32 {
		synced = append(synced, found(t, path))
		return real(tls, g, file, flags)
	}
	rowsOf := []int{1, 2, 50, 1000, 3}
	n := 0
	for _, more := range rowsOf {
		must(t, sqlitex.ExecuteTransient(conn, "BEGIN", nil))
		must(t, insert(conn, n+1, more))
		n += more
		must(t, sqlitex.ExecuteTransient(conn, "COMMIT", nil))
		if len(synced) == 0 || synced[len(synced)-1] != whole(n) {
			t.Errorf("when the commit of %d rows was synced, the last time, the files held %q; want %q", more, synced, whole(n))
		}
		synced = nil
	}
}

// TestUndoneToASavepoint: pages of a transaction that were written to the log before it is undone to
// a savepoint do not spoil the log for what is committed. Before 3.51.3 SQLite took no checksum of the
// pages of such a commit, so that it was lost with a restart.
func TestUndoneToASavepoint(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	conn := openLog(t, path)
	defer conn.Close()
	run := func(statement string) {
		t.Helper()
		must(t, sqlitex.ExecuteTransient(conn, statement, nil))
	}
	for n := 1; n < 4; n++ {
		run("BEGIN")
		must(t, insert(conn, n, 1))
		run("SAVEPOINT s")
		must(t, insert(conn, n+1, 300))
		for range 2 { // pages that came late into the log are written once more, over what is there
			run("UPDATE numbers SET text = hex(randomblob(200)) WHERE n > 280")
			run("SELECT sum(length(text)) FROM numbers")
		}
		run("ROLLBACK TO s")
		run("COMMIT")
		if got := found(t, path); got != whole(n) {
			t.Errorf("the files hold %s, want %s", got, whole(n))
		}
	}
}

// What the disk does in the test below: nothing it is told to write is written while it is full.
var (
	diskFull    bool
	systemWrite writeFunc
)

func writeToDisk(tls *libc.TLS, file, buffer uintptr, n int32, offset int64) int32 {
	if diskFull {
		return sqlite3.SQLITE_FULL
	}
	return systemWrite(tls, file, buffer, n, offset)
}

// failing has logs that are opened from now on written by writeToDisk.
func failing(t *testing.T) {
	must(t, registered())
	real := systemOpen
	t.Cleanup(func() { systemOpen = real })
	systemOpen = func(tls *libc.TLS, vfs, name, file uintptr, flags int32, opened uintptr) int32 {
		rc := real(tls, vfs, name, file, flags, opened)
		if rc == sqlite3.SQLITE_OK && flags&sqlite3.SQLITE_OPEN_WAL != 0 {
			methods := &cmemory.At[sqlite3.Tsqlite3_file](file).FpMethods
			table := libc.Xcalloc(tls, 1, 256) // some bytes for each log of a test
			*cmemory.At[sqlite3.Tsqlite3_io_methods](table) = *cmemory.At[sqlite3.Tsqlite3_io_methods](*methods)
			systemWrite = cmemory.Function[writeFunc](cmemory.At[sqlite3.Tsqlite3_io_methods](*methods).FxWrite)
			cmemory.At[sqlite3.Tsqlite3_io_methods](table).FxWrite = cmemory.Pointer(writeToDisk)
			*methods = table
		}
		return rc
	}
}

// TestWhateverTheDiskDoes runs transactions of any size, undone or committed, read in the middle, on a
// disk that is full from time to time: what was committed is in the files, and nothing else.
func TestWhateverTheDiskDoes(t *testing.T) {
	must(t, flag.Set("rapid.shrinktime", "2s")) // each try writes files
	failing(t)
	dir := t.TempDir()
	files := 0
	rapid.Check(t, func(t *rapid.T) {
		diskFull = false
		files++
		path := filepath.Join(dir, fmt.Sprintf("%d.db", files))
		conn := openLog(t, path)
		defer conn.Close()
		committed, written := 0, 0
		check := func() {
			t.Helper()
			if got := found(t, path); got != whole(committed) {
				t.Fatalf("the files hold %s, want %s", got, whole(committed))
			}
			written = committed
		}
		// end takes note that an error has, or has not, undone the transaction; if not, it is undone.
		end := func(err error) {
			if err != nil && !conn.AutocommitEnabled() {
				diskFull = false
				must(t, sqlitex.ExecuteTransient(conn, "ROLLBACK", nil))
			}
		}
		begin := func() {
			if conn.AutocommitEnabled() {
				must(t, sqlitex.ExecuteTransient(conn, "BEGIN IMMEDIATE", nil))
				written = committed
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"insert": func(t *rapid.T) {
				begin()
				n := rapid.IntRange(1, 120).Draw(t, "rows")
				err := insert(conn, written+1, n)
				written += n
				end(err)
			},
			"undo the last": func(t *rapid.T) {
				begin()
				must(t, sqlitex.ExecuteTransient(conn, "SAVEPOINT s", nil))
				err := insert(conn, written+1, rapid.IntRange(1, 60).Draw(t, "rows"))
				if err == nil {
					err = sqlitex.ExecuteTransient(conn, "ROLLBACK TO s", nil)
				}
				end(err)
			},
			"read": func(t *rapid.T) {
				got, err := rows(conn)
				if conn.AutocommitEnabled() {
					written = committed
				}
				if err == nil && got != whole(written) {
					t.Fatalf("read %s in the transaction, want %s", got, whole(written))
				}
				// As groupcommit does not, a reader might go on with the transaction after its error.
			},
			"commit": func(t *rapid.T) {
				if conn.AutocommitEnabled() {
					return
				}
				err := sqlitex.ExecuteTransient(conn, "COMMIT", nil)
				if err == nil {
					committed = written
				}
				end(err)
				check()
			},
			"undo": func(t *rapid.T) {
				if !conn.AutocommitEnabled() {
					must(t, sqlitex.ExecuteTransient(conn, "ROLLBACK", nil))
				}
				check()
			},
			"full": func(*rapid.T) { diskFull = !diskFull },
		})
		diskFull = false
		end(fmt.Errorf("the end"))
		check()
		must(t, insert(conn, committed+1, 1))
		committed++
		check()
	})
}
