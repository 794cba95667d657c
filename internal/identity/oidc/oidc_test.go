package oidc_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vacancy/vacancy/e2e/issuer"
	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/identity"
	"github.com/vacancy/vacancy/internal/identity/oidc"
)

const audience = "vacancy-app"

// provider is an issuer behind HTTP, and a verifier that knows it, under one clock.
type provider struct {
	*issuer.Issuer
	t        *testing.T
	verifier *oidc.Verifier
	fetched  atomic.Int64 // readings of the keys
	down     atomic.Bool

	mu sync.Mutex
	at time.Time
}

func (p *provider) now() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.at
}

func (p *provider) advance(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.at = p.at.Add(d)
}

// testKeys are made once: RSA keys take a while.
var testKeys = sync.OnceValue(func() (keys struct{ rsa, other, ec issuer.Key }) {
	for key, algorithm := range map[*issuer.Key]string{&keys.rsa: "RS256", &keys.other: "RS256", &keys.ec: "ES256"} {
		made, err := issuer.MakeKey(algorithm)
		if err != nil {
			panic(err)
		}
		*key = made
	}
	return keys
})

func newProvider(t *testing.T, keys ...issuer.Key) *provider {
	t.Helper()
	p := &provider{t: t, at: time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC)}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p.down.Load() {
			http.Error(w, "down", http.StatusBadGateway)
			return
		}
		if r.URL.Path == issuer.KeysPath {
			p.fetched.Add(1)
		}
		p.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	if len(keys) == 0 {
		keys = []issuer.Key{testKeys().rsa}
	}
	p.Issuer = issuer.New(server.URL, p.now, keys...)
	var err error
	p.verifier, err = oidc.New(oidc.Config{Issuer: server.URL, Audience: audience, Now: p.now})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// answers is a transport that a handler answers.
type answers struct{ http.Handler }

func (a answers) RoundTrip(r *http.Request) (*http.Response, error) {
	recorded := httptest.NewRecorder()
	a.ServeHTTP(recorded, r)
	return recorded.Result(), nil
}

// newCognito is a provider that has the address of one of Cognito's user pools.
func newCognito(t *testing.T) *provider {
	t.Helper()
	const pool = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEfGhI"
	p := &provider{t: t, at: time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC)}
	p.Issuer = issuer.New(pool, p.now, testKeys().rsa)
	var err error
	if p.verifier, err = oidc.New(oidc.Config{Issuer: pool, Audience: audience, Transport: answers{p.Issuer}, Now: p.now}); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *provider) token(c issuer.Claims) string {
	p.t.Helper()
	if c.Subject == "" {
		c.Subject = "ann"
	}
	if c.Lifetime == 0 {
		c.Lifetime = time.Hour
	}
	token, err := p.Token(c)
	if err != nil {
		p.t.Fatal(err)
	}
	return token
}

func (p *provider) accepted(what, token string, want booking.Principal) {
	p.t.Helper()
	if who, err := p.verifier.Verify(p.t.Context(), token); err != nil || who != want {
		p.t.Errorf("%s: %v, %v; want %v", what, who, err, want)
	}
}

func (p *provider) refused(what, token string, because error) {
	p.t.Helper()
	who, err := p.verifier.Verify(p.t.Context(), token)
	if !errors.Is(err, because) {
		p.t.Errorf("%s: %v, %v; want %v", what, who, err, because)
	} else if len(token) > 20 && strings.Contains(err.Error(), token[:20]) {
		p.t.Errorf("%s: the error has the token in it: %v", what, err)
	}
}

var ann = booking.Principal{ID: "ann", Role: booking.Tenant}

