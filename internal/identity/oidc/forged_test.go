package oidc_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/vacancy/vacancy/e2e/issuer"
	"github.com/vacancy/vacancy/internal/identity"
)

// forger makes tokens by hand: no library is in the way of what an attacker may write.
type forger struct {
	t    *testing.T
	p    *provider
	now  int64
	real string // a good token
}

func (f forger) header() map[string]any {
	return map[string]any{"alg": "RS256", "typ": "JWT", "kid": testKeys().rsa.ID}
}

func (f forger) claims() map[string]any {
	return map[string]any{"iss": f.p.URL(), "sub": "ann", "aud": audience, "iat": f.now, "exp": f.now + 3600, "token_use": "access", "cognito:groups": []string{"manager"}}
}

func part(v any) string {
	text, _ := json.Marshal(v)
	return base64.RawURLEncoding.EncodeToString(text)
}

// signed signs whatever header and claims with the provider's own key, as RS256 does.
func (f forger) signed(change func(header, claims map[string]any)) string {
	h, c := f.header(), f.claims()
	change(h, c)
	return f.rs256(part(h) + "." + part(c))
}

func (f forger) rs256(signing string) string {
	digest := sha256.Sum256([]byte(signing))
	signature, err := rsa.SignPKCS1v15(rand.Reader, testKeys().rsa.Private().(*rsa.PrivateKey), crypto.SHA256, digest[:])
	if err != nil {
		f.t.Fatal(err)
	}
	return signing + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func (f forger) hs256(header map[string]any, secret []byte) string {
	signing := part(header) + "." + part(f.claims())
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(signing))
	return signing + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// by signs good claims by another key under a header.
func (f forger) by(key issuer.Key, header map[string]any) string {
	signing := part(header) + "." + part(f.claims())
	digest := sha256.Sum256([]byte(signing))
	var signature []byte
	var err error
	switch private := key.Private().(type) {
	case *rsa.PrivateKey:
		signature, err = rsa.SignPKCS1v15(rand.Reader, private, crypto.SHA256, digest[:])
	case *ecdsa.PrivateKey:
		var r, s *big.Int
		r, s, err = ecdsa.Sign(rand.Reader, private, digest[:])
		signature = append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
	}
	if err != nil {
		f.t.Fatal(err)
	}
	return signing + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func with(header map[string]any, name string, value any) map[string]any {
	header[name] = value
	return header
}

// claimForgeries are changes of what the provider itself signed: each makes the token one
// that is not for us, not yet, no more, or of another kind.
func (f forger) claimForgeries() map[string]func(header, claims map[string]any) {
	now := f.now
	return map[string]func(h, c map[string]any){
		"no exp":                  func(_, c map[string]any) { delete(c, "exp") },
		"exp null":                func(_, c map[string]any) { c["exp"] = nil },
		"exp text":                func(_, c map[string]any) { c["exp"] = "tomorrow" },
		"exp negative":            func(_, c map[string]any) { c["exp"] = -1 },
		"stale: expires now":      func(_, c map[string]any) { c["exp"] = now },
		"stale: a second ago":     func(_, c map[string]any) { c["exp"] = now - 1 },
		"stale: a year ago":       func(_, c map[string]any) { c["iat"] = now - 400*86400; c["exp"] = now - 365*86400 },
		"not yet valid":           func(_, c map[string]any) { c["nbf"] = now + 60 },
		"issued tomorrow":         func(_, c map[string]any) { c["iat"] = now + 86400; c["exp"] = now + 90000 },
		"another issuer":          func(_, c map[string]any) { c["iss"] = "https://evil.example" },
		"the issuer with a slash": func(_, c map[string]any) { c["iss"] = f.p.URL() + "/" },
		"no issuer":               func(_, c map[string]any) { delete(c, "iss") },
		"another audience":        func(_, c map[string]any) { c["aud"] = "other" },
		"our audience, longer":    func(_, c map[string]any) { c["aud"] = audience + "-2" },
		"no audience, no client":  func(_, c map[string]any) { delete(c, "aud") },
		"no audience, another client": func(_, c map[string]any) {
			delete(c, "aud")
			c["client_id"] = "other"
		},
		"our client, another audience": func(_, c map[string]any) {
			c["aud"] = "other"
			c["client_id"] = audience
		},
		"audience of no type":     func(_, c map[string]any) { c["aud"] = 1 },
		"Cognito's ID token":      func(_, c map[string]any) { c["token_use"] = "id" },
		"token_use of no kind":    func(_, c map[string]any) { c["token_use"] = "refresh" },
		"an ID token by at_hash":  func(_, c map[string]any) { delete(c, "token_use"); c["at_hash"] = "x" },
		"an ID token by c_hash":   func(_, c map[string]any) { delete(c, "token_use"); c["c_hash"] = "x" },
		"Keycloak's ID token":     func(_, c map[string]any) { delete(c, "token_use"); c["typ"] = "ID" },
		"Keycloak's refresh":      func(_, c map[string]any) { delete(c, "token_use"); c["typ"] = "Refresh" },
		"no subject":              func(_, c map[string]any) { delete(c, "sub") },
		"an empty subject":        func(_, c map[string]any) { c["sub"] = "" },
		"a subject of no type":    func(_, c map[string]any) { c["sub"] = []string{"ann"} },
		"a long subject":          func(_, c map[string]any) { c["sub"] = strings.Repeat("x", 201) },
		"the system":              func(_, c map[string]any) { c["sub"] = "system" },
		"groups of no type":       func(_, c map[string]any) { c["cognito:groups"] = 1 },
		"a logout token":          func(h, _ map[string]any) { h["typ"] = "logout+jwt" },
		"a security event":        func(h, _ map[string]any) { h["typ"] = "secevent+jwt" },
		"a type of no type":       func(h, _ map[string]any) { h["typ"] = 1 },
		"critical extensions":     func(h, _ map[string]any) { h["crit"] = []string{"b64"}; h["b64"] = false },
		"no critical extension":   func(h, _ map[string]any) { h["crit"] = []string{} },
		"another key id":          func(h, _ map[string]any) { h["kid"] = "other" },
		"a path as key id":        func(h, _ map[string]any) { h["kid"] = "../../dev/null" },
		"a key id of no type":     func(h, _ map[string]any) { h["kid"] = []string{testKeys().rsa.ID} },
		"alg none":                func(h, _ map[string]any) { h["alg"] = "none" },
		"alg nOnE":                func(h, _ map[string]any) { h["alg"] = "nOnE" },
		"no alg":                  func(h, _ map[string]any) { delete(h, "alg") },
		"alg of no type":          func(h, _ map[string]any) { h["alg"] = []string{"RS256"} },
		"alg HS256":               func(h, _ map[string]any) { h["alg"] = "HS256" },
		"alg RS384":               func(h, _ map[string]any) { h["alg"] = "RS384" },
		"alg PS256":               func(h, _ map[string]any) { h["alg"] = "PS256" },
		"alg ES256, an RSA key":   func(h, _ map[string]any) { h["alg"] = "ES256" },
		"the key of an algorithm": func(h, _ map[string]any) { h["alg"] = "ES256"; h["kid"] = testKeys().ec.ID },
	}
}

// keyForgeries are good claims by who has not the provider's key.
func (f forger) keyForgeries() map[string]string {
	keys := testKeys()
	der, err := x509.MarshalPKIXPublicKey(keys.rsa.Private().Public())
	if err != nil {
		f.t.Fatal(err)
	}
	jwk, err := keys.rsa.Public().MarshalJSON()
	if err != nil {
		f.t.Fatal(err)
	}
	theirs := json.RawMessage(must(f.t, keys.other.Public().MarshalJSON))
	hs := func() map[string]any { return with(f.header(), "alg", "HS256") }
	parts := strings.Split(f.real, ".")
	body, _ := base64.RawURLEncoding.DecodeString(parts[1])
	promoted := base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(string(body), `"sub":"ann"`, `"sub":"bob"`, 1)))
	none := part(map[string]any{"alg": "none", "typ": "JWT"})
	sum := sha512.Sum512([]byte(parts[0] + "." + parts[1]))
	return map[string]string{
		"HS256 with the public key in PEM": f.hs256(hs(), pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})),
		"HS256 with the public key in DER": f.hs256(hs(), der),
		"HS256 with the JWK":               f.hs256(hs(), jwk),
		"HS256 with the modulus":           f.hs256(hs(), keys.rsa.Private().Public().(*rsa.PublicKey).N.Bytes()),
		"HS256 with nothing":               f.hs256(hs(), nil),
		"another's key":                    f.by(keys.other, f.header()),
		"another's key under its own id":   f.by(keys.other, with(f.header(), "kid", keys.other.ID)),
		"another's key in the header":      f.by(keys.other, with(f.header(), "jwk", theirs)),
		"another's key at a URL":           f.by(keys.other, with(f.header(), "jku", "https://evil.example/keys")),
		"another's certificate":            f.by(keys.other, with(f.header(), "x5u", "https://evil.example/x.pem")),
		"another's key, no id":             f.by(keys.other, map[string]any{"alg": "RS256"}),
		"ES256 by another's key":           f.by(keys.ec, with(f.header(), "alg", "ES256")),
		"ES256 under its own id":           f.by(keys.ec, with(with(f.header(), "alg", "ES256"), "kid", keys.ec.ID)),
		"an altered body":                  parts[0] + "." + promoted + "." + parts[2],
		"an altered header":                part(with(f.header(), "x", 1)) + "." + parts[1] + "." + parts[2],
		"none, no signature":               none + "." + promoted + ".",
		"none, with a signature":           none + "." + promoted + "." + parts[2],
		"no signature":                     parts[0] + "." + parts[1] + ".",
		"a signature of zeros":             parts[0] + "." + parts[1] + "." + base64.RawURLEncoding.EncodeToString(make([]byte, 256)),
		"a digest for a signature":         parts[0] + "." + parts[1] + "." + base64.RawURLEncoding.EncodeToString(sum[:]),
		"two parts":                        parts[0] + "." + parts[1],
		"four parts":                       f.real + "." + parts[2],
		"encrypted":                        f.real + "." + parts[1] + "." + parts[2],
		"padded":                           f.real + "=",
		"a newline":                        f.real + "\n",
		"the JSON serialization":           `{"payload":"` + parts[1] + `","protected":"` + parts[0] + `","signature":"` + parts[2] + `"}`,
		"too long":                         f.rs256(part(f.header()) + "." + part(map[string]any{"iss": f.p.URL(), "sub": "ann", "aud": audience, "exp": f.now + 60, "pad": strings.Repeat("x", 4096)})),
		"nothing":                          "",
		"dots":                             "..",
		"no base64":                        "***." + parts[1] + "." + parts[2],
	}
}

