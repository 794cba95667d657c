package groupcommit

import (
	"os"

	"golang.org/x/sys/unix"
)

// writeback has the system begin to write what was copied into a file, so that little is left for
// the sync of the file, during which commits wait for the same disk. It makes nothing durable.
type writeback struct{ file *os.File }

func openWriteback(path string) (*writeback, error) {
	file, err := os.Open(path)
	return &writeback{file}, err
}

// begin waits for the disk only where that has more to do than it takes. See sync_file_range(2).
func (w *writeback) begin() error {
	return unix.SyncFileRange(int(w.file.Fd()), 0, 0, unix.SYNC_FILE_RANGE_WRITE)
}

// close must come after the connections to the file are closed: closing any descriptor of a file gives up the
// locks that SQLite has on it (https://www.sqlite.org/howtocorrupt.html, section 2.2).
func (w *writeback) close() error { return w.file.Close() }
