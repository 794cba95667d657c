package cmemory_test

import (
	"testing"

	"golang.org/x/sys/unix"
	"modernc.org/libc"

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
