package logvfs

import (
	"testing"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"

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
