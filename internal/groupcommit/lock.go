package groupcommit

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// fileLock is an exclusive lock on a file beside the database, which the system
// gives up when the process ends, however it ends. The file stays; it names the
// process that has, or had, the lock.
type fileLock struct{ file *os.File }

func lockFile(path string) (*fileLock, error) {
	name := path + ".lock"
	file, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if os.IsPermission(err) {
		return nil, fmt.Errorf("%w: %w", readOnlyDirectory(path), err)
	}
	if err != nil {
		return nil, fmt.Errorf("lock the data directory %s: %w", filepath.Dir(path), err)
	}
	if err := lockExclusive(file); err != nil {
		defer file.Close()
		return nil, fmt.Errorf("the data directory %s is %w%s: stop that one, or choose another directory", filepath.Dir(path), ErrInUse, holder(file))
	}
	if err := file.Truncate(0); err == nil {
		// For people and for the error above; the lock does not depend on it.
		_, _ = file.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	}
	return &fileLock{file}, nil
}

func readOnlyDirectory(path string) error {
	return fmt.Errorf("the data directory %s cannot be written (%w): give this user the right to", filepath.Dir(path), ErrReadOnly)
}

// holder answers " (pid N)" if the file says so.
func holder(file *os.File) string {
	text, err := io.ReadAll(io.LimitReader(file, 32))
	pid, convErr := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || convErr != nil {
		return ""
	}
	return fmt.Sprintf(" (pid %d)", pid)
}

func (l *fileLock) release() error { return l.file.Close() }
