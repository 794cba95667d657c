package groupcommit_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"github.com/vacancy/vacancy/internal/groupcommit"
)

// holderVariable makes this test binary a process that holds the file of its value.
const holderVariable = "GROUPCOMMIT_TEST_HOLD"

func TestMain(m *testing.M) {
	if path := os.Getenv(holderVariable); path != "" {
		hold(path)
		return
	}
	os.Exit(m.Run())
}

func hold(path string) {
	_, err := groupcommit.Open(contextOfTheProcess, path, groupcommit.Options{Migrations: schema})
	if err != nil {
		os.Stdout.WriteString(err.Error() + "\n")
		return
	}
	os.Stdout.WriteString("open\n")
	_, _ = os.Stdin.Read(make([]byte, 1)) // until the test ends it
}

func TestASecondProcessIsRefused(t *testing.T) {
	path := file(t)
	other := exec.Command(os.Args[0])
	other.Env = append(os.Environ(), holderVariable+"="+path)
	stdin, err := other.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := other.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	line := make([]byte, 256)
	n, _ := stdout.Read(line)
	if string(line[:n]) != "open\n" {
		t.Fatalf("the other process says %q", line[:n])
	}
	_, err = groupcommit.Open(t.Context(), path, groupcommit.Options{Migrations: schema})
	if !errors.Is(err, groupcommit.ErrInUse) || !strings.Contains(err.Error(), filepath.Dir(path)) ||
		!strings.Contains(err.Error(), "pid "+strconv.Itoa(other.Process.Pid)) {
		t.Errorf("Open = %v, want it refused, naming the directory and the process %d", err, other.Process.Pid)
	}
	if err := other.Process.Kill(); err != nil { // a lock ends with its process, however that ends
		t.Fatal(err)
	}
	_ = other.Wait()
	stdin.Close()
	open(t, path, groupcommit.Options{})
}

func TestASecondOpenInThisProcessIsRefused(t *testing.T) {
	path := file(t)
	db := open(t, path, groupcommit.Options{})
	if _, err := groupcommit.Open(t.Context(), path, groupcommit.Options{Migrations: schema}); !errors.Is(err, groupcommit.ErrInUse) {
		t.Errorf("Open = %v, want ErrInUse", err)
	}
	db.Close()
	open(t, path, groupcommit.Options{})
}

func TestOpenRefuses(t *testing.T) {
	for _, c := range []struct {
		name string
		make func(t *testing.T, path string)
		want error
		says string
	}{
		{"what is no database", func(t *testing.T, path string) {
			write(t, path, []byte(strings.Repeat("no database ", 1000)))
		}, groupcommit.ErrCorrupt, "backup"},
		{"a torn file", func(t *testing.T, path string) {
			content := database(t, path)
			write(t, path, content[:len(content)-4096*3/2])
		}, groupcommit.ErrCorrupt, "backup"},
		{"an overwritten schema", func(t *testing.T, path string) {
			content := database(t, path)
			copy(content[100:], bytes.Repeat([]byte{0xa5}, 3000))
			write(t, path, content)
		}, groupcommit.ErrCorrupt, "backup"},
		{"an overwritten table", func(t *testing.T, path string) {
			content := database(t, path)
			copy(content[4096:], bytes.Repeat([]byte{0xa5}, 4096))
			write(t, path, content)
		}, groupcommit.ErrCorrupt, "backup"},
		{"a file of a newer version", func(t *testing.T, path string) {
			database(t, path)
			rewrite(t, path, "PRAGMA user_version=7")
		}, groupcommit.ErrNewer, "schema version 7"},
		{"a file of another program", func(t *testing.T, path string) {
			database(t, path)
			rewrite(t, path, "PRAGMA application_id=99")
		}, groupcommit.ErrCorrupt, "another program"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := file(t)
			c.make(t, path)
			before, _ := os.ReadFile(path)
			_, err := groupcommit.Open(t.Context(), path, groupcommit.Options{Migrations: schema})
			if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("Open = %v, want %v, saying %q", err, c.want, c.says)
			}
			if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
				t.Error("what was refused has been changed")
			}
		})
	}
}

