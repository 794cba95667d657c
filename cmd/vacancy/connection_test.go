package main

import (
	"bytes"
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/client"
	"github.com/vacancy/vacancy/internal/identity"
)

func (h *harness) keeper() *identity.Keeper {
	h.t.Helper()
	key, err := identity.LoadKey(filepath.Join(h.data, client.SigningKeyFileName))
	if err != nil {
		h.t.Fatal(err)
	}
	return identity.NewKeeper(key, func() time.Time { return h.clock })
}

func TestATokenIsSignedWithTheKeyInTheDataDirectory(t *testing.T) {
	h := newHarness(t)
	r := h.must(exitDone, h.run("token", "--user", "alice", "--role", "tenant", "--ttl", "1h"))
	if strings.Count(r.out, "\n") != 1 || r.err != "" {
		t.Fatalf("the token alone: %q, %q", r.out, r.err)
	}
	who, err := h.keeper().Verify(t.Context(), strings.TrimSpace(r.out))
	if err != nil || who != (booking.Principal{ID: "alice", Role: booking.Tenant}) {
		t.Errorf("it speaks for %+v, %v", who, err)
	}
	h.clock = h.clock.Add(2 * time.Hour)
	if _, err := h.keeper().Verify(t.Context(), strings.TrimSpace(r.out)); err == nil {
		t.Error("it is good for longer than --ttl")
	}
}

func TestACommandSignsItsOwnToken(t *testing.T) {
	h := newHarness(t)
	h.on("ReserveApartment", payload(heldJSON))
	h.must(exitDone, h.run("reserve", "apt_1"))
	h.must(exitDone, h.run("reserve", "apt_1", "--user", "bob", "--role", "operator"))
	for i, want := range []booking.Principal{{ID: "tenant", Role: booking.Tenant}, {ID: "bob", Role: booking.Operator}} {
		if who, err := h.keeper().Verify(t.Context(), h.asked[i].Token); err != nil || who != want {
			t.Errorf("asked as %+v, %v; want %+v", who, err, want)
		}
	}
}

func TestServerAndTokenFromTheEnvironment(t *testing.T) {
	h := newHarness(t)
	h.env["VACANCY_SERVER"], h.env["VACANCY_TOKEN"] = h.server.URL, "given"
	h.on("ReserveApartment", payload(heldJSON))
	r := h.runOn(&bytes.Buffer{}, "reserve", "apt_1")
	if h.must(exitDone, r); h.asked[0].Token != "given" {
		t.Errorf("sent the token %q", h.asked[0].Token)
	}
	h.env["VACANCY_TIMEOUT"] = "soon"
	if r := h.must(exitUsage, h.runOn(&bytes.Buffer{}, "reserve", "apt_1")); !strings.Contains(r.err, "VACANCY_TIMEOUT") {
		t.Errorf("a variable that is no good: %q", r.err)
	}
}

// Who says on the command line who to be is that, whatever the environment holds.
func TestTheCommandLineSaysWhoToBe(t *testing.T) {
	h := newHarness(t)
	h.env["VACANCY_TOKEN"], h.env["VACANCY_ROLE"] = "given", "operator"
	h.on("ReserveApartment", payload(heldJSON))
	h.must(exitDone, h.run("reserve", "apt_1"))
	h.must(exitDone, h.run("reserve", "apt_1", "--role", "manager"))
	h.must(exitDone, h.run("reserve", "apt_1", "--role", "manager", "--token", "mine"))
	if h.asked[0].Token != "given" || h.asked[2].Token != "mine" {
		t.Errorf("sent %q and %q", h.asked[0].Token, h.asked[2].Token)
	}
	if who, err := h.keeper().Verify(t.Context(), h.asked[1].Token); err != nil || who.Role != booking.Manager {
		t.Errorf("asked as %+v, %v", who, err)
	}
}

func TestWhoMayNotIsToldWhatToDo(t *testing.T) {
	h := newHarness(t)
	h.on("Executions", forbidden)
	if r := h.must(exitFailed, h.run("workflow", "list", "--role", "tenant")); !strings.Contains(r.err, "by --role manager") {
		t.Errorf("%q", r.err)
	}
	if r := h.must(exitFailed, h.run("workflow", "list", "--token", "mine")); !strings.Contains(r.err, "is of somebody who may not") {
		t.Errorf("%q", r.err)
	}
}

// The one that started last is meant when both default directories have a server.
func TestTheServerIsFoundInTheDefaultDirectories(t *testing.T) {
	h := newHarness(t)
	t.Chdir(t.TempDir())
	if r := h.must(exitFailed, h.runOn(&bytes.Buffer{}, "reserve", "apt_1")); !strings.Contains(r.err, "vacancy serve --demo") {
		t.Errorf("with no server: %q", r.err)
	}
	if err := os.CopyFS(demoDataDir, os.DirFS(h.data)); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(demoDataDir, client.SigningKeyFileName), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(defaultDataDir, 0o700); err != nil {
		t.Fatal(err)
	}
	stale := filepath.Join(defaultDataDir, client.ServerFileName)
	if err := client.WriteServerFile(defaultDataDir, client.ServerFile{Address: "http://127.0.0.1:1"}); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(stale, noon, noon); err != nil {
		t.Fatal(err)
	}
	h.on("ReserveApartment", payload(heldJSON))
	h.must(exitDone, h.runOn(&bytes.Buffer{}, "reserve", "apt_1"))
	h.must(exitDone, h.runOn(&bytes.Buffer{}, "reserve", "apt_1", "--server", h.server.URL))
	if r := h.must(exitUsage, h.runOn(&bytes.Buffer{}, "reserve", "apt_1", "--server", "http://127.0.0.1:2")); !strings.Contains(r.err, "no token") {
		t.Errorf("a server whose key is not here: %q", r.err)
	}
}

// A key in a data directory here says nothing to a server elsewhere.
func TestNoTokenIsSignedForAnotherMachine(t *testing.T) {
	h := newHarness(t)
	if r := h.must(exitUsage, h.run("reserve", "apt_1", "--server", "https://vacancy.example")); !strings.Contains(r.err, "no token") {
		t.Errorf("%q", r.err)
	}
}

func TestNoSecretIsEverPrinted(t *testing.T) {
	h := newHarness(t)
	key := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("k", 32)))
	for _, args := range [][]string{{"reserve", "apt_1"}, {"reserve"}, {"pay", "res_1", "--token", "s3cret"}, {"--help"}} {
		if r := h.run(args...); strings.Contains(r.out+r.err, key) || strings.Contains(r.out+r.err, "s3cret") {
			t.Errorf("%v prints a secret: %s%s", args, r.out, r.err)
		}
	}
}
