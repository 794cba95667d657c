package identity

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// keySize is that of the hash, the least that RFC 7518, section 3.2, allows for HS256.
const keySize = 32

// Key is the secret that development tokens are signed with.
type Key struct{ secret []byte }

// String keeps the secret out of logs.
func (Key) String() string { return "[signing key]" }

// GoString keeps the secret out of logs.
func (k Key) GoString() string { return k.String() }

// NewKey makes a key from a source of randomness.
func NewKey(random io.Reader) (Key, error) {
	secret := make([]byte, keySize)
	if _, err := io.ReadFull(random, secret); err != nil {
		return Key{}, fmt.Errorf("make a signing key: %w", err)
	}
	return Key{secret}, nil
}

// LoadKey reads the key in the file. The error wraps fs.ErrNotExist when there is none. A
// file that others than its owner may read is refused: its key is no secret.
func LoadKey(path string) (Key, error) {
	file, err := os.Open(path)
	if err != nil {
		return Key{}, fmt.Errorf("read the signing key: %w", err)
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		return Key{}, fmt.Errorf("read the signing key: %w", err)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 && runtime.GOOS != "windows" { // which has no such modes
		return Key{}, fmt.Errorf("the signing key %s may be read by others (mode %04o); make a new one: remove it and start the server again", path, mode)
	}
	text, err := io.ReadAll(io.LimitReader(file, 1024))
	if err != nil {
		return Key{}, fmt.Errorf("read the signing key: %w", err)
	}
	secret, err := base64.StdEncoding.DecodeString(string(bytes.TrimSpace(text)))
	if err != nil || len(secret) < keySize {
		return Key{}, fmt.Errorf("%s holds no signing key; remove it and start the server again, which makes a new one", path)
	}
	return Key{secret}, nil
}

// LoadOrMakeKey reads the key in the file, and makes it, readable by its owner only, on
// first use. Of several that make it at once one wins, and all answer its key.
func LoadOrMakeKey(path string, random io.Reader) (Key, error) {
	key, err := LoadKey(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	if key, err = NewKey(random); err != nil {
		return Key{}, err
	}
	if err := writeOnce(path, base64.StdEncoding.EncodeToString(key.secret)+"\n"); err != nil {
		return Key{}, err
	}
	return LoadKey(path)
}

// writeOnce makes the file with all of its content or, if there is one already, leaves
// that. Linking it into place keeps a reader from ever seeing half a key.
func writeOnce(path, content string) error {
	draft, err := os.CreateTemp(filepath.Dir(path), ".signing-key-*") // mode 0600
	if err != nil {
		return fmt.Errorf("make the signing key: %w", err)
	}
	defer func() { _ = os.Remove(draft.Name()) }()
	_, err = draft.WriteString(content)
	if err == nil {
		err = draft.Sync()
	}
	if closeErr := draft.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Link(draft.Name(), path)
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("make the signing key: %w", err)
	}
	return nil
}
