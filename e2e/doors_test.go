package e2e_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vacancy/vacancy/e2e/issuer"
)

// statusOf answers the status with which a server answers `{ __typename }` under a token.
func statusOf(t *testing.T, c *http.Client, url, token string) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/graphql", strings.NewReader(`{"query":"{ __typename }"}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+token)
	answer, err := c.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	return answer.StatusCode
}

// command runs a command of the program that must succeed, with something on its standard input.
func command(t *testing.T, stdin string, args ...string) string {
	t.Helper()
	r, err := vacancyWith(t.Context(), strings.NewReader(stdin), args...)
	if err != nil || r.code != 0 {
		t.Fatalf("vacancy %s: exit code %d, %v: %s", strings.Join(args, " "), r.code, err, r.stderr)
	}
	return strings.TrimSpace(r.stdout)
}

// TestTokensAreRevoked: by id, piped in, and all of a user's; for a server that runs, and
// after it has started again.
func TestTokensAreRevoked(t *testing.T) {
	t.Parallel()
	p, _ := newServer(t, "--auth", "tokens")
	sign := func(user string, ttl string) (token, id string) {
		var said struct{ Token, ID string }
		if err := json.Unmarshal([]byte(command(t, "", "token", "--json", "--data", p.Dir, "--user", user, "--role", "tenant", "--ttl", ttl)), &said); err != nil {
			t.Fatal(err)
		}
		return said.Token, said.ID
	}
	first, id := sign("ann", "30d")
	second, _ := sign("ann", "8h")
	third, _ := sign("ann", "9h")
	bobs, _ := sign("bob", "8h")
	want := func(what, token string, status int) {
		t.Helper()
		if got := statusOf(t, http.DefaultClient, p.URL, token); got != status {
			t.Errorf("%s: status %d, want %d", what, got, status)
		}
	}
	for _, token := range []string{first, second, third, bobs} {
		want("signed just now", token, 200)
	}
	command(t, "", "token", "revoke", "--data", p.Dir, "--id", id)
	want("revoked by its id", first, 401)
	want("another of the user", second, 200)
	if out := command(t, second+"\n", "token", "revoke", "--data", p.Dir, "-"); strings.Contains(out, second) {
		t.Errorf("it prints the token: %s", out)
	}
	want("revoked by itself", second, 401)
	want("a third of the user", third, 200)
	command(t, "", "token", "revoke", "--data", p.Dir, "--user", "ann")
	want("all of the user's", third, 401)
	want("somebody else's", bobs, 200)
	if log := p.log.String(); strings.Contains(log, first) || strings.Contains(log, "eyJ") {
		t.Errorf("the log has a token: %s", log)
	}
	if code, err := p.stop(30 * time.Second); code != 0 || err != nil {
		t.Fatalf("exit code %d, %v", code, err)
	}
	again, err := serve(p.Dir, "--auth", "tokens")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(again.kill)
	if got := statusOf(t, http.DefaultClient, again.URL, first); got != 401 {
		t.Errorf("revoked before the restart: status %d", got)
	}
	if got := statusOf(t, http.DefaultClient, again.URL, bobs); got != 200 {
		t.Errorf("not revoked before the restart: status %d", got)
	}
}

// selfSigned writes a certificate for 127.0.0.1 and answers its files and who trusts it.
func selfSigned(t *testing.T) (cert, key string, trusting *http.Client) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "vacancy"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cert, key = filepath.Join(dir, "house.crt"), filepath.Join(dir, "house.key")
	for file, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: pkcs8}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pool := x509.NewCertPool()
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool.AddCert(parsed)
	return cert, key, &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: true}}
}

// TestTLSBeyondThisMachine: on every address of the machine, by HTTPS; commands on the
// machine find a door of their own; what is shown of the machine is not for everybody.
func TestTLSBeyondThisMachine(t *testing.T) {
	t.Parallel()
	cert, key, trusting := selfSigned(t)
	p, _ := newServer(t, "--listen", "0.0.0.0:0", "--auth", "tokens", "--tls-cert", cert, "--tls-key", key)
	_, port, err := net.SplitHostPort(strings.TrimPrefix(p.URL, "https://"))
	if err != nil || !strings.HasPrefix(p.URL, "https://") {
		t.Fatalf("it listens on %s", p.URL)
	}
	url := "https://127.0.0.1:" + port
	token := command(t, "", "token", "--data", p.Dir, "--user", "ann", "--role", "tenant")
	if got := statusOf(t, trusting, url, token); got != 200 {
		t.Errorf("by HTTPS: status %d", got)
	}
	answer, err := trusting.Get(url + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("/metrics for anybody: status %d", answer.StatusCode)
	}
	if answer.Header.Get("Strict-Transport-Security") == "" {
		t.Error("browsers are not told to come back by HTTPS")
	}
	if answer.ProtoMajor != 2 {
		t.Errorf("it speaks %s", answer.Proto)
	}
	if out := command(t, "", "apartments", "--data", p.Dir, "--first", "1"); strings.Contains(out, "error") {
		t.Errorf("a command on the machine: %s", out)
	}
}

