package httpapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/httpapi"
	"github.com/vacancy/vacancy/internal/identity"
)

// tokens is a Verifier that knows three tokens.
type tokens struct{}

func (tokens) Verify(_ context.Context, token string) (booking.Principal, error) {
	for _, role := range []booking.Role{booking.Tenant, booking.Manager, booking.Operator} {
		if token == "token-of-"+string(role) {
			return booking.Principal{ID: "u-" + string(role), Role: role}, nil
		}
	}
	return booking.Principal{}, fmt.Errorf("%w: unknown", identity.ErrInvalidToken)
}

// whoami answers who asks and the request's id.
var whoami = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	who, _ := identity.PrincipalFrom(r.Context())
	_, _ = fmt.Fprintf(w, "%s %s", who.ID, httpapi.RequestID(r.Context()))
})

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// lines answers the log's records.
func (b *syncBuffer) lines(t *testing.T) (records []map[string]any) {
	t.Helper()
	for line := range strings.Lines(b.String()) {
		var record map[string]any
		if err := json.Unmarshal([]byte(line), &record); err != nil {
			t.Fatalf("no JSON line: %q", line)
		}
		records = append(records, record)
	}
	return records
}

func newServer(change ...func(*httpapi.Config)) (http.Handler, *syncBuffer) {
	log := &syncBuffer{}
	at := time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC)
	var mu sync.Mutex
	config := httpapi.Config{
		GraphQL: whoami, Verifier: tokens{}, Log: slog.New(slog.NewJSONHandler(log, nil)),
		// Each look at the clock is 3 ms later.
		Now:          func() time.Time { mu.Lock(); defer mu.Unlock(); at = at.Add(3 * time.Millisecond); return at },
		NewRequestID: func() string { return "made" },
	}
	for _, c := range change {
		c(&config)
	}
	return httpapi.New(config), log
}

func do(handler http.Handler, method, target string, headers ...string) *httptest.ResponseRecorder {
	request := httptest.NewRequest(method, target, strings.NewReader("a secret body"))
	for i := 0; i < len(headers); i += 2 {
		request.Header.Add(headers[i], headers[i+1])
	}
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, request)
	return answer
}

func TestAuthentication(t *testing.T) {
	handler, _ := newServer(func(c *httpapi.Config) {
		c.Routes = []httpapi.Route{
			{Pattern: "POST /imports", Handler: whoami, Roles: []booking.Role{booking.Manager, booking.Operator}},
			{Pattern: "POST /webhooks/x", Handler: whoami},
		}
	})
	for _, c := range []struct {
		name, target  string
		authorization []string
		status        int
		answer        string
	}{
		{"none", "/graphql", nil, 401, "UNAUTHENTICATED"},
		{"empty", "/graphql", []string{""}, 401, "UNAUTHENTICATED"},
		{"scheme alone", "/graphql", []string{"Bearer"}, 401, "UNAUTHENTICATED"},
		{"no token", "/graphql", []string{"Bearer "}, 401, "UNAUTHENTICATED"},
		{"basic", "/graphql", []string{"Basic token-of-tenant"}, 401, "UNAUTHENTICATED"},
		{"unknown", "/graphql", []string{"Bearer x"}, 401, "UNAUTHENTICATED"},
		{"two", "/graphql", []string{"Bearer token-of-tenant", "Bearer token-of-manager"}, 401, "UNAUTHENTICATED"},
		{"in the query", "/graphql?access_token=token-of-tenant", nil, 401, "UNAUTHENTICATED"},
		{"tenant", "/graphql", []string{"Bearer token-of-tenant"}, 200, "u-tenant made"},
		{"another case", "/graphql", []string{"bearer token-of-tenant"}, 200, "u-tenant made"},
		{"tenant where managers may", "/imports", []string{"Bearer token-of-tenant"}, 403, "FORBIDDEN"},
		{"manager where managers may", "/imports", []string{"Bearer token-of-manager"}, 200, "u-manager made"},
		{"operator where managers may", "/imports", []string{"Bearer token-of-operator"}, 200, "u-operator made"},
		{"none where managers may", "/imports", nil, 401, "UNAUTHENTICATED"},
		{"none where anybody may", "/webhooks/x", nil, 200, " made"},
	} {
		var headers []string
		for _, value := range c.authorization {
			headers = append(headers, "Authorization", value)
		}
		got := do(handler, http.MethodPost, c.target, headers...)
		if got.Code != c.status {
			t.Errorf("%s: status %d, want %d", c.name, got.Code, c.status)
		}
		if c.status == 200 {
			if got.Body.String() != c.answer {
				t.Errorf("%s: %q, want %q", c.name, got.Body, c.answer)
			}
			continue
		}
		var answer struct {
			Errors []struct {
				Message    string
				Extensions struct{ Code string }
			}
		}
		if err := json.Unmarshal(got.Body.Bytes(), &answer); err != nil || len(answer.Errors) != 1 || answer.Errors[0].Extensions.Code != c.answer || answer.Errors[0].Message == "" {
			t.Errorf("%s: %s, want code %s", c.name, got.Body, c.answer)
		}
		if challenge := got.Header().Get("WWW-Authenticate"); (c.status == 401) != strings.HasPrefix(challenge, `Bearer realm="vacancy"`) {
			t.Errorf("%s: WWW-Authenticate is %q", c.name, challenge)
		}
	}
}