func TestRoles(t *testing.T) {
	p := newProvider(t)
	for _, c := range []struct {
		what   string
		claims issuer.Claims
		role   booking.Role
	}{
		{"no group", issuer.Claims{ClientID: audience}, booking.Tenant},
		{"another group", issuer.Claims{ClientID: audience, Groups: []string{"cleaners"}}, booking.Tenant},
		{"almost a group of ours", issuer.Claims{ClientID: audience, Groups: []string{"Manager", "managers", "manager "}}, booking.Tenant},
		{"tenant", issuer.Claims{ClientID: audience, Groups: []string{"tenant"}}, booking.Tenant},
		{"manager", issuer.Claims{ClientID: audience, Groups: []string{"cleaners", "manager"}}, booking.Manager},
		{"operator", issuer.Claims{ClientID: audience, Groups: []string{"operator"}}, booking.Operator},
		{"both", issuer.Claims{ClientID: audience, Groups: []string{"operator", "tenant", "manager"}}, booking.Manager},
		{"Keycloak's claim", issuer.Claims{Audience: audience, More: map[string]any{"token_use": nil, "typ": "Bearer", "groups": []string{"/manager"}}}, booking.Manager},
		{"a role that is no group", issuer.Claims{ClientID: audience, More: map[string]any{"role": "manager", "scope": "manager"}}, booking.Tenant},
	} {
		p.accepted(c.what, p.token(c.claims), booking.Principal{ID: "ann", Role: c.role})
	}
}

func TestBothAlgorithmsAndNoKeyID(t *testing.T) {
	p := newProvider(t, testKeys().ec, testKeys().rsa)
	p.accepted("ES256", p.token(issuer.Claims{Audience: audience}), ann)
	unnamed := func(k issuer.Key) issuer.Key { k.ID = ""; return k }
	p.Rotate(testKeys().rsa, testKeys().ec)
	p.accepted("RS256", p.token(issuer.Claims{Audience: audience}), ann)
	p.Rotate(unnamed(testKeys().rsa), unnamed(testKeys().ec))
	p.accepted("no key id, one key of the algorithm", p.token(issuer.Claims{Audience: audience}), ann)
	two := newProvider(t, testKeys().rsa, testKeys().other)
	token := two.token(issuer.Claims{Audience: audience})
	two.accepted("by its id", token, ann)
	two.Rotate(unnamed(testKeys().rsa))
	two.refused("no key id, two keys of the algorithm", two.token(issuer.Claims{Audience: audience}), identity.ErrInvalidToken)
}

func TestAudience(t *testing.T) {
	p := newProvider(t)
	for _, c := range []issuer.Claims{
		{Audience: audience}, {ClientID: audience}, {Audience: audience, ClientID: "another"},
		{More: map[string]any{"aud": []string{"account", audience}}},
	} {
		p.accepted("for us", p.token(c), ann)
	}
}

func TestRotation(t *testing.T) {
	old, next := testKeys().rsa, testKeys().other
	p := newProvider(t, old)
	before := p.token(issuer.Claims{Audience: audience})
	p.accepted("the old key", before, ann)
	p.advance(time.Minute)
	p.Rotate(next, old)
	p.accepted("a token of the new key, at once", p.token(issuer.Claims{Audience: audience}), ann)
	p.accepted("a token of the old key", before, ann)
	p.Rotate(next)
	p.advance(14 * time.Minute)
	p.accepted("a withdrawn key, before the keys are old", before, ann)
	p.advance(time.Minute)
	p.refused("a withdrawn key", before, identity.ErrInvalidToken)
}

