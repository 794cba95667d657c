package groupcommit

import (
	"fmt"
	"time"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"github.com/vacancy/vacancy/internal/groupcommit/logvfs"
	"github.com/vacancy/vacancy/internal/groupcommit/pagecache"
)

const (
	// busyTimeout is for others who open the file (a backup, the sqlite3 program);
	// within this process there is one writer.
	busyTimeout = 5 * time.Second
	// Caches in KiB, filled only as far as a file's pages are used. The writer's has room for the
	// pages that 100,000 holds at random touch: what it lacks it reads again from the log.
	writerCache = 64 << 10
	readerCache = 8 << 10
)

// openWriter opens the connection that writes. Automatic checkpoints are off: they
// would make some commit wait for all pages since the last one (see checkpointer).
func openWriter(path string, pageSize int) (*sqlite.Conn, error) {
	// Where a program has used SQLite before, commits of large files take longer, and that is all.
	_ = pagecache.Install()
	if path == "" {
		return openConn(":memory:", sqlite.OpenReadWrite|sqlite.OpenCreate, writerCache)
	}
	uri, err := logvfs.URI(path)
	if err != nil {
		return nil, err
	}
	conn, err := openConn(uri, sqlite.OpenReadWrite|sqlite.OpenCreate|sqlite.OpenURI, writerCache)
	if err != nil {
		return nil, err
	}
	err = pragmas(conn,
		fmt.Sprintf("PRAGMA page_size=%d", pageSize), // of a file that is made now
		"PRAGMA journal_mode=WAL",
		"PRAGMA synchronous=FULL", // a commit returns when it is on the disk
		"PRAGMA wal_autocheckpoint=0",
		// After a restart of the log its file is cut to this size.
		fmt.Sprintf("PRAGMA journal_size_limit=%d", keptBytes),
	)
	if err == nil {
		err = expectWAL(conn)
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	return conn, nil
}

func openReader(path string) (*sqlite.Conn, error) {
	conn, err := openConn(path, sqlite.OpenReadWrite, readerCache)
	if err != nil {
		return nil, err
	}
	if err := pragmas(conn, "PRAGMA query_only=ON", "PRAGMA wal_autocheckpoint=0"); err != nil {
		conn.Close()
		return nil, err
	}
	return conn, nil
}

func openConn(path string, flags sqlite.OpenFlags, cacheKiB int) (*sqlite.Conn, error) {
	conn, err := sqlite.OpenConn(path, flags)
	if err != nil {
		return nil, err
	}
	conn.SetBusyTimeout(busyTimeout)
	if err := pragmas(conn, fmt.Sprintf("PRAGMA cache_size=-%d", cacheKiB), "PRAGMA foreign_keys=ON"); err != nil {
		conn.Close()
		return nil, err
	}
	return conn, nil
}

func pragmas(conn *sqlite.Conn, all ...string) error {
	for _, p := range all {
		if err := sqlitex.ExecuteTransient(conn, p, nil); err != nil {
			return fmt.Errorf("%s: %w", p, err)
		}
	}
	return nil
}

// expectWAL refuses a file on which the log could not be turned on, as on some
// network file systems: its commits would not be what Write promises.
func expectWAL(conn *sqlite.Conn) error {
	mode, err := pragmaText(conn, "journal_mode")
	if err == nil && mode != "wal" {
		err = fmt.Errorf("the file is in journal mode %q and cannot be put in mode wal; keep it on a local disk", mode)
	}
	return err
}

func pragmaText(conn *sqlite.Conn, name string) (value string, err error) {
	err = sqlitex.ExecuteTransient(conn, "PRAGMA "+name, &sqlitex.ExecOptions{ResultFunc: func(s *sqlite.Stmt) error {
		value = s.ColumnText(0)
		return nil
	}})
	return value, err
}

func pragmaInt(conn *sqlite.Conn, name string) (value int64, err error) {
	err = sqlitex.ExecuteTransient(conn, "PRAGMA "+name, &sqlitex.ExecOptions{ResultFunc: func(s *sqlite.Stmt) error {
		value = s.ColumnInt64(0)
		return nil
	}})
	return value, err
}

// run executes a statement that answers no rows.
func run(conn *sqlite.Conn, statement string) error {
	stmt, err := conn.Prepare(statement)
	if err != nil {
		return err
	}
	_, err = stmt.Step()
	return err
}
