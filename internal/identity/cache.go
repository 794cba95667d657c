package identity

import (
	"context"
	"crypto/sha256"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/vacancy/vacancy/internal/booking"
)

// How many verified tokens a Cache knows, and for how long it takes its own word.
const (
	cachedTokens = 4096
	cachedFor    = time.Minute
)

// Cache remembers for a minute what a Checker said of a token: checking a signature is a
// fifth of what it costs to answer a request. It never outlives the token. It holds
// digests, not tokens, and nothing of a token that was refused.
type Cache struct {
	checker Checker
	revoked func(Token) error // nil: none ever is
	now     func() time.Time
	known   *lru.Cache[[sha256.Size]byte, remembered]
}

// remembered is what a token said, and until when that is taken for granted.
type remembered struct {
	token Token
	until time.Time
}

var (
	_ Verifier = (*Keeper)(nil)
	_ Verifier = (*Cache)(nil)
	_ Checker  = (*Keeper)(nil)
)

// NewCache makes a cache before the checker. now answers UTC.
func NewCache(checker Checker, now func() time.Time) *Cache {
	return NewRevocableCache(checker, nil, now)
}

// NewRevocableCache makes a cache that asks revoked, such as Revocations.Check, about each
// token each time.
func NewRevocableCache(checker Checker, revoked func(Token) error, now func() time.Time) *Cache {
	known, err := lru.New[[sha256.Size]byte, remembered](cachedTokens)
	if err != nil {
		panic(err) // only for a size below 1
	}
	return &Cache{checker: checker, revoked: revoked, now: now, known: known}
}

// Verify answers as the Checker does.
func (c *Cache) Verify(ctx context.Context, token string) (booking.Principal, error) {
	digest := sha256.Sum256([]byte(token))
	now := c.now()
	if found, ok := c.known.Get(digest); ok && now.Before(found.until) {
		return c.unlessRevoked(found.token)
	}
	checked, err := c.checker.Check(ctx, token)
	if err != nil {
		return booking.Principal{}, err
	}
	until := now.Add(cachedFor)
	if checked.ExpiresAt.Before(until) {
		until = checked.ExpiresAt
	}
	c.known.Add(digest, remembered{token: checked, until: until})
	return c.unlessRevoked(checked)
}

func (c *Cache) unlessRevoked(token Token) (booking.Principal, error) {
	if c.revoked != nil {
		if err := c.revoked(token); err != nil {
			return booking.Principal{}, err
		}
	}
	return token.Who, nil
}
