package identity_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/identity"
)

func TestRevocation(t *testing.T) {
	signer, keeper, clock := fixture(t)
	path := filepath.Join(t.TempDir(), identity.RevocationsFileName)
	list, err := identity.NewRevocations(path, clock.now())
	if err != nil {
		t.Fatal(err)
	}
	cache := identity.NewRevocableCache(keeper, list.Check, clock.now)
	sign := func(user string, lifetime time.Duration) string {
		token, err := signer.Sign(booking.Principal{ID: user, Role: booking.Tenant}, lifetime)
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	check := func(what, token string, want error) {
		t.Helper()
		if _, err := cache.Verify(t.Context(), token); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", what, err, want)
		}
	}
	revoke := func(r identity.Revocation) {
		t.Helper()
		r.At = clock.now()
		if err := identity.Revoke(path, r); err != nil {
			t.Fatal(err)
		}
	}

	one, other, bobs := sign("ann", time.Hour), sign("ann", 2*time.Hour), sign("bob", time.Hour)
	for _, token := range []string{one, other, bobs} {
		check("before", token, nil)
	}
	revoke(identity.Revocation{ID: identity.TokenID(one)})
	check("revoked, though it was accepted a moment ago", one, identity.ErrInvalidToken)
	check("another of the same user", other, nil)
	revoke(identity.Revocation{User: "ann"})
	check("all of a user's", other, identity.ErrInvalidToken)
	check("somebody else's", bobs, nil)
	clock.at = clock.at.Add(time.Second)
	check("issued after it", sign("ann", time.Hour), nil)

	// A line that a crash cut off spoils neither those before nor those after it.
	file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = file.WriteString(`{"id":"` + identity.TokenID(bobs))
	_ = file.Close()
	check("half a line", bobs, nil)
	revoke(identity.Revocation{ID: identity.TokenID(bobs)})
	check("the line after it", bobs, identity.ErrInvalidToken)
	check("the line before it", one, identity.ErrInvalidToken)

	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, token := range []string{one, bobs} {
		if signature := token[strings.LastIndex(token, ".")+1:]; strings.Contains(string(text), signature) {
			t.Error("the list has a token in it")
		}
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the list: %v, %v", info, err)
	}

	again, err := identity.NewRevocations(path, clock.now())
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Check(identity.Token{ID: identity.TokenID(one)}); !errors.Is(err, identity.ErrInvalidToken) {
		t.Errorf("after a restart: %v", err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	check("the list is gone", sign("carl", time.Hour), identity.ErrUnavailable)
}

// TestRevocationsArePruned: what has expired by itself is left out a day later, and nothing
// that a token which is still good depends on; a server that reads the file notices.
func TestRevocationsArePruned(t *testing.T) {
	signer, _, clock := fixture(t)
	path := filepath.Join(t.TempDir(), identity.RevocationsFileName)
	server, err := identity.NewRevocations(path, clock.now())
	if err != nil {
		t.Fatal(err)
	}
	start := clock.now()
	sign := func(user string, lifetime time.Duration) string {
		token, err := signer.Sign(booking.Principal{ID: user, Role: booking.Tenant}, lifetime)
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	revoke := func(r identity.Revocation) {
		t.Helper()
		r.At = clock.now()
		if err := identity.Revoke(path, r); err != nil {
			t.Fatal(err)
		}
	}
	short, long := sign("ann", time.Hour), sign("ann", 30*24*time.Hour)
	if got := identity.ExpiryOf(short); !got.Equal(start.Add(time.Hour).Truncate(time.Second)) {
		t.Errorf("the token expires %s", got)
	}
	revoke(identity.Revocation{ID: "short", Until: identity.ExpiryOf(short)})
	revoke(identity.Revocation{ID: "long", Until: identity.ExpiryOf(long)})
	revoke(identity.Revocation{ID: "by its id, nobody knows until when"})
	revoke(identity.Revocation{ID: "says that it lives for ever", Until: start.Add(100 * 365 * 24 * time.Hour)})
	revoke(identity.Revocation{User: "bob"})

	listed := func(at time.Duration, want ...string) {
		t.Helper()
		clock.at = start.Add(at)
		if err := identity.Prune(path, clock.now()); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Count(string(text), `"at"`); got != len(want) {
			t.Errorf("%s later %d are listed, want %q:\n%s", at, got, want, text)
		}
		for _, one := range want {
			if !strings.Contains(string(text), one) {
				t.Errorf("%s later %q is not listed:\n%s", at, one, text)
			}
			token := identity.Token{ID: one}
			if one == "bob" {
				token = identity.Token{Who: booking.Principal{ID: "bob"}, IssuedAt: start}
			}
			if err := server.Check(token); !errors.Is(err, identity.ErrInvalidToken) {
				t.Errorf("%s later %q is good again: %v", at, one, err)
			}
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s later the list is %v, %v", at, info, err)
		}
	}
	byID, forever := "by its id, nobody knows until when", "says that it lives for ever"
	listed(25*time.Hour-time.Minute, "short", "long", byID, forever, "bob")
	listed(25*time.Hour+time.Minute, "long", byID, forever, "bob")
	listed(31*24*time.Hour+time.Minute, byID, forever, "bob")
	listed(identity.MaxLifetime+23*time.Hour, byID, forever, "bob")
	clock.at = start.Add(identity.MaxLifetime + 25*time.Hour)
	revoke(identity.Revocation{ID: "the next one", Until: clock.at.Add(time.Hour)}) // which prunes
	listed(identity.MaxLifetime+25*time.Hour, "the next one")
	if err := server.Check(identity.Token{ID: "short"}); err != nil {
		t.Errorf("what is not listed any more: %v", err)
	}
}

// TestManyRevokeAtOnce: of those who revoke while others prune, none is lost.
func TestManyRevokeAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), identity.RevocationsFileName)
	start := time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC)
	const callers, each = 6, 5
	var calling sync.WaitGroup
	for caller := range callers {
		calling.Go(func() {
			for n := range each {
				passed := identity.Revocation{ID: "passed", At: start, Until: start.Add(time.Hour)}
				kept := identity.Revocation{ID: fmt.Sprintf("kept-%d-%d", caller, n), At: start.AddDate(0, 1, 0)}
				for _, r := range []identity.Revocation{passed, kept} {
					if err := identity.Revoke(path, r); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	calling.Wait()
	list, err := identity.NewRevocations(path, start.AddDate(0, 1, 0))
	if err != nil {
		t.Fatal(err)
	}
	for caller := range callers {
		for n := range each {
			if err := list.Check(identity.Token{ID: fmt.Sprintf("kept-%d-%d", caller, n)}); !errors.Is(err, identity.ErrInvalidToken) {
				t.Errorf("%d of %d is lost: %v", n, caller, err)
			}
		}
	}
	if err := list.Check(identity.Token{ID: "passed"}); err != nil {
		t.Errorf("what has passed is listed: %v", err)
	}
}
