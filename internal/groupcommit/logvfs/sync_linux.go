package logvfs

import (
	"errors"

	"golang.org/x/sys/unix"
	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/vacancy/vacancy/internal/groupcommit/cmemory"
)

// syncData makes the data of a log durable, and its size where that has changed
// (fdatasync(2)). It is a variable for the test that counts.
var syncData = func(_ *libc.TLS, _ *gathered, file uintptr, _ int32) int32 {
	for {
		switch err := unix.Fdatasync(int(cmemory.At[sqlite3.TunixFile](file).Fh)); {
		case err == nil:
			return sqlite3.SQLITE_OK
		case !errors.Is(err, unix.EINTR):
			return sqlite3.SQLITE_IOERR_FSYNC
		}
	}
}
