package httpapi_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/httpapi"
	"github.com/vacancy/vacancy/internal/identity"
	"github.com/vacancy/vacancy/internal/ratelimit"
)

func TestLimited(t *testing.T) {
	now, asked := time.Unix(0, 0), 0
	handler := httpapi.Limited(ratelimit.NewMemory(ratelimit.PerMinute(4), func() time.Time { return now }), slog.New(slog.DiscardHandler), http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
	ask := func(who string) *httptest.ResponseRecorder {
		request := httptest.NewRequest(http.MethodPost, "/orders", nil)
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, request.WithContext(identity.WithPrincipal(request.Context(), booking.Principal{ID: who, Role: booking.Tenant})))
		return answer
	}
	for _, c := range []struct {
		who    string
		wait   time.Duration
		status int
	}{
		{"ann", 0, 200}, {"ann", 0, 200}, {"ann", 0, 429}, {"bob", 0, 200}, {"ann", 14 * time.Second, 429}, {"ann", time.Second, 200}, {"ann", 0, 429},
	} {
		now = now.Add(c.wait)
		got := ask(c.who)
		if got.Code != c.status || (got.Header().Get("Retry-After") == "") != (c.status == 200) {
			t.Errorf("%s at %s: %d, Retry-After %q; want %d", c.who, now.UTC().Format("05"), got.Code, got.Header().Get("Retry-After"), c.status)
		}
	}
	if asked != 4 {
		t.Errorf("the handler was asked %d times, want 4", asked)
	}
}
