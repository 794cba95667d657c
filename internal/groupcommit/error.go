package groupcommit

import (
	"errors"
	"fmt"
	"path/filepath"

	"zombiezen.com/go/sqlite"
)

// What can be wrong with a file, as far as who runs the program can do something
// about it. Errors of this package wrap them and say what to do.
var (
	ErrInUse    = errors.New("in use by another process")
	ErrFull     = errors.New("disk full")
	ErrReadOnly = errors.New("read-only")
	ErrCorrupt  = errors.New("corrupt")
	ErrNewer    = errors.New("made by a newer version")
	ErrDisk     = errors.New("disk error")
	ErrClosed   = errors.New("closed")
)

// explain says in words of who runs the program what SQLite answered. Other errors
// pass as they are.
func explain(path string, err error) error {
	var coded interface{ As(any) bool }
	if err == nil || !errors.As(err, &coded) && sqlite.ErrCode(err) == sqlite.ResultError {
		return err
	}
	advice, kind := diagnosis(path, sqlite.ErrCode(err))
	if kind == nil || errors.Is(err, kind) {
		return err
	}
	return fmt.Errorf("%s (%w): %w", advice, kind, err)
}

func diagnosis(path string, code sqlite.ResultCode) (advice string, kind error) {
	switch code.ToPrimary() {
	case sqlite.ResultFull:
		return fmt.Sprintf("%s cannot grow, nothing was written: make room on its disk", path), ErrFull
	case sqlite.ResultReadOnly, sqlite.ResultPerm:
		return fmt.Sprintf("%s cannot be written: give this user the right to write it and its directory %s", path, filepath.Dir(path)), ErrReadOnly
	case sqlite.ResultCorrupt, sqlite.ResultNotADB:
		return fmt.Sprintf("%s is damaged or no database of ours: put a copy from your backup in its place, with no -wal file beside it", path), ErrCorrupt
	case sqlite.ResultIOErr, sqlite.ResultCantOpen:
		return fmt.Sprintf("%s could not be read or written: look at its disk and at the rights on %s", path, filepath.Dir(path)), ErrDisk
	}
	return "", nil
}

// unsynced reports whether a commit failed in the sync itself. What the disk then
// holds is not known, and asking it again may be answered wrongly with success.
func unsynced(err error) bool {
	code := sqlite.ErrCode(err)
	return code == sqlite.ResultIOErrFsync || code == sqlite.ResultIOErrDirFsync
}