func must(t *testing.T, made func() ([]byte, error)) []byte {
	t.Helper()
	text, err := made()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestForgedTokens: none is accepted, and each is refused for its own sake, for what
// they are made from is accepted.
func TestForgedTokens(t *testing.T) {
	p := newProvider(t)
	f := forger{t: t, p: p, now: p.now().Unix(), real: p.token(issuer.Claims{Audience: audience})}
	p.accepted("what is altered", f.real, ann)
	if _, err := p.verifier.Verify(t.Context(), f.signed(func(_, _ map[string]any) {})); err != nil {
		t.Fatalf("the forge does not work: %v", err)
	}
	tried := 0
	for what, change := range f.claimForgeries() {
		p.refused(what, f.signed(change), identity.ErrInvalidToken)
		tried++
	}
	for what, token := range f.keyForgeries() {
		p.refused(what, token, identity.ErrInvalidToken)
		tried++
	}
	if tried < 60 {
		t.Errorf("%d forgeries were tried, want 60 at least", tried)
	}
}

// TestCognitoNeedsAnAccessToken: with Cognito, also a token that does not say what it is
// for is refused.
func TestCognitoNeedsAnAccessToken(t *testing.T) {
	p := newCognito(t)
	for use, want := range map[string]bool{"access": true, "id": false, "": false} {
		claims := issuer.Claims{Subject: "ann", ClientID: audience, Lifetime: time.Hour, More: map[string]any{"token_use": use}}
		if use == "" {
			claims.More["token_use"] = nil
		}
		token, err := p.Token(claims)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.verifier.Verify(t.Context(), token); (err == nil) != want {
			t.Errorf("token_use %q: %v", use, fmt.Sprint(err))
		}
	}
}
