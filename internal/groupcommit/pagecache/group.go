package pagecache

import (
	"sync/atomic"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/vacancy/vacancy/internal/groupcommit/cmemory"
)

type (
	createFunc  func(tls *libc.TLS, page, extra, purgeable int32) uintptr
	destroyFunc func(tls *libc.TLS, cache uintptr)
)

var ( // written once, by install
	createOfSQLite  createFunc
	destroyOfSQLite destroyFunc
)

// groupOfAll is where the group of all caches is; 0 until one was taken out of it.
var groupOfAll atomic.Uintptr

// slack is how many more pages than its smallest size a group may have pinned (mxPinned in
// pcache1.c).
const slack = 10

// create is xCreate: SQLite's cache, taken out of the group of all and put in one of its own.
// Where there is no memory for that it stays where it is.
func create(tls *libc.TLS, page, extra, purgeable int32) uintptr {
	cache := createOfSQLite(tls, page, extra, purgeable)
	if cache == 0 {
		return 0
	}
	c := cmemory.At[sqlite3.TPCache1](cache)
	all := cmemory.At[sqlite3.TPGroup](c.FpGroup)
	if all.Fmutex == 0 {
		return cache // in a group of its own already, or in a program of one thread
	}
	groupOfAll.Store(c.FpGroup)
	own := libc.Xcalloc(tls, 1, libc.Tsize_t(unsafe.Sizeof(sqlite3.TPGroup{})))
	if own == 0 {
		return cache
	}
	if c.FbPurgeable != 0 {
		sqlite3.Xsqlite3_mutex_enter(tls, all.Fmutex)
		all.FnMinPage -= c.FnMin
		all.FmxPinned = all.FnMaxPage + slack - all.FnMinPage
		sqlite3.Xsqlite3_mutex_leave(tls, all.Fmutex)
	}

	g := cmemory.At[sqlite3.TPGroup](own)
	lru := own + unsafe.Offsetof(g.Flru)
	g.Flru.FisAnchor, g.Flru.FpLruNext, g.Flru.FpLruPrev = 1, lru, lru
	g.FmxPinned = slack
	if c.FbPurgeable != 0 {
		g.FnMinPage = c.FnMin
		g.FmxPinned = g.FnMaxPage + slack - g.FnMinPage
		c.FpnPurgeable = own + unsafe.Offsetof(g.FnPurgeable)
	}
	c.FpGroup = own
	return cache
}

// destroy is xDestroy: the cache goes, and its group with it.
func destroy(tls *libc.TLS, cache uintptr) {
	group := cmemory.At[sqlite3.TPCache1](cache).FpGroup
	destroyOfSQLite(tls, cache)
	if all := groupOfAll.Load(); all != 0 && group != all {
		libc.Xfree(tls, group)
	}
}
