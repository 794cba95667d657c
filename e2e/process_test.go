package e2e_test

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// newServer starts a server of the test's own.
func newServer(t *testing.T, flags ...string) (*process, *target) {
	t.Helper()
	if url := shared.url(); url != "" {
		t.Skip("this is about processes of ours; the suite runs against " + url)
	}
	p, err := serve(t.TempDir(), flags...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.kill)
	tt, err := targetOf(p)
	if err != nil {
		t.Fatal(err)
	}
	return p, tt
}

func TestSIGTERMFinishesWhatIsBeingDone(t *testing.T) {
	t.Parallel()
	p, tt := newServer(t)
	held := tt.hold(t, time.Minute)
	// A payment that takes 2 s is under way when the server is told to end.
	type paid struct {
		answer
		err error
	}
	paying := make(chan paid, 1)
	go func() {
		a, err := tt.alice.pay(testContext(t), held.ID, "pm_slow", newKey())
		paying <- paid{a, err}
	}()
	tt.awaitThat(t, held.ID, "the payment is under way", func(r reservation) bool { return r.Payment != nil && r.Payment.Method == "pm_slow" })
	code, err := p.stop(30 * time.Second)
	if err != nil || code != 0 {
		t.Fatalf("exit code %d, %v\n%s", code, err, p.log)
	}
	got := <-paying
	if r := must(t, got.answer, got.err).Reservation; r.Payment.Status != "AUTHORIZED" && r.Payment.Status != "CAPTURED" {
		t.Errorf("the request under way was answered with %+v", r.Payment)
	}

	again, err := serve(p.Dir)
	if err != nil {
		t.Fatal(err)
	}
	defer again.kill()
	after, err := targetOf(again)
	if err != nil {
		t.Fatal(err)
	}
	after.await(t, held.ID, "PAID")
}

func TestThePaymentWindowIsTheDeployments(t *testing.T) {
	t.Parallel()
	_, tt := newServer(t, "--payment-window", "42s")
	apartment := tt.offer(t, nil)
	if apartment.PaymentWindow != 42 {
		t.Errorf("the apartment says that its payment window is %d s", apartment.PaymentWindow)
	}
	a, err := tt.alice.reserve(testContext(t), apartment.ID, newKey())
	if r := must(t, a, err).Reservation; r.HoldExpiresAt.Sub(r.PlacedAt) != 42*time.Second {
		t.Errorf("the hold lasts %s", r.HoldExpiresAt.Sub(r.PlacedAt))
	}
}

