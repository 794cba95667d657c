package cmemory

import (
	"fmt"
	"math/bits"
	"sync"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// Recycle has SQLite keep blocks of memory that it frees for when it asks for one again. It
// has to be called before anything else of SQLite: once SQLite is in use it answers an error, and
// memory comes from the C library as before, which costs time and nothing else. Calling it again
// answers the same.
//
// Keep alone does not do: SQLite wants a block as large as a page of the file for every page of an
// index that it splits, and the allocator takes it from where the pages of the page cache lie. As
// long as those fill the allocator's own pages to the last block, each such block is mapped and
// unmapped again. With a page cache that is full that stays so for good, and a hold takes half as
// long again.
func Recycle() error { return recycle() }

var recycle = sync.OnceValue(func() error {
	tls := libc.NewTLS()
	defer tls.Close()
	table := libc.Xcalloc(tls, 1, libc.Tsize_t(unsafe.Sizeof(sqlite3.Tsqlite3_mem_methods{})))
	if table == 0 {
		return fmt.Errorf("configure SQLite's memory: no memory")
	}
	defer libc.Xfree(tls, table)
	arguments := libc.NewVaList(table)
	defer libc.Xfree(tls, arguments)
	if rc := sqlite3.Xsqlite3_config(tls, sqlite3.SQLITE_CONFIG_GETMALLOC, arguments); rc != sqlite3.SQLITE_OK {
		return fmt.Errorf("read the configuration of SQLite's memory: result %d", rc)
	}
	methods := At[sqlite3.Tsqlite3_mem_methods](table)
	methods.FxMalloc, methods.FxFree = Pointer(xMalloc), Pointer(xFree)
	methods.FxRealloc, methods.FxSize = Pointer(xRealloc), Pointer(xSize)
	if rc := sqlite3.Xsqlite3_config(tls, sqlite3.SQLITE_CONFIG_MALLOC, arguments); rc != sqlite3.SQLITE_OK {
		return fmt.Errorf("configure SQLite's memory: result %d", rc)
	}
	return nil
})

const (
	// header is what stands before a block: the size that was asked for.
	header = 8
	// Blocks are recycled by their size, which is a power of two as in the C library's
	// allocator; those larger than largestClass are the system's each time.
	largestClass = 16
	// Of one size so many free blocks are kept, but not more memory than that.
	keptBlocks, keptBytes = 64, 256 << 10
)

// free holds the free blocks, by class.
var free struct {
	sync.Mutex
	of [largestClass + 1]struct {
		blocks [keptBlocks]uintptr
		n      int
	}
}

// classOf answers the power of two that holds a block of so many bytes and its header.
func classOf(n int32) int { return bits.Len64(uint64(n) + header - 1) }

// The functions below are those of https://www.sqlite.org/c3ref/mem_methods.html.

func xMalloc(tls *libc.TLS, n int32) uintptr {
	class := classOf(n)
	block := take(class)
	if block == 0 {
		size := libc.Tsize_t(n) + header
		if class <= largestClass {
			size = 1 << class
		}
		if block = libc.Xmalloc(tls, size); block == 0 {
			return 0
		}
	}
	*At[int64](block) = int64(n)
	return block + header
}

func xFree(tls *libc.TLS, p uintptr) {
	if block := p - header; !put(classOf(xSize(tls, p)), block) {
		libc.Xfree(tls, block)
	}
}

func xRealloc(tls *libc.TLS, p uintptr, n int32) uintptr {
	old := xSize(tls, p)
	if class := classOf(n); class == classOf(old) && class <= largestClass {
		*At[int64](p - header) = int64(n)
		return p
	}
	grown := xMalloc(tls, n)
	if grown != 0 {
		copy(Bytes(grown, int64(n)), Bytes(p, int64(old)))
		xFree(tls, p)
	}
	return grown
}

func xSize(_ *libc.TLS, p uintptr) int32 { return int32(*At[int64](p - header)) } // #nosec G115 -- an int32, see xMalloc

// take answers a free block of the class, or 0.
func take(class int) uintptr {
	if class > largestClass {
		return 0
	}
	free.Lock()
	defer free.Unlock()
	of := &free.of[class]
	if of.n == 0 {
		return 0
	}
	of.n--
	return of.blocks[of.n]
}

// put keeps a free block, or answers false if there are enough of the class.
func put(class int, block uintptr) bool {
	if class > largestClass {
		return false
	}
	free.Lock()
	defer free.Unlock()
	of := &free.of[class]
	if of.n == min(keptBlocks, keptBytes>>class) {
		return false
	}
	of.blocks[of.n] = block
	of.n++
	return true
}