func TestRequestIDs(t *testing.T) {
	handler, log := newServer()
	for sent, want := range map[string]string{
		"":                               "made",
		"abc-DEF_1.2":                    "abc-DEF_1.2",
		strings.Repeat("x", 64):          strings.Repeat("x", 64),
		strings.Repeat("x", 65):          "made",
		"a b":                            "made",
		"x\n{\"level\":\"ERROR\"}":       "made",
		"<script>":                       "made",
		"ünïcode":                        "made",
		"00000000-0000-0000-0000-000000": "00000000-0000-0000-0000-000000",
	} {
		got := do(handler, http.MethodPost, "/graphql", "X-Request-Id", sent, "Authorization", "Bearer token-of-tenant")
		if got.Header().Get("X-Request-Id") != want || got.Body.String() != "u-tenant "+want {
			t.Errorf("sent %q: header %q, the handler saw %q; want %q", sent, got.Header().Get("X-Request-Id"), got.Body, want)
		}
		records := log.lines(t)
		if last := records[len(records)-1]; last["requestId"] != want {
			t.Errorf("sent %q: logged %v, want %q", sent, last["requestId"], want)
		}
	}
}

func TestAccessLog(t *testing.T) {
	handler, log := newServer()
	do(handler, http.MethodPost, "/graphql?token=s3cret", "Authorization", "Bearer token-of-tenant", "Cookie", "s3cret")
	do(handler, http.MethodPost, "/graphql", "Authorization", "Bearer s3cret")
	do(handler, http.MethodGet, "/no/such/page")
	records := log.lines(t)
	if len(records) != 4 { // the refused token has a line of its own
		t.Fatalf("%d lines, want 4: %s", len(records), log)
	}
	want := map[string]any{"msg": "request", "method": "POST", "path": "/graphql", "status": 200.0, "bytes": float64(len("u-tenant made")), "ms": 3.0, "requestId": "made", "level": "INFO"}
	for key, value := range want {
		if records[0][key] != value {
			t.Errorf("%s is %v, want %v", key, records[0][key], value)
		}
	}
	if records[2]["status"] != 401.0 || records[3]["status"] != 404.0 {
		t.Errorf("statuses: %v, %v", records[2], records[3])
	}
	for _, secret := range []string{"s3cret", "token-of-tenant", "a secret body"} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log has %q: %s", secret, log)
		}
	}
}

func TestSecurityHeaders(t *testing.T) {
	handler, _ := newServer(func(c *httpapi.Config) { c.Development = true })
	for _, target := range []string{"/", "/graphql", "/healthz", "/readyz", "/metrics", "/graphiql", "/graphiql/start.js", "/none"} {
		got := do(handler, http.MethodGet, target).Header()
		for header, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer",
			"Cache-Control": "no-store", "Cross-Origin-Resource-Policy": "same-origin",
		} {
			if got.Get(header) != want {
				t.Errorf("%s: %s is %q, want %q", target, header, got.Get(header), want)
			}
		}
		policy := got.Get("Content-Security-Policy")
		if !strings.HasPrefix(policy, "default-src 'none';") || !strings.Contains(policy, "frame-ancestors 'none'") || strings.Contains(policy, "unsafe") || strings.Contains(policy, "http") {
			t.Errorf("%s: the policy is %q", target, policy)
		}
	}
}

func TestPanics(t *testing.T) {
	handler, log := newServer(func(c *httpapi.Config) {
		c.Routes = []httpapi.Route{
			{Pattern: "GET /panics", Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("s3cret cause") })},
			{Pattern: "GET /panics-late", Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				_, _ = io.WriteString(w, "begun")
				panic("late")
			})},
			{Pattern: "GET /aborts", Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })},
		}
	})
	got := do(handler, http.MethodGet, "/panics")
	if got.Code != 500 || strings.Contains(got.Body.String(), "s3cret") || !strings.Contains(got.Body.String(), `"code":"INTERNAL","requestId":"made"`) {
		t.Errorf("status %d: %s", got.Code, got.Body)
	}
	if !strings.Contains(log.String(), "s3cret cause") || !strings.Contains(log.String(), "httpapi_test.go") {
		t.Errorf("the log does not tell the cause and the place: %s", log)
	}
	if got := do(handler, http.MethodGet, "/panics-late"); got.Body.String() != "begun" {
		t.Errorf("after an answer was begun: %s", got.Body)
	}
	defer func() {
		if recover() != http.ErrAbortHandler {
			t.Error("http.ErrAbortHandler was swallowed")
		}
	}()
	do(handler, http.MethodGet, "/aborts")
}

