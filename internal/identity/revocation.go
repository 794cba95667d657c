package identity

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"
)

// RevocationsFileName is the file in the data directory that lists the tokens which are
// good no more. It holds digests, and no tokens.
const RevocationsFileName = "revoked-tokens"

// TokenID names a token that this server signed: a digest, by which it can be revoked
// but not used.
func TokenID(token string) string {
	digest := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(digest[:15])
}

// Revocation takes back one token, by its id, or all of a user's that were issued until At.
type Revocation struct {
	ID   string    `json:"id,omitempty"`
	User string    `json:"user,omitempty"`
	At   time.Time `json:"at"`
}

// Revoke adds a revocation to the file, durably. A server that has the file open takes
// notice with its next request.
func Revoke(path string, r Revocation) error {
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("revoke a token: %w", err)
	}
	// One write, after a line break of its own: a line that a crash cut off spoils no other.
	_, err = file.Write(append(append([]byte{'\n'}, line...), '\n'))
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("revoke a token: %w", err)
	}
	return nil
}

// Revocations knows what the file lists, as it is now. It is safe for concurrent use.
type Revocations struct {
	path string

	mu    sync.Mutex
	size  int64
	ids   map[string]bool
	users map[string]time.Time
}

// NewRevocations reads the file, which need not be there.
func NewRevocations(path string) (*Revocations, error) {
	r := &Revocations{path: path}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r, r.reload()
}

// Check answers ErrInvalidToken for a token that was revoked, and ErrUnavailable when the
// list cannot be read: then nobody knows.
func (r *Revocations) Check(token Token) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.reload(); err != nil {
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	if until, ok := r.users[token.Who.ID]; r.ids[token.ID] || ok && !token.IssuedAt.After(until) {
		return fmt.Errorf("%w: it was revoked", ErrInvalidToken)
	}
	return nil
}

// reload reads the file again if it has grown. It is only ever appended to.
func (r *Revocations) reload() error {
	info, err := os.Stat(r.path)
	if errors.Is(err, fs.ErrNotExist) {
		if r.size > 0 {
			return fmt.Errorf("the list of revoked tokens %s is gone", r.path)
		}
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the list of revoked tokens: %w", err)
	}
	if info.Size() == r.size {
		return nil
	}
	text, err := os.ReadFile(r.path)
	if err != nil {
		return fmt.Errorf("read the list of revoked tokens: %w", err)
	}
	ids, users := map[string]bool{}, map[string]time.Time{}
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		var one Revocation
		if json.Unmarshal(lines.Bytes(), &one) != nil {
			continue // empty, or cut off by a crash: whoever wrote it was told that it failed
		}
		if one.ID != "" {
			ids[one.ID] = true
		}
		if one.User != "" && one.At.After(users[one.User]) {
			users[one.User] = one.At
		}
	}
	r.size, r.ids, r.users = int64(len(text)), ids, users
	return lines.Err()
}
