package httpapi_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/vacancy/vacancy/graph/operations"
	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/httpapi"
)

func TestPages(t *testing.T) {
	handler, _ := newServer(func(c *httpapi.Config) {
		c.Development = true
		c.Routes = []httpapi.Route{{Pattern: "POST /imports", Handler: whoami, Roles: []booking.Role{booking.Manager}}}
	})
	front := do(handler, http.MethodGet, "/")
	for _, part := range []string{"POST /graphql", "POST /imports", "manager", "/graphiql", "/healthz", "/readyz", "/metrics"} {
		if !strings.Contains(front.Body.String(), part) {
			t.Errorf("/ does not name %s:\n%s", part, front.Body)
		}
	}
	if front.Header().Get("Content-Type") != "text/plain; charset=utf-8" {
		t.Errorf("/ is %s", front.Header().Get("Content-Type"))
	}
	page := do(handler, http.MethodGet, "/graphiql")
	if page.Code != 200 || !strings.HasPrefix(page.Header().Get("Content-Type"), "text/html") || strings.Contains(page.Body.String(), "//") && strings.Contains(page.Body.String(), "https:") {
		t.Errorf("/graphiql: %d %s", page.Code, page.Body)
	}
	for _, line := range strings.Split(page.Body.String(), "\n") {
		for _, attribute := range []string{`src="`, `href="`} {
			_, rest, ok := strings.Cut(line, attribute)
			if !ok || strings.HasPrefix(rest, "data:") {
				continue
			}
			target, _, _ := strings.Cut(rest, `"`)
			if got := do(handler, http.MethodGet, target); got.Code != 200 || got.Body.Len() == 0 {
				t.Errorf("%s, which the page asks for: status %d", target, got.Code)
			}
		}
	}
	for _, target := range []string{"/graphiql/none.js", "/graphiql/..%2findex.html", "/graphiql/README.md"} {
		if got := do(handler, http.MethodGet, target); got.Code != 404 {
			t.Errorf("%s: status %d, want 404", target, got.Code)
		}
	}
	production, _ := newServer()
	if got := do(production, http.MethodGet, "/", "Accept", "text/html"); !strings.HasPrefix(got.Header().Get("Content-Type"), "text/plain") {
		t.Errorf("/ without operations to send is %s", got.Header().Get("Content-Type"))
	}
	for _, target := range []string{"/graphiql", "/graphiql/start.js"} {
		if got := do(production, http.MethodGet, target); got.Code != 404 {
			t.Errorf("%s in production: status %d, want 404", target, got.Code)
		}
	}
	if strings.Contains(do(production, http.MethodGet, "/").Body.String(), "graphiql") {
		t.Error("/ names graphiql in production")
	}
}

// loaded finds what a page or its script loads.
var loaded = regexp.MustCompile("(?:src|href)=\"([^\"]+)\"|call\\(\"([a-z]+)\"|mutate\\(\"([a-z]+)\"")

func TestThePageLoadsFromHereAlone(t *testing.T) {
	handler, _ := newServer(func(c *httpapi.Config) { c.Operations = operations.Files })
	page := do(handler, http.MethodGet, "/", "Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
	if page.Code != 200 || page.Header().Get("Content-Type") != "text/html; charset=utf-8" || page.Header().Get("Vary") != "Accept" {
		t.Fatalf("%d %v", page.Code, page.Header())
	}
	policy := page.Header().Get("Content-Security-Policy")
	if !strings.Contains(policy, "default-src 'none'; script-src 'self';") || strings.Contains(policy, "unsafe") {
		t.Errorf("the policy is %q", policy)
	}
	if body := page.Body.String(); strings.Contains(body, "<script>") || strings.Contains(body, "style=") || strings.Contains(body, "onclick") {
		t.Error("the page has inline script or style, which its policy forbids")
	}
	targets := 0
	for _, text := range []string{page.Body.String(), do(handler, http.MethodGet, "/web/page.js").Body.String()} {
		for _, m := range loaded.FindAllStringSubmatch(text, -1) {
			target := "/" + m[1]
			if m[1] == "" {
				target = "/operations/" + m[2] + m[3] + ".graphql"
			}
			if strings.HasPrefix(m[1], "data:") {
				continue
			}
			targets++
			if got := do(handler, http.MethodGet, target); got.Code != 200 || got.Body.Len() == 0 {
				t.Errorf("%s: status %d", target, got.Code)
			}
		}
	}
	if targets < 8 {
		t.Errorf("only %d files and operations were found in the page", targets)
	}
	for _, target := range []string{"/web/web.go", "/web/none.js", "/operations/operations.go", "/operations/..%2fschema.graphql"} {
		if got := do(handler, http.MethodGet, target); got.Code != 404 {
			t.Errorf("%s: status %d, want 404", target, got.Code)
		}
	}
	if text := do(handler, http.MethodGet, "/", "Accept", "*/*"); !strings.Contains(text.Body.String(), "a page to reserve by") {
		t.Errorf("/ for a program: %s", text.Body)
	}
}