func TestAServerThatCannotStartSaysWhy(t *testing.T) {
	t.Parallel()
	p, _ := newServer(t)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for _, c := range []struct {
		name string
		args []string
		says []string
	}{
		{"a port in use", []string{"--listen", taken.Addr().String(), "--data", t.TempDir()}, []string{"--listen", "in use"}},
		{"a data directory in use", []string{"--listen", "127.0.0.1:0", "--data", p.Dir}, []string{p.Dir, "in use"}},
		{"beyond loopback", []string{"--listen", "0.0.0.0:0", "--data", t.TempDir()}, []string{"this machine only", "0.0.0.0"}},
		{"beyond loopback, by no address at all", []string{"--listen", ":0", "--data", t.TempDir()}, []string{"this machine only"}},
		{"no address", []string{"--listen", "nowhere", "--data", t.TempDir()}, []string{"nowhere"}},
		{"beyond loopback, in the clear", []string{"--listen", "0.0.0.0:0", "--auth", "tokens", "--data", t.TempDir()}, []string{"in the clear", "--tls-cert", "--behind-proxy"}},
		{"beyond loopback by TLS, for anybody", []string{"--listen", "0.0.0.0:0", "--behind-proxy", "--data", t.TempDir()}, []string{"--auth tokens", "--oidc-issuer"}},
		{"a certificate without its key", []string{"--listen", "127.0.0.1:0", "--tls-cert", "x.pem", "--data", t.TempDir()}, []string{"--tls-key"}},
		{"a certificate that is not there", []string{"--listen", "127.0.0.1:0", "--tls-cert", "x.pem", "--tls-key", "y.pem", "--data", t.TempDir()}, []string{"--tls-cert", "x.pem"}},
		{"an issuer without an audience", []string{"--listen", "127.0.0.1:0", "--oidc-issuer", "https://id.example", "--data", t.TempDir()}, []string{"--oidc-audience"}},
		{"an issuer in the clear", []string{"--listen", "127.0.0.1:0", "--oidc-issuer", "http://id.example", "--oidc-audience", "x", "--data", t.TempDir()}, []string{"--oidc-issuer", "https"}},
		{"an issuer beside tokens", []string{"--listen", "127.0.0.1:0", "--auth", "tokens", "--oidc-issuer", "https://id.example", "--data", t.TempDir()}, []string{"--auth oidc"}},
		{"an unknown way in", []string{"--listen", "127.0.0.1:0", "--auth", "password", "--data", t.TempDir()}, []string{"--auth", "password"}},
		{"pages of everybody", []string{"--listen", "127.0.0.1:0", "--allow-origin", "*", "--data", t.TempDir()}, []string{"--allow-origin", "https://app.example.com"}},
		{"a window that is none", []string{"--payment-window", "-5s", "--listen", "127.0.0.1:0", "--data", t.TempDir()}, []string{"payment window", "-5s"}},
		{"an unknown flag", []string{"--colour", "red"}, []string{"--colour"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.name == "a data directory in use" {
				onlyEmbedded(t, "a data directory to itself")
			}
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			r, err := vacancy(ctx, append([]string{"serve"}, c.args...)...)
			if err != nil {
				t.Fatalf("it started: %v", err)
			}
			if r.code == 0 || strings.Contains(r.stdout, "listening") {
				t.Errorf("exit code %d, %s", r.code, r.stdout)
			}
			for _, word := range c.says {
				if !strings.Contains(r.stderr, word) {
					t.Errorf("it says %q, without %q", r.stderr, word)
				}
			}
			if strings.Contains(r.stderr, "goroutine ") {
				t.Errorf("it panicked: %s", r.stderr)
			}
		})
	}
	// The one that had the directory is not disturbed.
	if _, err := http.Get(p.URL + "/healthz"); err != nil {
		t.Error(err)
	}
}

func TestWhatIsWhereWithoutAToken(t *testing.T) {
	t.Parallel()
	p, tt := newServer(t)
	for path, want := range map[string]struct {
		status int
		says   string
	}{
		"/":         {http.StatusOK, "/graphql"},
		"/healthz":  {http.StatusOK, "ok"},
		"/readyz":   {http.StatusOK, "ready"},
		"/metrics":  {http.StatusOK, "go_goroutines"},
		"/graphiql": {http.StatusOK, "graphiql"},
		"/graphql":  {http.StatusUnauthorized, "UNAUTHENTICATED"},
		"/nowhere":  {http.StatusNotFound, ""},
	} {
		response, err := http.Get(p.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || response.StatusCode != want.status || !strings.Contains(strings.ToLower(string(body)), strings.ToLower(want.says)) {
			t.Errorf("GET %s: %d, %v, %.200s; want %d and %q in it", path, response.StatusCode, err, body, want.status, want.says)
		}
	}
	held := tt.hold(t, time.Minute)
	a, err := tt.alice.pay(testContext(t), held.ID, "pm_ok", newKey())
	must(t, a, err)
	tt.await(t, held.ID, "PAID")
	assertLog(t, p, tt)
}

// assertLog holds the log to what section 8 of the design says: JSON, a line each, and
// no secret in it.
func assertLog(t *testing.T, p *process, tt *target) {
	t.Helper()
	for line := range strings.Lines(p.log.String()) {
		var entry map[string]any
		if err := json.Unmarshal([]byte(line), &entry); err != nil || entry["msg"] == nil || entry["time"] == nil || entry["level"] == nil {
			t.Errorf("a line of the log is no JSON object with time, level and msg: %s", line)
		}
	}
	for _, who := range []account{tt.alice, tt.bob, tt.morgan} {
		if strings.Contains(p.log.String(), who.token) {
			t.Errorf("%s's token is in the log", who.name)
		}
	}
}
