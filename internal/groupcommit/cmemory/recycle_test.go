package cmemory_test

import (
	"bytes"
	"fmt"
	"os"
	"testing"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
	"pgregory.net/rapid"

	"github.com/vacancy/vacancy/internal/groupcommit/cmemory"
)

func TestMain(m *testing.M) {
	if err := cmemory.Recycle(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// TestBlocksKeepTheirContent: blocks of any size, made longer and shorter, given back and had
// again, hold what was written to them and as much as was asked for.
func TestBlocksKeepTheirContent(t *testing.T) {
	tls := libc.NewTLS()
	defer tls.Close()
	rapid.Check(t, func(t *rapid.T) {
		sizes := rapid.OneOf(rapid.IntRange(1, 300), rapid.IntRange(2000, 9000), rapid.IntRange(60_000, 300_000))
		type block struct {
			at   uintptr
			want []byte
		}
		var blocks []block
		fill := func(b *block, size int) {
			b.want = append(b.want[:min(len(b.want), size)], bytes.Repeat([]byte{rapid.Byte().Draw(t, "content")}, max(0, size-len(b.want)))...)
			copy(cmemory.Bytes(b.at, int64(size)), b.want)
		}
		check := func(b block) {
			if got := cmemory.Bytes(b.at, int64(len(b.want))); !bytes.Equal(got, b.want) {
				t.Fatalf("a block of %d bytes does not hold what was written", len(b.want))
			}
			if n := sqlite3.Xsqlite3_msize(tls, b.at); n < uint64(len(b.want)) {
				t.Fatalf("a block of %d bytes says that it has %d", len(b.want), n)
			}
			const header = 8
			if room := libc.UsableSize(b.at - header); room < libc.Tsize_t(header+len(b.want)) {
				t.Fatalf("a block of %d bytes and a header lies where there is room for %d", len(b.want), room)
			}
		}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			if len(blocks) == 0 || rapid.Bool().Draw(t, "allocate") {
				size := sizes.Draw(t, "size")
				b := block{at: sqlite3.Xsqlite3_malloc(tls, int32(size))}
				fill(&b, size)
				blocks = append(blocks, b)
				continue
			}
			i := rapid.IntRange(0, len(blocks)-1).Draw(t, "which")
			if rapid.Bool().Draw(t, "resize") {
				size := sizes.Draw(t, "size")
				b := &blocks[i]
				b.at = sqlite3.Xsqlite3_realloc(tls, b.at, int32(size))
				b.want = b.want[:min(len(b.want), size)]
				check(*b)
				fill(b, size)
			} else {
				sqlite3.Xsqlite3_free(tls, blocks[i].at)
				blocks = append(blocks[:i], blocks[i+1:]...)
			}
			for _, b := range blocks {
				check(b)
			}
		}
		for _, b := range blocks {
			sqlite3.Xsqlite3_free(tls, b.at)
		}
	})
}
