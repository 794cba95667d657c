//go:build unix

package identity

import (
	"os"

	"golang.org/x/sys/unix"
)

// canLock: processes can have a file for themselves alone, and replace one that is open.
const canLock = true

// lock waits until nobody else has the file, and has it until it is closed.
func lock(file *os.File) error {
	for {
		if err := unix.Flock(int(file.Fd()), unix.LOCK_EX); err != unix.EINTR { //nolint:errorlint // an errno, never wrapped
			return err
		}
	}
}
