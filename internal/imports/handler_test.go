package imports_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/identity"
	"github.com/vacancy/vacancy/internal/imports"
)

// post posts a body to the handler as whoever the context says.
func post(ctx context.Context, store imports.Store, target, contentType string, body io.Reader) *httptest.ResponseRecorder {
	h := imports.Handler(store, nil, func(kind string) string { return kind + "_1" }, slog.New(slog.DiscardHandler))
	request := httptest.NewRequestWithContext(ctx, http.MethodPost, target, body)
	request.Header.Set("Content-Type", contentType)
	answer := httptest.NewRecorder()
	h.ServeHTTP(answer, request)
	return answer
}

func as(t *testing.T, role booking.Role) context.Context {
	return identity.WithPrincipal(t.Context(), booking.Principal{ID: "mia", Role: role})
}

func TestHandler(t *testing.T) {
	const file = "id,price_type,price\n1,Monthly,100\n2,Monthly,free\n3,Weekly,200\n"
	s := &shelf{}
	tests := []struct {
		name, target, want string
		stored             int
	}{
		{"dry run", "/imports?dryRun=true&atomic=false", `{"id":"imp_1","dryRun":true,"rows":3,"created":0,"unchanged":0,"refused":[{"line":3,"column":"price","reason":"the price must be whole US dollars from 1 to 21474836, it is \"free\""}],"refusedRows":1,`, 0},
		{"first", "/imports", `{"id":"imp_1","dryRun":false,"rows":3,"created":2,"unchanged":0,"refused":[{"line":3,`, 2},
		{"again", "/imports?dryRun=false", `{"id":"imp_1","dryRun":false,"rows":3,"created":0,"unchanged":2,`, 2},
	}
	for _, test := range tests {
		answer := post(as(t, booking.Manager), s.store, test.target, "text/csv; charset=UTF-8", strings.NewReader(file))
		if answer.Code != http.StatusAccepted || !strings.HasPrefix(answer.Body.String(), test.want) {
			t.Errorf("%s: %d %s\nwant %s", test.name, answer.Code, answer.Body, test.want)
		}
		if len(s.apartments) != test.stored {
			t.Errorf("%s: %d are stored, want %d", test.name, len(s.apartments), test.stored)
		}
	}
	if answer := post(as(t, booking.Operator), s.store, "/imports", "text/csv", strings.NewReader("id,price_type,price\n")); answer.Code != http.StatusAccepted || !strings.Contains(answer.Body.String(), `"refused":[]`) {
		t.Errorf("a file without rows: %d %s", answer.Code, answer.Body)
	}
}

func TestHandlerRefuses(t *testing.T) {
	large := "id,price_type,price\n" + strings.Repeat("x", imports.MaxBody)
	tests := []struct {
		name           string
		ctx            context.Context
		target, media  string
		body           io.Reader
		status         int
		code, contains string
	}{
		{"nobody", t.Context(), "/imports", "text/csv", strings.NewReader(rows(1)), 401, "UNAUTHENTICATED", "token"},
		{"a tenant", as(t, booking.Tenant), "/imports", "text/csv", strings.NewReader(rows(1)), 403, "FORBIDDEN", "managers"},
		{"JSON", as(t, booking.Manager), "/imports", "application/json", strings.NewReader("{}"), 415, "INVALID_INPUT", "text/csv"},
		{"no type", as(t, booking.Manager), "/imports", "", strings.NewReader(rows(1)), 415, "INVALID_INPUT", "text/csv"},
		{"another charset", as(t, booking.Manager), "/imports", "text/csv; charset=latin1", strings.NewReader(rows(1)), 415, "INVALID_INPUT", "UTF-8"},
		{"a failure on purpose of what has no steps", as(t, booking.Manager), "/imports?runType=failCommit", "text/csv", strings.NewReader(rows(1)), 400, "INVALID_INPUT", "atomic=true"},
		{"a bad flag", as(t, booking.Manager), "/imports?dryRun=perhaps", "text/csv", strings.NewReader(rows(1)), 400, "INVALID_INPUT", "true or false"},
		{"a bad header", as(t, booking.Manager), "/imports", "text/csv", strings.NewReader("a,b\n1,2\n"), 400, "INVALID_INPUT", "lacks id"},
		{"an empty body", as(t, booking.Manager), "/imports", "text/csv", strings.NewReader(""), 400, "INVALID_INPUT", "empty"},
		{"too large", as(t, booking.Manager), "/imports", "text/csv", strings.NewReader(large), 413, "INVALID_INPUT", "4 MiB"},
		{"too large, of unknown length", as(t, booking.Manager), "/imports", "text/csv", io.MultiReader(strings.NewReader(large)), 413, "INVALID_INPUT", "4 MiB"},
		{"cut short", as(t, booking.Manager), "/imports", "text/csv", io.MultiReader(strings.NewReader(rows(2)), failing{}), 400, "INVALID_INPUT", "send it again"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := &shelf{}
			answer := post(test.ctx, s.store, test.target, test.media, test.body)
			wantError(t, answer, test.status, test.code, test.contains)
			if len(s.apartments) != 0 {
				t.Errorf("%d are stored", len(s.apartments))
			}
		})
	}
}

func TestHandlerMasksWhatIsOurFault(t *testing.T) {
	s := &shelf{fail: errors.New("disk full: secret path")}
	answer := post(as(t, booking.Manager), s.store, "/imports", "text/csv", strings.NewReader(rows(1)))
	wantError(t, answer, 500, "INTERNAL", "internal error")
	if strings.Contains(answer.Body.String(), "secret") {
		t.Errorf("the answer shows it: %s", answer.Body)
	}
	refusing := &shelf{fail: booking.Invalid("id", "a rule of ours that imports do not know")}
	answer = post(as(t, booking.Manager), refusing.store, "/imports", "text/csv", strings.NewReader(rows(1)))
	wantError(t, answer, 500, "INTERNAL", "internal error")
}

func TestHandlerRefusesEncodedBodies(t *testing.T) {
	request := httptest.NewRequestWithContext(as(t, booking.Manager), http.MethodPost, "/imports", bytes.NewReader([]byte{0x1f, 0x8b}))
	request.Header.Set("Content-Type", "text/csv")
	request.Header.Set("Content-Encoding", "gzip")
	answer := httptest.NewRecorder()
	answer.Header().Set("X-Request-Id", "req-7")
	imports.Handler((&shelf{}).store, nil, nil, slog.New(slog.DiscardHandler)).ServeHTTP(answer, request)
	wantError(t, answer, 415, "INVALID_INPUT", "Content-Encoding")
	if !strings.Contains(answer.Body.String(), `"requestId":"req-7"`) {
		t.Errorf("the answer has no request id: %s", answer.Body)
	}
}

func wantError(t *testing.T, answer *httptest.ResponseRecorder, status int, code, contains string) {
	t.Helper()
	var body struct {
		Errors []struct {
			Message    string
			Extensions struct{ Code string }
		}
	}
	if err := json.Unmarshal(answer.Body.Bytes(), &body); err != nil || len(body.Errors) != 1 {
		t.Fatalf("%d %s: %v", answer.Code, answer.Body, err)
	}
	if got := body.Errors[0]; answer.Code != status || got.Extensions.Code != code || !strings.Contains(got.Message, contains) {
		t.Errorf("%d %s\nwant %d %s with %q", answer.Code, answer.Body, status, code, contains)
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("connection reset") }