// TestOIDC: who has a token of the provider comes in, in the role of their group; a token
// that the server would sign itself does not.
func TestOIDC(t *testing.T) {
	t.Parallel()
	key, err := issuer.MakeKey("ES256")
	if err != nil {
		t.Fatal(err)
	}
	var provider *issuer.Issuer
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { provider.ServeHTTP(w, r) }))
	t.Cleanup(server.Close)
	provider = issuer.New(server.URL, time.Now, key)
	p, err := serve(t.TempDir(), "--oidc-issuer", server.URL, "--oidc-audience", "app")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.kill)
	mint := func(c issuer.Claims) string {
		token, err := provider.Token(c)
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	tenant := mint(issuer.Claims{Subject: "ann", ClientID: "app", Lifetime: time.Hour})
	manager := mint(issuer.Claims{Subject: "mary", ClientID: "app", Groups: []string{"manager"}, Lifetime: time.Hour})
	for what, c := range map[string]struct {
		token  string
		status int
	}{
		"a tenant": {tenant, 200}, "a manager": {manager, 200},
		"of another client": {mint(issuer.Claims{Subject: "ann", ClientID: "other", Lifetime: time.Hour}), 401},
		"an ID token":       {mint(issuer.Claims{Subject: "ann", Audience: "app", IDToken: true, Lifetime: time.Hour}), 401},
		"expired":           {mint(issuer.Claims{Subject: "ann", ClientID: "app", Lifetime: -time.Second}), 401},
	} {
		if got := statusOf(t, http.DefaultClient, p.URL, c.token); got != c.status {
			t.Errorf("%s: status %d, want %d", what, got, c.status)
		}
	}
	for who, code := range map[string]int{tenant: 403, manager: 200} {
		request, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, p.URL+"/ledger/res_none", nil)
		request.Header.Set("Authorization", "Bearer "+who)
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != code {
			t.Errorf("what is for managers: status %d, want %d", answer.StatusCode, code)
		}
	}
	r, err := vacancy(t.Context(), "token", "--data", p.Dir, "--user", "ann", "--role", "manager")
	if err == nil && r.code == 0 && statusOf(t, http.DefaultClient, p.URL, strings.TrimSpace(r.stdout)) != 401 {
		t.Error("a token of the machine's own is accepted beside the provider's")
	}
	answer, err := http.Get(p.URL + "/readyz")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var body bytes.Buffer
	_, _ = body.ReadFrom(answer.Body)
	if answer.StatusCode != http.StatusOK || !strings.Contains(body.String(), `"identity provider":"ok"`) {
		t.Errorf("/readyz: %d %s", answer.StatusCode, body.String())
	}
}

// TestPagesOfOtherOrigins may call the API if the server names them.
func TestPagesOfOtherOrigins(t *testing.T) {
	t.Parallel()
	p, _ := newServer(t, "--allow-origin", "https://app.example.com")
	for origin, want := range map[string]int{"https://app.example.com": 204, "https://evil.example": 403, "https://app.example.com.evil.example": 403, "null": 403} {
		request, _ := http.NewRequestWithContext(context.Background(), http.MethodOptions, p.URL+"/graphql", nil)
		request.Header.Set("Origin", origin)
		request.Header.Set("Access-Control-Request-Method", "POST")
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		allowed := answer.Header.Get("Access-Control-Allow-Origin")
		if answer.StatusCode != want || (allowed == origin) != (want == 204) {
			t.Errorf("%s: status %d, allowed %q", origin, answer.StatusCode, allowed)
		}
		if answer.Header.Get("Access-Control-Allow-Credentials") != "" {
			t.Error("credentials are allowed; there are none")
		}
	}
}
