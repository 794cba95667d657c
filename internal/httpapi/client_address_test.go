package httpapi_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/httpapi"
)

// TestClientAddress: the log tells where a request came from, by what our own proxies wrote
// and never by what a client could have written.
func TestClientAddress(t *testing.T) {
	const peer = "10.0.0.7:4711"
	for _, c := range []struct {
		what      string
		proxies   int
		forwarded []string
		want      string
	}{
		{"no proxy", 0, nil, peer},
		{"no proxy, and the client says otherwise", 0, []string{"203.0.113.9"}, peer},
		{"one proxy", 1, []string{"203.0.113.9"}, "203.0.113.9"},
		{"one proxy, and the client says otherwise", 1, []string{"1.2.3.4, 203.0.113.9"}, "203.0.113.9"},
		{"one proxy, and the client says otherwise in a header of its own", 1, []string{"1.2.3.4", "203.0.113.9"}, "203.0.113.9"},
		{"two proxies", 2, []string{"203.0.113.9, 10.0.0.2"}, "203.0.113.9"},
		{"two proxies, and the client says otherwise", 2, []string{"1.2.3.4,5.6.7.8", "203.0.113.9", "10.0.0.2"}, "203.0.113.9"},
		{"not through both", 2, []string{"203.0.113.9"}, peer},
		{"not through the proxy", 1, nil, peer},
		{"with a port", 1, []string{"203.0.113.9:99"}, "203.0.113.9"},
		{"IPv6", 1, []string{"2001:db8::1"}, "2001:db8::1"},
		{"IPv6 with a port", 1, []string{"[2001:db8::1]:99"}, "2001:db8::1"},
		{"IPv6 in brackets", 1, []string{"[2001:db8::1]"}, "2001:db8::1"},
		{"no address", 1, []string{"unknown"}, peer},
		{"nothing", 1, []string{"203.0.113.9,"}, peer},
		{"text that would end the line of a log", 1, []string{"203.0.113.9%\"evil"}, peer},
	} {
		var log bytes.Buffer
		handler := httpapi.New(httpapi.Config{GraphQL: http.NotFoundHandler(), Proxies: c.proxies, Log: slog.New(slog.NewJSONHandler(&log, nil)),
			Now: time.Now, NewRequestID: func() string { return "id" }})
		request := httptest.NewRequest(http.MethodGet, "/healthz", nil)
		request.RemoteAddr = peer
		request.Header["X-Forwarded-For"] = c.forwarded
		handler.ServeHTTP(httptest.NewRecorder(), request)
		var line struct{ Remote string }
		if err := json.Unmarshal(log.Bytes(), &line); err != nil || line.Remote != c.want {
			t.Errorf("%s: %q, want %q (%v)", c.what, line.Remote, c.want, err)
		}
	}
}
