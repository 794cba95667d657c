package groupcommit

import (
	"os"

	"golang.org/x/sys/windows"
)

// lockExclusive locks a byte far behind the content, which others can then still read.
func lockExclusive(file *os.File) error {
	return windows.LockFileEx(windows.Handle(file.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY,
		0, 1, 0, &windows.Overlapped{Offset: 1 << 30})
}
