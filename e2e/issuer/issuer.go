// Package issuer is a small OpenID Connect provider for tests and CI: discovery, keys
// that rotate, and tokens minted with any claims. It authenticates nobody, and has no
// place in production; a deployment there refuses its address (docs/identity.md).
package issuer

import (
	"crypto"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"
)

// Paths that it answers, below the issuer's URL.
const (
	DiscoveryPath = "/.well-known/openid-configuration"
	KeysPath      = "/.well-known/jwks.json"
)

// Issuer mints tokens and publishes the keys that verify them. It is safe for
// concurrent use.
type Issuer struct {
	url string
	now func() time.Time

	mu   sync.Mutex
	keys []Key // the first one signs
}

// New makes an issuer of that URL, whose first key signs. now answers UTC.
func New(url string, now func() time.Time, keys ...Key) *Issuer {
	return &Issuer{url: strings.TrimSuffix(url, "/"), now: now, keys: keys}
}

// URL is the issuer, as iss has it.
func (i *Issuer) URL() string { return i.url }

// Rotate publishes the keys in place of those it had. The first one signs.
func (i *Issuer) Rotate(keys ...Key) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.keys = keys
}

func (i *Issuer) published() []Key {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.keys
}

// Claims are what a token says.
type Claims struct {
	Subject  string
	Groups   []string // under cognito:groups
	Audience string   // aud; none if ""
	ClientID string   // client_id; none if ""
	Lifetime time.Duration
	IDToken  bool // token_use is id, not access
	// More are set last; a nil value takes a claim away.
	More map[string]any
}

// Token mints a token as Cognito does: token_use is access, or id.
func (i *Issuer) Token(c Claims) (string, error) {
	now := i.now()
	said := jwt.MapClaims{"iss": i.url, "sub": c.Subject, "iat": now.Unix(), "exp": now.Add(c.Lifetime).Unix(), "token_use": "access"}
	if c.IDToken {
		said["token_use"] = "id"
	}
	for name, value := range map[string]string{"aud": c.Audience, "client_id": c.ClientID} {
		if value != "" {
			said[name] = value
		}
	}
	if len(c.Groups) > 0 {
		said["cognito:groups"] = c.Groups
	}
	maps.Copy(said, c.More)
	maps.DeleteFunc(said, func(_ string, value any) bool { return value == nil })
	return i.published()[0].Sign(nil, said)
}

// Discovery is the discovery document (OpenID Connect Discovery 1.0, section 3).
func (i *Issuer) Discovery() []byte {
	return document(map[string]any{
		"issuer": i.url, "jwks_uri": i.url + KeysPath,
		"authorization_endpoint": i.url + "/authorize", "token_endpoint": i.url + "/token",
		"response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"},
		"id_token_signing_alg_values_supported": []string{"RS256", "ES256"},
	})
}

// Keys is the JWK set (RFC 7517).
func (i *Issuer) Keys() []byte {
	set := jose.JSONWebKeySet{Keys: []jose.JSONWebKey{}}
	for _, key := range i.published() {
		set.Keys = append(set.Keys, key.Public())
	}
	return document(set)
}

func document(v any) []byte {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		panic(err) // of texts and public keys
	}
	return append(text, '\n')
}

// ServeHTTP answers the discovery document and the keys.
func (i *Issuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	switch {
	case strings.HasSuffix(r.URL.Path, DiscoveryPath):
		_, _ = w.Write(i.Discovery())
	case strings.HasSuffix(r.URL.Path, KeysPath):
		_, _ = w.Write(i.Keys())
	default:
		http.NotFound(w, r)
	}
}

// Key is one that signs.
type Key struct {
	ID      string
	private crypto.Signer
}

// method is the algorithm that the key signs with.
func (k Key) method() jwt.SigningMethod {
	if _, ok := k.private.Public().(interface{ Size() int }); ok { // *rsa.PublicKey
		return jwt.SigningMethodRS256
	}
	return jwt.SigningMethodES256
}

// Sign signs claims. The header is that of the key unless a test says otherwise.
func (k Key) Sign(header map[string]any, claims jwt.Claims) (string, error) {
	token := jwt.NewWithClaims(k.method(), claims)
	token.Header["kid"] = k.ID
	maps.Copy(token.Header, header)
	signed, err := token.SignedString(k.private)
	if err != nil {
		return "", fmt.Errorf("sign a token: %w", err)
	}
	return signed, nil
}

// Private is the key itself, for tests that sign by hand.
func (k Key) Private() crypto.Signer { return k.private }

// Public is what is published of the key.
func (k Key) Public() jose.JSONWebKey {
	return jose.JSONWebKey{Key: k.private.Public(), KeyID: k.ID, Algorithm: k.method().Alg(), Use: "sig"}
}
