package pagecache

import (
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

// What SQLite's own page cache, under the one that is installed, was asked for.
var (
	truncateOfSQLite func(tls *libc.TLS, cache uintptr, limit uint32)
	looks            int // all of a cache was looked through
	putAside         int // a page was put aside
)

func countLooks(tls *libc.TLS, cache uintptr, limit uint32) {
	if limit <= cmemory.At[sqlite3.TPCache1](cache).FiMaxKey {
		looks++
	}
	truncateOfSQLite(tls, cache, limit)
}

var rekeyUncounted rekeyFunc

func countAside(tls *libc.TLS, cache, page uintptr, from, to uint32) {
	if to > 1<<16 {
		putAside++
	}
	rekeyUncounted(tls, cache, page, from, to)
}

func TestMain(m *testing.M) {
	tls := libc.NewTLS()
	at := libc.Xcalloc(tls, 1, 256)
	arguments := libc.NewVaList(at)
	rc := sqlite3.Xsqlite3_config(tls, sqlite3.SQLITE_CONFIG_GETPCACHE2, arguments)
	table := cmemory.At[sqlite3.Tsqlite3_pcache_methods2](at)
	truncateOfSQLite = cmemory.Function[func(*libc.TLS, uintptr, uint32)](table.FxTruncate)
	rekeyUncounted = cmemory.Function[rekeyFunc](table.FxRekey)
	table.FxTruncate, table.FxRekey = cmemory.Pointer(countLooks), cmemory.Pointer(countAside)
	rc |= sqlite3.Xsqlite3_config(tls, sqlite3.SQLITE_CONFIG_PCACHE2, arguments)
	if err := Install(); err != nil || rc != sqlite3.SQLITE_OK {
		fmt.Fprintln(os.Stderr, "install:", err, rc)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

type fataler interface{ Fatal(...any) }

func run(t fataler, conn *sqlite.Conn, statement string, args ...any) {
	if err := sqlitex.Execute(conn, statement, &sqlitex.ExecOptions{Args: args}); err != nil {
		t.Fatal(statement, err)
	}
}

func ask(t fataler, conn *sqlite.Conn, question string) (answer string) {
	err := sqlitex.ExecuteTransient(conn, question, &sqlitex.ExecOptions{ResultFunc: func(s *sqlite.Stmt) error {
		answer = s.ColumnText(0)
		return nil
	}})
	if err != nil {
		t.Fatal(question, err)
	}
	return answer
}

func open(t fataler, path string, pragmas ...string) *sqlite.Conn {
	conn, err := sqlite.OpenConn(path, sqlite.OpenReadWrite|sqlite.OpenCreate)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range append(pragmas, "journal_mode=WAL", "synchronous=OFF") {
		run(t, conn, "PRAGMA "+p)
	}
	return conn
}

func TestASplitDoesNotLookThroughTheCache(t *testing.T) {
	conn := open(t, filepath.Join(t.TempDir(), "test.db"), "page_size=2048")
	defer conn.Close()
	run(t, conn, "CREATE TABLE keys (k BLOB PRIMARY KEY) WITHOUT ROWID")
	looks, putAside = 0, 0
	for range 50 {
		run(t, conn, "BEGIN")
		for range 60 {
			run(t, conn, "INSERT INTO keys VALUES (randomblob(40))")
		}
		run(t, conn, "COMMIT")
	}
	if putAside == 0 {
		t.Fatal("no page was put aside: this shows nothing")
	}
	if looks != 0 {
		t.Errorf("in 50 transactions the page cache was looked through %d times, want none", looks)
	}
}

// TestAFileThatShrinks: the pages behind its new end are dropped, or they would be found
// instead of what later stands there.
func TestAFileThatShrinks(t *testing.T) {
	conn := open(t, filepath.Join(t.TempDir(), "test.db"), "auto_vacuum=FULL")
	defer conn.Close()
	run(t, conn, "CREATE TABLE rows (n INTEGER PRIMARY KEY, content BLOB)")
	for range 3 {
		for range 200 {
			run(t, conn, "INSERT INTO rows (content) VALUES (randomblob(1000))")
		}
		looks = 0
		run(t, conn, "DELETE FROM rows WHERE n > 3")
		if looks == 0 {
			t.Error("pages behind the end of the file are kept")
		}
		if got := ask(t, conn, "PRAGMA integrity_check"); got != "ok" {
			t.Error(got)
		}
	}
}

// TestContent writes keys at random, in transactions that are rolled back now and then, by
// caches of any size, and compares with a map.
func TestContent(t *testing.T) {
	dir := t.TempDir()
	files := 0
	rapid.Check(t, func(t *rapid.T) {
		files++
		path := filepath.Join(dir, fmt.Sprint(files))
		conn := open(t, path, fmt.Sprintf("page_size=%d", rapid.SampledFrom([]int{512, 2048}).Draw(t, "page size")),
			fmt.Sprintf("auto_vacuum=%d", rapid.IntRange(0, 1).Draw(t, "vacuum")), fmt.Sprintf("cache_size=%d", rapid.SampledFrom([]int{10, 100, 5000}).Draw(t, "cache")))
		defer conn.Close()
		run(t, conn, "CREATE TABLE keys (k TEXT PRIMARY KEY, v INTEGER) WITHOUT ROWID")
		want := map[int]int{}
		for range rapid.IntRange(1, 8).Draw(t, "transactions") {
			next := map[int]int{}
			for k, v := range want {
				next[k] = v
			}
			run(t, conn, "BEGIN")
			seed, n := rapid.IntRange(1, 1<<20).Draw(t, "seed"), rapid.IntRange(1, 400).Draw(t, "writes")
			for i := range n {
				seed = (seed*1103515245 + 12345) & 0x7fffffff
				k := (seed >> 8) % 2000
				if seed&7 == 0 {
					run(t, conn, "DELETE FROM keys WHERE k = ?", key(k))
					delete(next, k)
				} else {
					run(t, conn, "INSERT INTO keys VALUES (?, ?) ON CONFLICT (k) DO UPDATE SET v = excluded.v", key(k), i)
					next[k] = i
				}
			}
			if rapid.Bool().Draw(t, "commit") {
				run(t, conn, "COMMIT")
				want = next
			} else {
				run(t, conn, "ROLLBACK")
			}
			sum := 0
			for k, v := range want {
				sum += k*7 + v
			}
			if got := ask(t, conn, "SELECT count(*) || ' ' || coalesce(sum(CAST(substr(k, 1, 6) AS INTEGER) * 7 + v), 0) FROM keys"); got != fmt.Sprint(len(want), " ", sum) {
				t.Fatalf("the table has %s, want %d %d", got, len(want), sum)
			}
		}
		if got := ask(t, conn, "PRAGMA integrity_check"); got != "ok" {
			t.Fatal(got)
		}
	})
}

func key(k int) string { return fmt.Sprintf("%06d of a key that fills a page soon", k) }

// TestCachesAreApart: no page of a connection's cache is in the group of all, which has a mutex.
func TestCachesAreApart(t *testing.T) {
	for range 3 {
		first, second := open(t, filepath.Join(t.TempDir(), "a.db")), open(t, filepath.Join(t.TempDir(), "b.db"))
		for _, conn := range []*sqlite.Conn{first, second} {
			run(t, conn, "CREATE TABLE keys (k INTEGER PRIMARY KEY, v TEXT)")
			run(t, conn, "WITH RECURSIVE n (k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n WHERE k < 200) INSERT INTO keys SELECT k, hex(randomblob(200)) FROM n")
		}
		all := cmemory.At[sqlite3.TPGroup](groupOfAll.Load())
		if all.Fmutex == 0 || all.FnPurgeable != 0 || all.FnMinPage != 0 {
			t.Errorf("the group of all caches has %d pages, and room for %d at least; want none", all.FnPurgeable, all.FnMinPage)
		}
		first.Close()
		second.Close()
	}
}

func TestTooLate(t *testing.T) {
	conn := open(t, ":memory:")
	defer conn.Close()
	if err := configure(); err == nil {
		t.Error("the page cache was configured while SQLite is in use")
	}
}
