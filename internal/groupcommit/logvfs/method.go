package logvfs

import (
	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/vacancy/vacancy/internal/groupcommit/cmemory"
)

// Methods of a VFS and of its files; https://www.sqlite.org/c3ref/io_methods.html
type (
	openFunc     = func(tls *libc.TLS, vfs, name, file uintptr, flags int32, opened uintptr) int32
	closeFunc    = func(tls *libc.TLS, file uintptr) int32
	readFunc     = func(tls *libc.TLS, file, buffer uintptr, n int32, offset int64) int32
	writeFunc    = func(tls *libc.TLS, file, buffer uintptr, n int32, offset int64) int32
	truncateFunc = func(tls *libc.TLS, file uintptr, size int64) int32
	syncFunc     = func(tls *libc.TLS, file uintptr, flags int32) int32
	sizeFunc     = func(tls *libc.TLS, file, size uintptr) int32
)

// openFile opens a file as the system does. One that is a log gets methods of ours.
func openFile(tls *libc.TLS, vfs, name, file uintptr, flags int32, opened uintptr) int32 {
	rc := systemOpen(tls, vfs, name, file, flags, opened)
	if rc != sqlite3.SQLITE_OK || flags&sqlite3.SQLITE_OPEN_WAL == 0 {
		return rc
	}
	methods := &cmemory.At[sqlite3.Tsqlite3_file](file).FpMethods
	g := gatheredOf(file)
	*g = gathered{system: *methods, methods: *cmemory.At[sqlite3.Tsqlite3_io_methods](*methods)}
	g.methods.FxClose = cmemory.Pointer(closeLog)
	g.methods.FxRead = cmemory.Pointer(readLog)
	g.methods.FxWrite = cmemory.Pointer(writeLog)
	g.methods.FxTruncate = cmemory.Pointer(truncateLog)
	g.methods.FxSync = cmemory.Pointer(syncLog)
	g.methods.FxFileSize = cmemory.Pointer(sizeOfLog)
	*methods = file + gatheredAt
	return rc
}

func closeLog(tls *libc.TLS, file uintptr) int32 {
	g := gatheredOf(file)
	flushed := g.flush(tls, file)
	libc.Xfree(tls, g.buffer)
	rc := cmemory.Function[closeFunc](g.of().FxClose)(tls, file)
	if flushed != sqlite3.SQLITE_OK {
		rc = flushed
	}
	return rc
}

// readLog reads what is written, gathered or not. Where that could not be handed on it is an error of
// input and output, whatever it was: after such a one SQLite undoes the transaction
// (sqlite3VdbeHalt in vdbeaux.c), and after a full disk it might go on without what is lost.
func readLog(tls *libc.TLS, file, buffer uintptr, n int32, offset int64) int32 {
	g := gatheredOf(file)
	if rc := g.flush(tls, file); rc != sqlite3.SQLITE_OK && offset+int64(n) > g.lost {
		return sqlite3.SQLITE_IOERR_WRITE
	}
	return cmemory.Function[readFunc](g.of().FxRead)(tls, file, buffer, n, offset)
}

func writeLog(tls *libc.TLS, file, buffer uintptr, n int32, offset int64) int32 {
	return gatheredOf(file).write(tls, file, buffer, int64(n), offset)
}

func truncateLog(tls *libc.TLS, file uintptr, size int64) int32 {
	g := gatheredOf(file)
	if rc := g.flush(tls, file); rc != sqlite3.SQLITE_OK {
		return rc
	}
	return cmemory.Function[truncateFunc](g.of().FxTruncate)(tls, file, size)
}

func sizeOfLog(tls *libc.TLS, file, size uintptr) int32 {
	g := gatheredOf(file)
	if rc := g.flush(tls, file); rc != sqlite3.SQLITE_OK {
		return rc
	}
	return cmemory.Function[sizeFunc](g.of().FxFileSize)(tls, file, size)
}

// syncLog makes what was written durable. The first sync of an open file is the system's, which
// syncs the directory with it when the file is new.
func syncLog(tls *libc.TLS, file uintptr, flags int32) int32 {
	g := gatheredOf(file)
	if rc := g.flush(tls, file); rc != sqlite3.SQLITE_OK {
		return rc
	}
	if !g.synced {
		rc := cmemory.Function[syncFunc](g.of().FxSync)(tls, file, flags)
		g.synced = rc == sqlite3.SQLITE_OK
		return rc
	}
	return syncData(tls, g, file, flags)
}
