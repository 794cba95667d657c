package cmemory

import (
	"sync"

	"modernc.org/libc"
)

// Keep has the C library's allocator keep its pages, as far as it can be had. Calling it again
// does nothing.
//
// The allocator (modernc.org/memory) cuts pages of 64 KiB into blocks of one size, a power of two
// up to 16 KiB, and gives a page back to the system with its last block. SQLite asks for some
// kilobytes whenever it splits a page of the file and frees them at once: three calls of the
// system, and as many faults as the block has pages, each time. One block of each size that is
// never freed prevents that.
func Keep() { keep() }

var keep = sync.OnceFunc(func() {
	const smallest, largest = 16, 16 << 10
	tls := libc.NewTLS()
	defer tls.Close()
	for size := smallest; size <= largest; size *= 2 {
		// A block that cannot be had now is not missed: it only saves time.
		libc.Xmalloc(tls, libc.Tsize_t(size))
	}
})
