package identity

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
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
	// Until is when what is taken back has expired by itself, so that nobody needs to know
	// of it any more; zero: [MaxLifetime] after At, when all have that were signed by then.
	Until time.Time `json:"until,omitzero"`
}

// prunedAfter is how long a revocation is kept beyond its time.
const prunedAfter = 24 * time.Hour

// passed reports whether whatever is taken back has expired long ago.
func (r Revocation) passed(now time.Time) bool {
	until := r.Until
	if latest := r.At.Add(MaxLifetime); until.IsZero() || until.After(latest) {
		until = latest
	}
	return now.After(until.Add(prunedAfter))
}

// ExpiryOf answers when a token of ours expires, as it says itself; zero if it does not say.
// It says nothing about whether the token is good.
func ExpiryOf(token string) time.Time {
	var said jwt.RegisteredClaims
	if _, _, err := jwt.NewParser().ParseUnverified(token, &said); err != nil || said.ExpiresAt == nil {
		return time.Time{}
	}
	return said.ExpiresAt.UTC()
}

// Revocations knows what the file lists, as it is now. It is safe for concurrent use.
type Revocations struct {
	path string

	mu    sync.Mutex
	read  os.FileInfo // the file as it was read; nil: there was none
	ids   map[string]bool
	users map[string]time.Time
}

// NewRevocations reads the file, which need not be there, and prunes it (see [Prune]).
func NewRevocations(path string, now time.Time) (*Revocations, error) {
	if err := Prune(path, now); err != nil {
		return nil, err
	}
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

// reload reads the file again if it has grown or another one is in its place.
func (r *Revocations) reload() error {
	info, err := os.Stat(r.path)
	if errors.Is(err, fs.ErrNotExist) {
		if r.read != nil {
			return fmt.Errorf("the list of revoked tokens %s is gone", r.path)
		}
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the list of revoked tokens: %w", err)
	}
	if r.read != nil && os.SameFile(info, r.read) && info.Size() == r.read.Size() && info.ModTime().Equal(r.read.ModTime()) {
		return nil
	}
	file, err := os.Open(r.path)
	if err != nil {
		return fmt.Errorf("read the list of revoked tokens: %w", err)
	}
	defer file.Close()
	if info, err = file.Stat(); err != nil { // of what is read now
		return fmt.Errorf("read the list of revoked tokens: %w", err)
	}
	ids, users := map[string]bool{}, map[string]time.Time{}
	err = eachRevocation(file, func(one Revocation, _ []byte) {
		if one.ID != "" {
			ids[one.ID] = true
		}
		if one.User != "" && one.At.After(users[one.User]) {
			users[one.User] = one.At
		}
	})
	if err != nil {
		return fmt.Errorf("read the list of revoked tokens: %w", err)
	}
	r.read, r.ids, r.users = info, ids, users
	return nil
}
