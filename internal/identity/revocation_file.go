package identity

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Revoke adds a revocation to the file, durably, and leaves out what Prune would. A server
// that reads the file takes notice with its next request.
func Revoke(path string, r Revocation) error {
	line, err := json.Marshal(r)
	if err == nil {
		// After a line break of its own: a line that a crash cut off spoils no other.
		err = rewrite(path, r.At, append(append([]byte{'\n'}, line...), '\n'))
	}
	if err != nil {
		return fmt.Errorf("revoke a token: %w", err)
	}
	return nil
}

// Prune leaves out of the file whatever has expired by itself a day ago, so that it does not
// grow for ever. There need be no file. now is UTC.
func Prune(path string, now time.Time) error {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err := rewrite(path, now, nil); err != nil {
		return fmt.Errorf("prune the list of revoked tokens: %w", err)
	}
	return nil
}

// rewrite adds text to the file, in one write; or, if some of the file has passed, puts
// another one in its place, with the rest and the text. Of those who do so at once each waits
// for the one before. Who reads sees the one file or the other.
func rewrite(path string, now time.Time, text []byte) error {
	file, err := openLocked(path)
	if err != nil {
		return err
	}
	defer file.Close() // which gives back the lock
	var kept bytes.Buffer
	passed := false
	err = eachRevocation(file, func(one Revocation, line []byte) {
		if one.passed(now) {
			passed = true
			return
		}
		kept.Write(append(line, '\n'))
	})
	if err != nil {
		return err
	}
	if passed && canLock {
		return replace(path, append(kept.Bytes(), text...))
	}
	if len(text) == 0 {
		return nil
	}
	_, err = file.Write(text)
	return errors.Join(err, file.Sync())
}

// openLocked opens the file for oneself alone. Whoever had it before may have put another
// in its place meanwhile: then that one is opened.
func openLocked(path string) (*os.File, error) {
	for {
		file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			return nil, err
		}
		mine, err := file.Stat()
		if err == nil {
			err = lock(file)
		}
		if err != nil {
			return nil, errors.Join(err, file.Close())
		}
		there, err := os.Stat(path)
		if err == nil && os.SameFile(mine, there) {
			return file, nil
		}
		file.Close()
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
}

// replace puts a file with the text in the place of another, all of it or nothing.
func replace(path string, text []byte) error {
	beside, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+"-*") // which only its owner may read
	if err != nil {
		return err
	}
	_, err = beside.Write(text)
	if err = errors.Join(err, beside.Sync(), beside.Close()); err == nil {
		err = os.Rename(beside.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(beside.Name()))
	}
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// eachRevocation calls f with each revocation and its line, which f may keep. A line that is
// none is empty, or was cut off by a crash: whoever wrote it was told that it failed.
func eachRevocation(r io.Reader, f func(one Revocation, line []byte)) error {
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		var one Revocation
		if json.Unmarshal(lines.Bytes(), &one) == nil {
			f(one, bytes.Clone(lines.Bytes()))
		}
	}
	return lines.Err()
}
