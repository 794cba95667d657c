package groupcommit

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// migrate brings the file to the newest version and checks that it is one of ours
// and readable, by what costs the same however large it is.
func migrate(ctx context.Context, conn *sqlite.Conn, o Options) error {
	scripts, err := migrations(o.Migrations)
	if err != nil {
		return err
	}
	version, err := pragmaInt(conn, "user_version")
	if err != nil {
		return err
	}
	if err := checkMark(conn, o.ApplicationID, version); err != nil {
		return err
	}
	if version > int64(len(scripts)) {
		return fmt.Errorf("the file has schema version %d, this program knows %d: it was %w of the program, run that one", version, len(scripts), ErrNewer)
	}
	for i := version; i < int64(len(scripts)); i++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		script := scripts[i] + fmt.Sprintf(";\nPRAGMA user_version=%d;\nPRAGMA application_id=%d;", i+1, o.ApplicationID)
		if err := sqlitex.ExecuteScript(conn, script, nil); err != nil {
			return fmt.Errorf("migrate to schema version %d: %w", i+1, err)
		}
	}
	return touch(conn)
}

// checkMark refuses a database of another program.
func checkMark(conn *sqlite.Conn, want int32, version int64) error {
	mark, err := pragmaInt(conn, "application_id")
	if err != nil || mark == int64(want) {
		return err
	}
	tables, err := count(conn, "SELECT count(*) FROM sqlite_schema")
	if err == nil && (version != 0 || tables != 0) {
		err = fmt.Errorf("the file belongs to another program (application id %#x, expected %#x): name another one: %w", mark, want, ErrCorrupt)
	}
	return err
}

// touch reads the first entry of every table and index: a file whose pages are gone
// or overwritten near the roots is noticed now.
func touch(conn *sqlite.Conn) error {
	var tables []string
	err := sqlitex.ExecuteTransient(conn, "SELECT name FROM sqlite_schema WHERE type = 'table'", &sqlitex.ExecOptions{
		ResultFunc: func(s *sqlite.Stmt) error {
			tables = append(tables, s.ColumnText(0))
			return nil
		}})
	for _, t := range tables {
		if err == nil {
			_, err = count(conn, `SELECT count(*) FROM (SELECT 1 FROM "`+strings.ReplaceAll(t, `"`, `""`)+`" LIMIT 1)`)
		}
	}
	return err
}

func count(conn *sqlite.Conn, query string) (n int64, err error) {
	err = sqlitex.ExecuteTransient(conn, query, &sqlitex.ExecOptions{ResultFunc: func(s *sqlite.Stmt) error {
		n = s.ColumnInt64(0)
		return nil
	}})
	return n, err
}

// migrations reads the scripts in order and insists on numbers without gaps.
func migrations(files fs.FS) ([]string, error) {
	if files == nil {
		return nil, nil
	}
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	var scripts []string
	for i, name := range names {
		number, _, _ := strings.Cut(name, "_")
		if n, err := strconv.Atoi(number); err != nil || n != i+1 {
			return nil, fmt.Errorf("migration %s should be number %04d", name, i+1)
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		scripts = append(scripts, string(text))
	}
	return scripts, nil
}
