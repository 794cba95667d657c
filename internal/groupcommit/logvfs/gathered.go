package logvfs

import (
	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/vacancy/vacancy/internal/groupcommit/cmemory"
)

// capacity is how much is gathered at most. The VFS for unix systems writes no more
// than 128 KiB - 1 at a time (seekAndWriteFd in os_unix.c).
const capacity = 120 << 10

// gathered lies behind the system's part of each open log. SQLite uses a file by one
// thread at a time.
type gathered struct {
	methods sqlite3.Tsqlite3_io_methods // what SQLite calls
	system  uintptr                     // the system's methods
	buffer  uintptr                     // of capacity, made with the first write
	start   int64                       // offset in the file at which what is gathered begins
	length  int64
	synced  bool // since it was opened
	// failed is the result of handing on what was gathered from lost on, where that
	// failed after SQLite had been told that it was written.
	failed int32
	lost   int64
}

func gatheredOf(file uintptr) *gathered { return cmemory.At[gathered](file + gatheredAt) }

func (g *gathered) of() *sqlite3.Tsqlite3_io_methods {
	return cmemory.At[sqlite3.Tsqlite3_io_methods](g.system)
}

// write gathers n bytes, anew where they do not follow what is gathered.
func (g *gathered) write(tls *libc.TLS, file, data uintptr, n, offset int64) int32 {
	if offset <= g.lost {
		g.failed = sqlite3.SQLITE_OK // a transaction after the one that failed writes there
	}
	if g.length > 0 && (offset != g.start+g.length || g.length+n > capacity) {
		g.flush(tls, file)
	}
	if g.failed != sqlite3.SQLITE_OK {
		return g.failed
	}
	if g.buffer == 0 {
		if g.buffer = libc.Xmalloc(tls, capacity); g.buffer == 0 {
			return sqlite3.SQLITE_NOMEM
		}
	}
	if g.length == 0 {
		g.start = offset
	}
	copy(cmemory.Bytes(g.buffer, capacity)[g.length:], cmemory.Bytes(data, n))
	g.length += n
	return sqlite3.SQLITE_OK
}

// flush hands on what is gathered, and answers why something could not be that is not
// written again since.
func (g *gathered) flush(tls *libc.TLS, file uintptr) int32 {
	if g.length == 0 {
		return g.failed
	}
	n := g.length
	g.length = 0
	rc := cmemory.Function[writeFunc](g.of().FxWrite)(tls, file, g.buffer, int32(n), g.start)
	if rc != sqlite3.SQLITE_OK && g.failed == sqlite3.SQLITE_OK {
		g.failed, g.lost = rc, g.start
	}
	return g.failed
}
