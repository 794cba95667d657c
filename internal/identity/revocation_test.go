package identity_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/identity"
)

func TestRevocation(t *testing.T) {
	signer, keeper, clock := fixture(t)
	path := filepath.Join(t.TempDir(), identity.RevocationsFileName)
	list, err := identity.NewRevocations(path)
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

	again, err := identity.NewRevocations(path)
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
