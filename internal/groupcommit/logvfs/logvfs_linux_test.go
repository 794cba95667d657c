package logvfs

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
	"zombiezen.com/go/sqlite/sqlitex"

	"github.com/vacancy/vacancy/internal/groupcommit/cmemory"
)

func TestASyncThatFailsIsSaid(t *testing.T) {
	tls := libc.NewTLS()
	defer tls.Close()
	file := libc.Xcalloc(tls, 1, 256)
	defer libc.Xfree(tls, file)
	cmemory.At[sqlite3.TunixFile](file).Fh = -1 // no file is open
	if rc := syncData(tls, nil, file, 0); rc != sqlite3.SQLITE_IOERR_FSYNC {
		t.Errorf("syncData = %d, want SQLITE_IOERR_FSYNC", rc)
	}
}

func TestACommitTakesFewCalls(t *testing.T) {
	conn := openLog(t, filepath.Join(t.TempDir(), "test.db"))
	defer conn.Close()
	must(t, sqlitex.ExecuteTransient(conn, "PRAGMA cache_size=4000", nil))
	must(t, sqlitex.ExecuteTransient(conn, "BEGIN", nil))
	must(t, insert(conn, 1, 1000)) // some 450 pages
	before := writeCalls(t)
	must(t, sqlitex.ExecuteTransient(conn, "COMMIT", nil))
	if calls := writeCalls(t) - before; calls > 20 {
		t.Errorf("a commit of some 450 pages took %d calls to write it, want about 5", calls)
	}
}

// writeCalls counts those of this process.
func writeCalls(t *testing.T) int {
	content, err := os.ReadFile("/proc/self/io")
	must(t, err)
	calls, err := strconv.Atoi(regexp.MustCompile(`syscw: (\d+)`).FindStringSubmatch(string(content))[1])
	must(t, err)
	return calls
}
