package oidc

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	goidc "github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
	"golang.org/x/sync/singleflight"

	"github.com/vacancy/vacancy/internal/identity"
)

const (
	// fetchInterval is the shortest time from one reading of the keys to the next.
	fetchInterval = 10 * time.Second
	// keysAge is how old keys may be before they are read again: a key that the provider
	// withdraws is trusted no longer than that.
	keysAge = 15 * time.Minute
	// keysLife is how long keys are used that cannot be read again.
	keysLife = 24 * time.Hour
	// fetchTime is how long the provider may take to answer.
	fetchTime = 3 * time.Second
	// maxAnswer bounds the provider's answers, in bytes.
	maxAnswer = 1 << 20
	// leastRSABits is the least that RFC 7518, section 3.3, allows for RS256.
	leastRSABits = 2048
)

// keyName names a key by its id and the algorithm that it verifies.
type keyName struct{ id, algorithm string }

// keySet is the provider's keys.
type keySet struct {
	config  Config
	client  *http.Client
	reading singleflight.Group

	mu      sync.Mutex
	keysURL string // once discovered
	keys    map[keyName]crypto.PublicKey
	readAt  time.Time // when the keys were read
	triedAt time.Time // when it was last tried
	problem error     // of the last try
}

func newKeySet(c Config) *keySet {
	transport := c.Transport
	if transport == nil {
		transport = http.DefaultTransport
	}
	return &keySet{config: c, client: &http.Client{
		Transport: bounded{transport}, Timeout: fetchTime,
		// An issuer answers at its own address.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// find answers the key, reading the keys anew where that may help. The error wraps
// identity.ErrUnavailable when it could not be known whether there is such a key.
func (s *keySet) find(ctx context.Context, id, algorithm string) (crypto.PublicKey, error) {
	key, found, fresh := s.look(id, algorithm)
	if found && fresh {
		return key, nil
	}
	problem := s.refresh(ctx)
	if key, found, _ = s.look(id, algorithm); found {
		return key, nil
	}
	if problem != nil {
		return nil, fmt.Errorf("%w: %w", identity.ErrUnavailable, problem)
	}
	return nil, fmt.Errorf("the provider has no key of this id for %s", algorithm)
}

// ready reads the keys unless they are there and fresh.
func (s *keySet) ready(ctx context.Context) error {
	s.mu.Lock()
	fresh := s.fresh()
	s.mu.Unlock()
	if fresh {
		return nil
	}
	return s.refresh(ctx)
}

// look looks among the keys that are there. A token that names no key is verified by
// the only one of its algorithm, if there is just one.
func (s *keySet) look(id, algorithm string) (key crypto.PublicKey, found, fresh bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.config.Now().Sub(s.readAt) >= keysLife {
		return nil, false, false
	}
	if id != "" {
		key, found = s.keys[keyName{id, algorithm}]
		return key, found, s.fresh()
	}
	n := 0
	for name, k := range s.keys {
		if name.algorithm == algorithm {
			key, n = k, n+1
		}
	}
	return key, n == 1, s.fresh()
}

func (s *keySet) fresh() bool { return s.keys != nil && s.config.Now().Sub(s.readAt) < keysAge }

// refresh reads the keys, once for all who wait, unless that was tried just now. It
// answers the problem of the last try.
func (s *keySet) refresh(ctx context.Context) error {
	_, err, _ := s.reading.Do("", func() (any, error) {
		s.mu.Lock()
		now := s.config.Now()
		if !s.triedAt.IsZero() && now.Sub(s.triedAt) < fetchInterval {
			defer s.mu.Unlock()
			return nil, s.problem
		}
		s.triedAt = now
		url := s.keysURL
		s.mu.Unlock()

		// For all who wait: one who goes away takes nothing from the others.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), fetchTime)
		defer cancel()
		url, keys, err := s.read(ctx, url)

		s.mu.Lock()
		defer s.mu.Unlock()
		s.problem = err
		s.keysURL = url // none after a failure: the next try discovers it again
		if err == nil {
			s.keys, s.readAt = keys, now
		}
		return nil, err
	})
	return err
}

// read reads the keys at the URL, which it discovers if it is not known.
func (s *keySet) read(ctx context.Context, url string) (string, map[keyName]crypto.PublicKey, error) {
	if url == "" {
		var err error
		if url, err = s.discover(ctx); err != nil {
			return "", nil, err
		}
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", nil, fmt.Errorf("read the keys of the OIDC issuer: %w", err)
	}
	answer, err := s.client.Do(request)
	if err != nil {
		return "", nil, fmt.Errorf("read the keys of the OIDC issuer: %w", err)
	}
	defer answer.Body.Close()
	var set struct{ Keys []json.RawMessage }
	if answer.StatusCode != http.StatusOK {
		return "", nil, fmt.Errorf("read the keys of the OIDC issuer: %s answers status %d", url, answer.StatusCode)
	}
	if err := json.NewDecoder(answer.Body).Decode(&set); err != nil {
		return "", nil, fmt.Errorf("read the keys of the OIDC issuer: %s answers no JWK set: %w", url, err)
	}
	keys := verificationKeys(set.Keys)
	if len(keys) == 0 {
		return "", nil, fmt.Errorf("the OIDC issuer has no key for RS256 or ES256 at %s", url)
	}
	return url, keys, nil
}

// discover reads where the issuer's keys are (OpenID Connect Discovery 1.0, section 4).
func (s *keySet) discover(ctx context.Context) (string, error) {
	provider, err := goidc.NewProvider(goidc.ClientContext(ctx, s.client), s.config.Issuer)
	if err != nil {
		return "", fmt.Errorf("discover the OIDC issuer %s: %w", s.config.Issuer, err)
	}
	var said struct {
		KeysURL string `json:"jwks_uri"`
	}
	if err := provider.Claims(&said); err != nil {
		return "", fmt.Errorf("discover the OIDC issuer %s: %w", s.config.Issuer, err)
	}
	if err := checkURL(said.KeysURL, s.config.AllowHTTP); err != nil {
		return "", fmt.Errorf("the OIDC issuer's jwks_uri %q %w", said.KeysURL, err)
	}
	return said.KeysURL, nil
}

// verificationKeys are those of a JWK set (RFC 7517) that verify one of our algorithms.
// Others are left out, also those that cannot be read: providers publish keys for many ends.
func verificationKeys(set []json.RawMessage) map[keyName]crypto.PublicKey {
	keys := map[keyName]crypto.PublicKey{}
	for _, text := range set {
		var key jose.JSONWebKey
		if key.UnmarshalJSON(text) != nil || !key.IsPublic() || !key.Valid() || key.Use != "" && key.Use != "sig" {
			continue
		}
		algorithm := ""
		switch public := key.Key.(type) {
		case *rsa.PublicKey:
			if public.N.BitLen() >= leastRSABits {
				algorithm = algorithms[0]
			}
		case *ecdsa.PublicKey:
			if public.Curve == elliptic.P256() {
				algorithm = algorithms[1]
			}
		}
		if algorithm != "" && (key.Algorithm == "" || key.Algorithm == algorithm) {
			keys[keyName{key.KeyID, algorithm}] = key.Key
		}
	}
	return keys
}

// bounded cuts answers off that are longer than any provider's.
type bounded struct{ http.RoundTripper }

func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := b.RoundTripper.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	answer.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(answer.Body, maxAnswer), answer.Body}
	return answer, nil
}
