package identity_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/identity"
)

// counting answers bytes that differ, so that keys do.
type counting struct {
	mu sync.Mutex
	n  byte
}

func (c *counting) Read(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range p {
		c.n++
		p[i] = c.n
	}
	return len(p), nil
}

// secret is what the first key made from counting is.
func secret() []byte {
	key := make([]byte, 32)
	for i := range key {
		key[i] = byte(i + 1)
	}
	return key
}

type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func fixture(t *testing.T) (*identity.Signer, *identity.Keeper, *clock) {
	t.Helper()
	key, err := identity.NewKey(&counting{})
	if err != nil {
		t.Fatal(err)
	}
	c := &clock{at: time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC)}
	return identity.NewSigner(key, c.now), identity.NewKeeper(key, c.now), c
}

func TestSignedIsVerified(t *testing.T) {
	signer, keeper, clock := fixture(t)
	for _, who := range []booking.Principal{
		{ID: "ann", Role: booking.Tenant}, {ID: "mary@example.org", Role: booking.Manager}, {ID: "Ωtto", Role: booking.Operator},
	} {
		token, err := signer.Sign(who, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := keeper.Verify(t.Context(), token); err != nil || got != who {
			t.Errorf("signed for %v, verified as %v, %v", who, got, err)
		}
		clock.at = clock.at.Add(time.Hour - time.Second)
		if _, err := keeper.Verify(t.Context(), token); err != nil {
			t.Errorf("a second before it expires: %v", err)
		}
		clock.at = clock.at.Add(time.Second)
		if _, err := keeper.Verify(t.Context(), token); !errors.Is(err, identity.ErrInvalidToken) {
			t.Errorf("when it expires: %v, want ErrInvalidToken", err)
		}
	}
}

func TestWhatIsNotSigned(t *testing.T) {
	signer, _, _ := fixture(t)
	for name, c := range map[string]struct {
		who booking.Principal
		ttl time.Duration
	}{
		"no name":         {booking.Principal{Role: booking.Tenant}, time.Hour},
		"a long name":     {booking.Principal{ID: strings.Repeat("x", 201), Role: booking.Tenant}, time.Hour},
		"no UTF-8":        {booking.Principal{ID: "\xff", Role: booking.Tenant}, time.Hour},
		"the system":      {booking.Principal{ID: "system", Role: booking.Tenant}, time.Hour},
		"no role":         {booking.Principal{ID: "ann"}, time.Hour},
		"an unknown role": {booking.Principal{ID: "ann", Role: "root"}, time.Hour},
		"no lifetime":     {booking.Principal{ID: "ann", Role: booking.Tenant}, 0},
		"too long a life": {booking.Principal{ID: "ann", Role: booking.Tenant}, 366 * 24 * time.Hour},
	} {
		if token, err := signer.Sign(c.who, c.ttl); err == nil {
			t.Errorf("%s: signed %s", name, token)
		}
	}
}

// forge makes a token of any header and claims, signed with a key by HMAC-SHA256.
func forge(header, claims map[string]any, key []byte) string {
	part := func(v any) string {
		text, _ := json.Marshal(v)
		return base64.RawURLEncoding.EncodeToString(text)
	}
	signed := part(header) + "." + part(claims)
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(signed))
	return signed + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func TestForgedTokens(t *testing.T) {
	signer, keeper, clock := fixture(t)
	now := clock.at.Unix()
	header := func() map[string]any { return map[string]any{"alg": "HS256", "typ": "JWT"} }
	claims := func() map[string]any {
		return map[string]any{"sub": "ann", "role": "manager", "iss": "vacancy", "aud": "vacancy-api", "iat": now, "exp": now + 60}
	}
	if who, err := keeper.Verify(t.Context(), forge(header(), claims(), secret())); err != nil || who.ID != "ann" {
		t.Fatalf("the forge does not work: %v", err)
	}

	for name, change := range map[string]func(header, claims map[string]any){
		"alg none":           func(h, _ map[string]any) { h["alg"] = "none" },
		"alg NONE":           func(h, _ map[string]any) { h["alg"] = "NONE" },
		"alg HS384":          func(h, _ map[string]any) { h["alg"] = "HS384" },
		"alg RS256":          func(h, _ map[string]any) { h["alg"] = "RS256" },
		"no alg":             func(h, _ map[string]any) { delete(h, "alg") },
		"alg of no type":     func(h, _ map[string]any) { h["alg"] = 1 },
		"no exp":             func(_, c map[string]any) { delete(c, "exp") },
		"exp null":           func(_, c map[string]any) { c["exp"] = nil },
		"exp text":           func(_, c map[string]any) { c["exp"] = "tomorrow" },
		"expired":            func(_, c map[string]any) { c["exp"] = now },
		"issued tomorrow":    func(_, c map[string]any) { c["iat"] = now + 86400; c["exp"] = now + 90000 },
		"not yet":            func(_, c map[string]any) { c["nbf"] = now + 30 },
		"another issuer":     func(_, c map[string]any) { c["iss"] = "evil" },
		"no issuer":          func(_, c map[string]any) { delete(c, "iss") },
		"another audience":   func(_, c map[string]any) { c["aud"] = "other" },
		"no audience":        func(_, c map[string]any) { delete(c, "aud") },
		"no subject":         func(_, c map[string]any) { delete(c, "sub") },
		"an empty subject":   func(_, c map[string]any) { c["sub"] = "" },
		"the system":         func(_, c map[string]any) { c["sub"] = "system" },
		"a long subject":     func(_, c map[string]any) { c["sub"] = strings.Repeat("x", 201) },
		"subject of no type": func(_, c map[string]any) { c["sub"] = 1 },
		"no role":            func(_, c map[string]any) { delete(c, "role") },
		"an unknown role":    func(_, c map[string]any) { c["role"] = "root" },
		"another case":       func(_, c map[string]any) { c["role"] = "MANAGER" },
		"a list of roles":    func(_, c map[string]any) { c["role"] = []string{"manager"} },
	} {
		h, c := header(), claims()
		change(h, c)
		if who, err := keeper.Verify(t.Context(), forge(h, c, secret())); !errors.Is(err, identity.ErrInvalidToken) {
			t.Errorf("%s: verified as %v, %v", name, who, err)
		}
	}

	good, err := signer.Sign(booking.Principal{ID: "ann", Role: booking.Tenant}, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(good, ".")
	body, _ := base64.RawURLEncoding.DecodeString(parts[1])
	promoted := base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(string(body), "tenant", "manager", 1)))
	none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`))
	for name, token := range map[string]string{
		"nothing":            "",
		"no token":           "x",
		"two parts":          parts[0] + "." + parts[1],
		"four parts":         good + ".x",
		"no signature":       parts[0] + "." + parts[1] + ".",
		"another's":          parts[0] + "." + promoted + "." + parts[2],
		"unsigned":           none + "." + promoted + ".",
		"signed with none":   none + "." + promoted + "." + parts[2],
		"padded":             good + "=",
		"spaces":             " " + good,
		"a cut signature":    good[:len(good)-1],
		"an empty key":       forge(header(), claims(), nil),
		"another key":        forge(header(), claims(), []byte(strings.Repeat("k", 32))),
		"too long":           forge(header(), map[string]any{"sub": "ann", "pad": strings.Repeat("x", 4096)}, secret()),
		"no JSON":            base64.RawURLEncoding.EncodeToString([]byte("{")) + "." + parts[1] + "." + parts[2],
		"standard alphabet":  strings.NewReplacer("-", "+", "_", "/").Replace(parts[0]+"."+parts[1]+".") + "++//" + parts[2][4:],
		"a changed last bit": good[:len(good)-1] + string(good[len(good)-1]^1),
	} {
		if who, err := keeper.Verify(t.Context(), token); !errors.Is(err, identity.ErrInvalidToken) {
			t.Errorf("%s: verified as %v, %v", name, who, err)
		} else if token != "" && len(token) > 20 && strings.Contains(err.Error(), token[:20]) {
			t.Errorf("%s: the error has the token in it: %v", name, err)
		}
	}
}

func TestCache(t *testing.T) {
	signer, keeper, clock := fixture(t)
	cache := identity.NewCache(keeper, clock.now)
	ann := booking.Principal{ID: "ann", Role: booking.Tenant}
	short, _ := signer.Sign(ann, 30*time.Second)
	long, _ := signer.Sign(ann, time.Hour)
	for range 3 {
		for _, token := range []string{short, long} {
			if who, err := cache.Verify(t.Context(), token); err != nil || who != ann {
				t.Fatalf("%v, %v", who, err)
			}
		}
		if _, err := cache.Verify(t.Context(), long[:len(long)-2]); !errors.Is(err, identity.ErrInvalidToken) {
			t.Errorf("a cut token: %v", err)
		}
	}
	clock.at = clock.at.Add(30 * time.Second)
	if _, err := cache.Verify(t.Context(), short); !errors.Is(err, identity.ErrInvalidToken) {
		t.Errorf("the cache outlives the token: %v", err)
	}
	clock.at = clock.at.Add(2 * time.Minute)
	if _, err := cache.Verify(t.Context(), long); err != nil {
		t.Errorf("after the cache's minute: %v", err)
	}
	// More tokens than it holds.
	for i := range 5000 {
		who := booking.Principal{ID: fmt.Sprint("u", i), Role: booking.Tenant}
		token, _ := signer.Sign(who, time.Hour)
		if got, err := cache.Verify(t.Context(), token); err != nil || got != who {
			t.Fatalf("token %d: %v, %v", i, got, err)
		}
	}
}

func TestKeyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "signing-key")
	if _, err := identity.LoadKey(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v, want fs.ErrNotExist", err)
	}

	random := &counting{}
	keys := make([]identity.Key, 8)
	var making sync.WaitGroup
	for i := range keys {
		making.Go(func() {
			var err error
			if keys[i], err = identity.LoadOrMakeKey(path, random); err != nil {
				t.Error(err)
			}
		})
	}
	making.Wait()
	token, _ := identity.NewSigner(keys[0], time.Now).Sign(booking.Principal{ID: "ann", Role: booking.Tenant}, time.Hour)
	for i, key := range keys {
		if _, err := identity.NewKeeper(key, time.Now).Verify(context.Background(), token); err != nil {
			t.Errorf("maker %d has another key: %v", i, err)
		}
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file: %v, %v", info, err)
	}
	if files, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".*")); len(files) > 0 {
		t.Errorf("left behind: %v", files)
	}

	text, _ := os.ReadFile(path)
	for _, shown := range []string{fmt.Sprint(keys[0]), fmt.Sprintf("%v %+v %#v %s %q", keys[0], keys[0], keys[0], keys[0], keys[0])} {
		if strings.Contains(shown, strings.TrimSpace(string(text))) || strings.Contains(shown, "[1 2 3") || strings.Contains(shown, "0x1, 0x2") {
			t.Errorf("the key shows itself: %s", shown)
		}
	}

	for name, spoil := range map[string]func() error{
		"readable by others": func() error { return os.Chmod(path, 0o644) },
		"empty":              func() error { return os.WriteFile(path, nil, 0o600) },
		"short":              func() error { return os.WriteFile(path, []byte("c2hvcnQ=\n"), 0o600) },
		"no base64":          func() error { return os.WriteFile(path, []byte("***"), 0o600) },
	} {
		if err := os.Chmod(path, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := spoil(); err != nil {
			t.Fatal(err)
		}
		if _, err := identity.LoadOrMakeKey(path, random); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v, want an error that names the file", name, err)
		}
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestPrincipalFrom(t *testing.T) {
	if who, ok := identity.PrincipalFrom(t.Context()); ok {
		t.Errorf("nobody asked, found %v", who)
	}
	ann := booking.Principal{ID: "ann", Role: booking.Tenant}
	if who, ok := identity.PrincipalFrom(identity.WithPrincipal(t.Context(), ann)); !ok || who != ann {
		t.Errorf("found %v, %v", who, ok)
	}
}
