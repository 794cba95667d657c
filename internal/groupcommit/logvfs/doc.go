// Package logvfs is a SQLite VFS for the connection of a program that does nearly all
// the writing: the one of the operating system, but for what it does with the
// write-ahead log.
//
// SQLite writes each page of a commit to its log by two calls of the system, header and
// page, and then asks for a sync. This VFS gathers what is written one after the other
// and hands it on in pieces of up to 120 KiB, at the latest before the sync, so that the calls of a
// commit become a few. And it syncs, on Linux, by fdatasync, which does not
// wait until the time at which the file was changed is on the disk, too; SQLite's own builds for
// Linux do the same (HAVE_FDATASYNC, https://www.sqlite.org/compile.html), the one transpiled
// to Go does not.
//
// It is for PRAGMA synchronous=FULL only: then the sync comes before other connections
// are shown the commit (walFrames in wal.c), and these never miss what is still gathered.
// Other connections to the file use any VFS they like.
//
// A VFS is a table of C functions (https://www.sqlite.org/vfs.html); the tables and the files
// that SQLite passes to them lie in memory that Go does not manage, reached by cmemory.
package logvfs
