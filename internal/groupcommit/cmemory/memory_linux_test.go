package cmemory_test

import (
	"testing"

	"golang.org/x/sys/unix"
	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/vacancy/vacancy/internal/groupcommit/cmemory"
)

func faults(t *testing.T) int64 {
	var usage unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &usage); err != nil {
		t.Fatal(err)
	}
	return usage.Minflt
}

// TestKeep: blocks that come and go do not make the system find pages for them each time.
func TestKeep(t *testing.T) {
	tls := libc.NewTLS()
	defer tls.Close()
	const rounds = 2000
	for _, size := range []int{2048, 14_000} {
		churn := func() int64 {
			before := faults(t)
			for range rounds {
				block := libc.Xmalloc(tls, libc.Tsize_t(size))
				clear(cmemory.Bytes(block, int64(size)))
				libc.Xfree(tls, block)
			}
			return faults(t) - before
		}
		cmemory.Keep()
		if n := churn(); n > rounds/2 {
			t.Errorf("%d blocks of %d bytes took %d page faults", rounds, size, n)
		}
	}
}

// TestRecycle: a block that comes and goes does not make the system find pages for it, however
// many blocks of its size lie beside it.
func TestRecycle(t *testing.T) {
	tls := libc.NewTLS()
	defer tls.Close()
	const rounds, size = 500, 2048
	for beside := range 17 { // more than there are in a page of the allocator
		before := faults(t)
		for range rounds {
			block := sqlite3.Xsqlite3_malloc(tls, size)
			clear(cmemory.Bytes(block, size))
			sqlite3.Xsqlite3_free(tls, block)
		}
		if n := faults(t) - before; n > rounds/4 {
			t.Errorf("%d blocks with %d beside them took %d page faults", rounds, beside, n)
		}
		defer sqlite3.Xsqlite3_free(tls, sqlite3.Xsqlite3_malloc(tls, size))
	}
}
