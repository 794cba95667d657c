package httpapi_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/vacancy/vacancy/internal/httpapi"
)

func TestCORS(t *testing.T) {
	const page = "https://app.example.com"
	handler, _ := newServer(func(c *httpapi.Config) { c.AllowOrigins = []string{page} })
	closed, _ := newServer()
	ask := func(h http.Handler, method, origin string, preflight bool) *httptest.ResponseRecorder {
		request := httptest.NewRequest(method, "/healthz", nil)
		if origin != "" {
			request.Header.Set("Origin", origin)
		}
		if preflight {
			request.Header.Set("Access-Control-Request-Method", "POST")
		}
		answer := httptest.NewRecorder()
		h.ServeHTTP(answer, request)
		return answer
	}
	for what, c := range map[string]struct {
		handler   http.Handler
		method    string
		origin    string
		preflight bool
		status    int
		allowed   string
	}{
		"a page that may asks whether":     {handler, "OPTIONS", page, true, 204, page},
		"a page that may asks":             {handler, "GET", page, false, 200, page},
		"no page":                          {handler, "GET", "", false, 200, ""},
		"a page that may not asks whether": {handler, "OPTIONS", "https://evil.example", true, 403, ""},
		"a page that may not asks":         {handler, "GET", "https://evil.example", false, 200, ""},
		"a page of plain http":             {handler, "OPTIONS", "http://app.example.com", true, 403, ""},
		"a longer name":                    {handler, "OPTIONS", page + ".evil.example", true, 403, ""},
		"a file":                           {handler, "OPTIONS", "null", true, 403, ""},
		"OPTIONS of nobody":                {handler, "OPTIONS", page, false, 405, page},
		"no pages are allowed":             {closed, "OPTIONS", page, true, 405, ""},
	} {
		got := ask(c.handler, c.method, c.origin, c.preflight)
		if got.Code != c.status || got.Header().Get("Access-Control-Allow-Origin") != c.allowed {
			t.Errorf("%s: status %d, allowed %q; want %d, %q", what, got.Code, got.Header().Get("Access-Control-Allow-Origin"), c.status, c.allowed)
		}
		if got.Header().Get("Access-Control-Allow-Credentials") != "" || got.Header().Get("Set-Cookie") != "" {
			t.Errorf("%s: %v", what, got.Header())
		}
		if c.handler != closed && c.origin != "" && !strings.Contains(got.Header().Get("Vary"), "Origin") {
			t.Errorf("%s: a cache would mix the answers up: %v", what, got.Header())
		}
	}
}

func TestCheckOrigin(t *testing.T) {
	for _, origin := range []string{"https://app.example.com", "http://localhost:3000", "https://app.example.com:8443"} {
		if err := httpapi.CheckOrigin(origin); err != nil {
			t.Error(err)
		}
	}
	for _, origin := range []string{"", "*", "null", "app.example.com", "https://app.example.com/", "https://app.example.com/x", "https://u@app.example.com", "ftp://x", "https://APP.example.com", "https://*.example.com:x"} {
		if err := httpapi.CheckOrigin(origin); err == nil {
			t.Errorf("%q is taken", origin)
		}
	}
}