func TestForgedTokensAreNoLoadOnTheProvider(t *testing.T) {
	p := newProvider(t)
	p.accepted("a good token", p.token(issuer.Claims{Audience: audience}), ann)
	forger := testKeys().other
	for i := range 200 {
		forger.ID = strings.Repeat("x", i+1)
		forged, err := issuer.New(p.URL(), p.now, forger).Token(issuer.Claims{Subject: "ann", Audience: audience, Lifetime: time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		p.refused("an unknown key", forged, identity.ErrInvalidToken)
		p.advance(100 * time.Millisecond)
	}
	if n := p.fetched.Load(); n > 3 {
		t.Errorf("200 forged tokens in 20 s made the verifier read the keys %d times, want at most 3", n)
	}
}

func TestProviderIsDown(t *testing.T) {
	p := newProvider(t)
	token := p.token(issuer.Claims{Audience: audience, Lifetime: 48 * time.Hour})
	p.down.Store(true)
	p.refused("before the keys are known", token, identity.ErrUnavailable)
	if err := p.verifier.Ready(t.Context()); err == nil || !strings.Contains(err.Error(), p.URL()) {
		t.Errorf("Ready: %v, want an error that names the issuer", err)
	}
	p.down.Store(false)
	p.refused("up again, but it was asked just now", token, identity.ErrUnavailable)
	p.advance(10 * time.Second)
	p.accepted("up again", token, ann)
	p.down.Store(true)
	p.advance(23 * time.Hour)
	p.accepted("keys that cannot be read again", token, ann)
	p.advance(time.Hour)
	p.refused("a day after", token, identity.ErrUnavailable)
}

func TestConcurrentTokensReadTheKeysOnce(t *testing.T) {
	p := newProvider(t)
	token := p.token(issuer.Claims{Audience: audience})
	var asking sync.WaitGroup
	for range 16 {
		asking.Go(func() { p.accepted("a good token", token, ann) })
	}
	asking.Wait()
	if n := p.fetched.Load(); n != 1 {
		t.Errorf("the keys were read %d times, want once", n)
	}
}

func TestIssuersThatAreRefused(t *testing.T) {
	for _, url := range []string{"", "example.com", "http://example.com", "http://10.0.0.1", "ftp://example.com", "https://u:p@example.com", "https://example.com/?x=1", "https://example.com/#x"} {
		if _, err := oidc.New(oidc.Config{Issuer: url, Audience: audience, Now: time.Now}); err == nil || !strings.Contains(err.Error(), "issuer") {
			t.Errorf("%q: %v, want an error about the issuer", url, err)
		}
	}
	if _, err := oidc.New(oidc.Config{Issuer: "https://example.com", Now: time.Now}); err == nil || !strings.Contains(err.Error(), "audience") {
		t.Errorf("no audience: %v", err)
	}
	if _, err := oidc.New(oidc.Config{Issuer: "http://10.0.0.1", Audience: audience, AllowHTTP: true, Now: time.Now}); err != nil {
		t.Errorf("http where it is allowed: %v", err)
	}
}

// TestDiscoveryThatIsRefused: a document of another issuer, keys at an address where
// somebody on the way could answer, a redirect, and more than anybody needs.
func TestDiscoveryThatIsRefused(t *testing.T) {
	for what, answer := range map[string]func(w http.ResponseWriter, r *http.Request, url string){
		"another issuer": func(w http.ResponseWriter, _ *http.Request, url string) {
			_, _ = w.Write(issuer.New("https://evil.example", time.Now).Discovery())
		},
		"keys by http elsewhere": func(w http.ResponseWriter, _ *http.Request, url string) {
			_, _ = w.Write([]byte(`{"issuer": "` + url + `", "jwks_uri": "http://192.0.2.1/keys"}`))
		},
		"no keys": func(w http.ResponseWriter, r *http.Request, url string) {
			if r.URL.Path == issuer.DiscoveryPath {
				_, _ = w.Write(issuer.New(url, time.Now).Discovery())
				return
			}
			_, _ = w.Write([]byte(`{"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": "x", "alg": "HS256"}, 1, {"kty": "RSA"}]}`))
		},
		"a redirect": func(w http.ResponseWriter, r *http.Request, url string) {
			if r.URL.Path == issuer.DiscoveryPath {
				_, _ = w.Write(issuer.New(url, time.Now).Discovery())
				return
			}
			if r.URL.Path == issuer.KeysPath {
				http.Redirect(w, r, "/elsewhere", http.StatusFound)
				return
			}
			_, _ = w.Write(issuer.New(url, time.Now, testKeys().rsa).Keys())
		},
		"no end": func(w http.ResponseWriter, _ *http.Request, _ string) {
			chunk := []byte(strings.Repeat(" ", 64<<10))
			for range 64 {
				if _, err := w.Write(chunk); err != nil {
					return
				}
			}
		},
	} {
		var url string
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { answer(w, r, url) }))
		defer server.Close()
		url = server.URL
		v, err := oidc.New(oidc.Config{Issuer: url, Audience: audience, Now: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		if err := v.Ready(t.Context()); err == nil || what == "keys by http elsewhere" && !strings.Contains(err.Error(), "jwks_uri") {
			t.Errorf("%s: %v", what, err)
		}
		token, _ := issuer.New(url, time.Now, testKeys().rsa).Token(issuer.Claims{Subject: "ann", Audience: audience, Lifetime: time.Hour})
		if who, err := v.Verify(t.Context(), token); !errors.Is(err, identity.ErrUnavailable) {
			t.Errorf("%s: verified as %v, %v", what, who, err)
		}
	}
}
