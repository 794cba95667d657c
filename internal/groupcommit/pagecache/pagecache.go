// Package pagecache makes two things of SQLite's page cache cheaper than this build of it
// has them.
//
// # No look through all of it
//
// A page that is split may change its number, and on the way it is put aside under a number that
// no page has: that of the page with the lock byte, 1 GiB into the file (balance_nonroot in
// btree.c; https://www.sqlite.org/fileformat2.html#the_lock_byte_page). The page cache keeps the
// highest number that it has ever had, and is told at the end of a transaction how many pages the
// file has (pcache1Truncate in pcache1.c): it takes the file for one that has shrunk, and looks for
// pages to drop among all that it has. Of 8,000 pages that takes 0.1 ms or more, for each commit,
// in the only goroutine that writes. So the cache of a large file could not be large.
//
// Here the page under that number is not counted. It leaves the number before balance_nonroot
// returns.
//
// # A cache for each connection
//
// Built with SQLITE_ENABLE_MEMORY_MANAGEMENT, as modernc.org/sqlite is, all caches of a process
// are one group with one mutex (mode 2 in pcache1.c): it is taken twice for every page that any
// connection looks at, by the writers of two files and all readers. What that buys,
// sqlite3_release_memory, nobody calls here. So each cache gets a group of its own, without a
// mutex, which is what SQLite does by default (mode 1): a cache is used by its connection only.
package pagecache

import (
	"fmt"
	"sync"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/vacancy/vacancy/internal/groupcommit/cmemory"
)

// lockByte is where in a file SQLite locks it (PENDING_BYTE); the page there holds nothing.
const lockByte = 0x40000000

// Install has the page caches of this process made so. It has to be called before
// anything else of SQLite: once SQLite is in use it answers an error, and the page caches
// stay as they are, which costs time and nothing else. Calling it again answers the same.
func Install() error { return install() }

var install = sync.OnceValue(configure)

func configure() error {
	tls := libc.NewTLS()
	defer tls.Close()
	table := libc.Xcalloc(tls, 1, libc.Tsize_t(unsafe.Sizeof(sqlite3.Tsqlite3_pcache_methods2{})))
	if table == 0 {
		return fmt.Errorf("configure SQLite's page cache: no memory")
	}
	defer libc.Xfree(tls, table)
	arguments := libc.NewVaList(table)
	defer libc.Xfree(tls, arguments)

	if rc := sqlite3.Xsqlite3_config(tls, sqlite3.SQLITE_CONFIG_GETPCACHE2, arguments); rc != sqlite3.SQLITE_OK {
		return fmt.Errorf("read the configuration of SQLite's page cache: result %d", rc)
	}
	methods := cmemory.At[sqlite3.Tsqlite3_pcache_methods2](table)
	rekeyOfSQLite = cmemory.Function[rekeyFunc](methods.FxRekey)
	methods.FxRekey = cmemory.Pointer(rekey)
	createOfSQLite = cmemory.Function[createFunc](methods.FxCreate)
	methods.FxCreate = cmemory.Pointer(create)
	destroyOfSQLite = cmemory.Function[destroyFunc](methods.FxDestroy)
	methods.FxDestroy = cmemory.Pointer(destroy)
	if rc := sqlite3.Xsqlite3_config(tls, sqlite3.SQLITE_CONFIG_PCACHE2, arguments); rc != sqlite3.SQLITE_OK {
		return fmt.Errorf("configure SQLite's page cache: result %d", rc)
	}
	return nil
}

type rekeyFunc func(tls *libc.TLS, cache, page uintptr, from, to uint32)

var rekeyOfSQLite rekeyFunc // written once, by install

// rekey is xRekey (https://www.sqlite.org/c3ref/pcache_methods2.html): a page gets another number.
func rekey(tls *libc.TLS, cache, page uintptr, from, to uint32) {
	c := cmemory.At[sqlite3.TPCache1](cache)
	highest := c.FiMaxKey
	rekeyOfSQLite(tls, cache, page, from, to)
	if to == uint32(lockByte/c.FszPage)+1 {
		c.FiMaxKey = highest
	}
}