// database makes a closed file with numbers in it and answers its bytes.
func database(t *testing.T, path string) []byte {
	t.Helper()
	db := open(t, path, groupcommit.Options{})
	if err := db.Write(t.Context(), groupcommit.Urgent, func(conn *sqlite.Conn) error {
		for n := range 3000 {
			if err := insert(n)(conn); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

func rewrite(t *testing.T, path, statement string) {
	t.Helper()
	conn, err := sqlite.OpenConn(path, sqlite.OpenReadWrite)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := sqlitex.ExecuteTransient(conn, statement, nil); err != nil {
		t.Fatal(err)
	}
}

func TestAFullDiskIsSaidAndNothingIsLost(t *testing.T) {
	db := open(t, file(t), groupcommit.Options{})
	if err := db.Write(t.Context(), groupcommit.Urgent, insert(-1)); err != nil {
		t.Fatal(err)
	}
	limit := func(pages string) {
		t.Helper()
		if err := db.Write(t.Context(), groupcommit.Urgent, func(conn *sqlite.Conn) error {
			return sqlitex.ExecuteTransient(conn, "PRAGMA max_page_count="+pages, nil)
		}); err != nil {
			t.Fatal(err)
		}
	}
	many := func(conn *sqlite.Conn) error {
		for n := range 5000 {
			if err := insert(n)(conn); err != nil {
				return err
			}
		}
		return nil
	}
	limit("3") // as small as it is
	errs := together(t, db, insert(10_000), many)
	if !errors.Is(errs[1], groupcommit.ErrFull) || !strings.Contains(errs[1].Error(), "make room") {
		t.Errorf("Write = %v, want ErrFull", errs[1])
	}
	stored := numbers(t, db)
	if (errs[0] == nil) != slices.Contains(stored, 10_000) || len(stored) > 2 || !slices.Contains(stored, -1) {
		t.Errorf("the small write of the group = %v, stored %v", errs[0], stored)
	}
	limit("100000")
	if err := db.Write(t.Context(), groupcommit.Urgent, many); err != nil {
		t.Errorf("Write once there is room = %v", err)
	}
}

func TestAReadOnlyDirectoryIsSaid(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root may write everywhere: run as another user to see that a read-only directory is refused")
	}
	path := file(t)
	database(t, path)
	for _, name := range []string{path, path + ".lock", filepath.Dir(path)} {
		if err := os.Chmod(name, 0o500); err != nil {
			t.Fatal(err)
		}
	}
	defer os.Chmod(filepath.Dir(path), 0o700)
	_, err := groupcommit.Open(t.Context(), path, groupcommit.Options{Migrations: schema})
	if !errors.Is(err, groupcommit.ErrReadOnly) {
		t.Errorf("Open = %v, want ErrReadOnly", err)
	}
}

func TestMigrationsFromEachVersion(t *testing.T) {
	all := fstest.MapFS{
		"0001_numbers.sql": schema["0001_numbers.sql"],
		"0002_word.sql":    {Data: []byte("ALTER TABLE numbers ADD COLUMN word TEXT; UPDATE numbers SET word = 'old'")},
		"0003_count.sql":   {Data: []byte("CREATE TABLE counts (c INTEGER) STRICT; INSERT INTO counts SELECT count(*) FROM numbers WHERE word = 'old';")},
	}
	names := []string{"0001_numbers.sql", "0002_word.sql", "0003_count.sql"}
	for version := 1; version <= len(names); version++ {
		path := file(t)
		some := fstest.MapFS{}
		for _, name := range names[:version] {
			some[name] = all[name]
		}
		db := open(t, path, groupcommit.Options{Migrations: some})
		if version == 1 {
			if err := db.Write(t.Context(), groupcommit.Urgent, insert(1)); err != nil {
				t.Fatal(err)
			}
		}
		db.Close()
		db = open(t, path, groupcommit.Options{Migrations: all})
		got := -1
		if err := db.Read(t.Context(), func(conn *sqlite.Conn) error {
			return sqlitex.Execute(conn, "SELECT c FROM counts", &sqlitex.ExecOptions{ResultFunc: func(s *sqlite.Stmt) error {
				got = s.ColumnInt(0)
				return nil
			}})
		}); err != nil {
			t.Errorf("from version %d: %v", version, err)
		}
		if want := 2 - min(version, 2); got != want {
			t.Errorf("from version %d: counted %d, want %d", version, got, want)
		}
	}
}

func TestAFailedMigrationChangesNothing(t *testing.T) {
	path := file(t)
	database(t, path)
	bad := fstest.MapFS{
		"0001_numbers.sql": schema["0001_numbers.sql"],
		"0002_bad.sql":     {Data: []byte("CREATE TABLE half (x INTEGER); INSERT INTO nowhere VALUES (1);")},
	}
	_, err := groupcommit.Open(t.Context(), path, groupcommit.Options{Migrations: bad})
	if err == nil || !strings.Contains(err.Error(), "schema version 2") {
		t.Fatalf("Open = %v", err)
	}
	if got := numbers(t, open(t, path, groupcommit.Options{})); len(got) != 3000 {
		t.Errorf("%d numbers, want those before", len(got))
	}
	gap := fstest.MapFS{"0001_a.sql": {Data: []byte("")}, "0003_b.sql": {Data: []byte("")}}
	if _, err := groupcommit.Open(t.Context(), file(t), groupcommit.Options{Migrations: gap}); err == nil {
		t.Error("migrations with a gap are taken")
	}
}

func TestMemory(t *testing.T) {
	db, err := groupcommit.OpenMemory(t.Context(), groupcommit.Options{Migrations: schema})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	errs := together(t, db, insert(1), func(*sqlite.Conn) error { return errRefused }, insert(2))
	if errs[0] != nil || !errors.Is(errs[1], errRefused) || errs[2] != nil {
		t.Errorf("answers %v", errs)
	}
	if got := numbers(t, db); !slices.Equal(got, []int{1, 2}) {
		t.Errorf("stored %v", got)
	}
}