func TestHealth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fine := func(context.Context) error { return nil }
		released := make(chan struct{})
		defer close(released)
		for _, c := range []struct {
			name   string
			store  func(context.Context) error
			status int
			body   string
			took   time.Duration
		}{
			{"well", fine, 200, `{"status":"ready","checks":{"runner":"ok","store":"ok"}}`, 0},
			{"failing", func(context.Context) error { return errors.New("disk full at /secret") }, 503, `{"status":"not ready","checks":{"runner":"ok","store":"failed"}}`, 0},
			{"panicking", func(context.Context) error { panic("x") }, 503, `{"status":"not ready","checks":{"runner":"ok","store":"failed"}}`, 0},
			{"hanging", func(context.Context) error { <-released; return nil }, 503, `{"status":"not ready","checks":{"runner":"ok","store":"failed"}}`, 2 * time.Second},
		} {
			handler, log := newServer(func(config *httpapi.Config) {
				config.Checks = []httpapi.Check{{Name: "store", Check: c.store}, {Name: "runner", Check: fine}}
			})
			began := time.Now()
			got := do(handler, http.MethodGet, "/readyz")
			if got.Code != c.status || strings.TrimSpace(got.Body.String()) != c.body || time.Since(began) != c.took {
				t.Errorf("%s: status %d after %s: %s", c.name, got.Code, time.Since(began), got.Body)
			}
			if c.name == "failing" && !strings.Contains(log.String(), "disk full") {
				t.Errorf("the log does not say why: %s", log)
			}
			if alive := do(handler, http.MethodGet, "/healthz"); alive.Code != 200 || alive.Body.String() != "ok\n" {
				t.Errorf("%s: /healthz answers %d %s", c.name, alive.Code, alive.Body)
			}
		}
	})
}

func TestMetrics(t *testing.T) {
	holds := prometheus.NewGauge(prometheus.GaugeOpts{Name: "vacancy_holds", Help: "Holds."})
	holds.Set(7)
	handler, _ := newServer(func(c *httpapi.Config) { c.Collectors = []prometheus.Collector{holds} })
	do(handler, http.MethodPost, "/graphql", "Authorization", "Bearer token-of-tenant")
	do(handler, http.MethodPost, "/graphql", "Authorization", "Bearer token-of-tenant")
	do(handler, http.MethodPost, "/graphql")
	for i := range 50 {
		do(handler, http.MethodGet, fmt.Sprint("/random/", i))
	}
	got := do(handler, http.MethodGet, "/metrics").Body.String()
	for _, line := range []string{
		`vacancy_http_requests_total{route="/graphql",status="200"} 2`,
		`vacancy_http_requests_total{route="/graphql",status="401"} 1`,
		`vacancy_http_requests_total{route="none",status="404"} 50`,
		`vacancy_http_request_seconds_count{route="/graphql"} 3`,
		`vacancy_http_request_seconds_bucket{route="/graphql",le="0.005"} 3`,
		`vacancy_http_request_seconds_bucket{route="/graphql",le="0.0025"} 0`,
		`vacancy_holds 7`, `go_goroutines`,
	} {
		if !strings.Contains(got, line) {
			t.Errorf("no %s in the metrics", line)
		}
	}
	if strings.Contains(got, "random") {
		t.Error("a path became a label")
	}

	protected, _ := newServer(func(c *httpapi.Config) { c.ProtectMetrics = true })
	for token, want := range map[string]int{"": 401, "Bearer token-of-tenant": 403, "Bearer token-of-manager": 200, "Bearer token-of-operator": 200} {
		if got := do(protected, http.MethodGet, "/metrics", "Authorization", token); got.Code != want {
			t.Errorf("protected, with %q: status %d, want %d", token, got.Code, want)
		}
	}
}

func TestJSON(t *testing.T) {
	var answer any
	var fault error
	handler, log := newServer(func(c *httpapi.Config) {
		c.Routes = []httpapi.Route{{Pattern: "GET /things/{id}", Handler: httpapi.JSON(c.Log, func(r *http.Request) (any, error) {
			return answer, fault
		})}}
	})
	answer = map[string]int{"n": 1}
	if got := do(handler, http.MethodGet, "/things/1"); got.Code != 200 || got.Body.String() != "{\"n\":1}\n" || got.Header().Get("Content-Type") != "application/json; charset=utf-8" {
		t.Errorf("an answer: %d %s", got.Code, got.Body)
	}
	answer = func() {}
	if got := do(handler, http.MethodGet, "/things/1"); got.Code != 500 || !strings.Contains(got.Body.String(), `"requestId":"made"`) {
		t.Errorf("what is no JSON: %d %s", got.Code, got.Body)
	}
	fault = errors.New("s3cret cause")
	if got := do(handler, http.MethodGet, "/things/1"); got.Code != 500 || strings.Contains(got.Body.String(), "s3cret") || !strings.Contains(log.String(), "s3cret cause") {
		t.Errorf("a fault: %d %s; log %s", got.Code, got.Body, log)
	}
}
