package client

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// recordedWaits is a Wait that returns at once and remembers.
type recordedWaits []time.Duration

func (w *recordedWaits) wait(_ context.Context, d time.Duration) error {
	*w = append(*w, d)
	return nil
}

func newTestClient(t *testing.T, handler http.HandlerFunc) (*Client, *recordedWaits) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	waits := &recordedWaits{}
	c, err := New(Options{Server: server.URL, Token: "secret", Agent: "test/1", Wait: waits.wait, Rand: func() float64 { return 0.5 }})
	if err != nil {
		t.Fatal(err)
	}
	return c, waits
}

const heldAnswer = `{"data":{"payload":{"reservation":{"id":"res_1","status":"HELD","price":{"amount":79000,"currency":"USD"},
	"holdExpiresAt":"2026-02-03T04:06:06.789Z","serverTime":"2026-02-03T04:05:06.789Z","pollAfter":10000},"userErrors":[]}}}`

func TestAnOrderIsSentAndItsAnswerRead(t *testing.T) {
	var got requestBody
	c, _ := newTestClient(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost || r.URL.Path != "/graphql" || r.Header.Get("Authorization") != "Bearer secret" || r.Header.Get("User-Agent") != "test/1" {
			t.Errorf("sent %s %s, %v", r.Method, r.URL.Path, r.Header)
		}
		if err := json.NewDecoder(r.Body).Decode(&got); err != nil {
			t.Error(err)
		}
		_, _ = io.WriteString(w, heldAnswer)
	})
	r, err := c.Reserve(t.Context(), "apt_1", "key-1")
	if err != nil {
		t.Fatal(err)
	}
	if r.ID != "res_1" || r.Price.Amount != 79000 || r.HoldExpiresAt.Sub(r.ServerTime) != time.Minute {
		t.Errorf("read %+v", r)
	}
	input, _ := got.Variables["input"].(map[string]any)
	if got.OperationName != "ReserveApartment" || input["apartmentId"] != "apt_1" || input["idempotencyKey"] != "key-1" {
		t.Errorf("sent %+v", got)
	}
}

func TestTheSameOrderIsRepeatedUntilItIsAnswered(t *testing.T) {
	var lock sync.Mutex // a broken connection leaves its handler running beside the next
	var bodies []string
	c, waits := newTestClient(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		lock.Lock()
		defer lock.Unlock()
		bodies = append(bodies, string(body))
		switch len(bodies) {
		case 1:
			w.WriteHeader(http.StatusServiceUnavailable)
		case 2:
			w.Header().Set("Retry-After", "7")
			w.WriteHeader(http.StatusTooManyRequests)
		case 3:
			panic(http.ErrAbortHandler) // the connection breaks
		default:
			_, _ = io.WriteString(w, heldAnswer)
		}
	})
	if _, err := c.Pay(t.Context(), "res_1", "pm_ok", "key-1"); err != nil {
		t.Fatal(err)
	}
	lock.Lock()
	defer lock.Unlock()
	if len(bodies) != 4 || bodies[0] != bodies[3] || !strings.Contains(bodies[3], "key-1") {
		t.Errorf("sent %q", bodies)
	}
	want := recordedWaits{100 * time.Millisecond, 7 * time.Second, 400 * time.Millisecond}
	if len(*waits) != 3 || (*waits)[0] != want[0] || (*waits)[1] != want[1] || (*waits)[2] != want[2] {
		t.Errorf("waited %v, want %v", *waits, want)
	}
}

func TestARefusalIsNotRepeated(t *testing.T) {
	for name, test := range map[string]struct {
		status int
		body   string
		code   string
		text   string
	}{
		"user error": {200, `{"data":{"payload":{"reservation":null,"userErrors":[{"code":"APARTMENT_NOT_VACANT","message":"it is held","heldUntil":"2026-02-03T04:06:06.789Z"}]}}}`, "APARTMENT_NOT_VACANT", "it is held"},
		"no token":   {401, `{"errors":[{"message":"a token is needed","extensions":{"code":"UNAUTHENTICATED"}}]}`, "UNAUTHENTICATED", "a token is needed"},
		"not ours":   {401, `Unauthorized`, "UNAUTHENTICATED", "Unauthorized"},
		"forbidden":  {200, `{"errors":[{"message":"not for tenants","extensions":{"code":"FORBIDDEN"}}],"data":null}`, "FORBIDDEN", "not for tenants"},
		"invalid":    {422, `{"errors":[{"message":"Cannot query field","extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}}]}`, "GRAPHQL_VALIDATION_FAILED", "Cannot query"},
	} {
		t.Run(name, func(t *testing.T) {
			calls := 0
			c, _ := newTestClient(t, func(w http.ResponseWriter, _ *http.Request) {
				calls++
				w.WriteHeader(test.status)
				_, _ = io.WriteString(w, test.body)
			})
			_, err := c.Reserve(t.Context(), "apt_1", "key")
			if CodeOf(err) != test.code || !strings.Contains(err.Error(), test.text) || calls != 1 {
				t.Errorf("after %d calls: %v (code %q)", calls, err, CodeOf(err))
			}
			if OutcomeUnknown(err) {
				t.Error("a refusal is a known outcome")
			}
		})
	}
}

func TestHeldUntilIsRead(t *testing.T) {
	c, _ := newTestClient(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"data":{"payload":{"userErrors":[{"code":"APARTMENT_NOT_VACANT","message":"held","heldUntil":"2026-02-03T04:06:06.789Z"}]}}}`)
	})
	_, err := c.Reserve(t.Context(), "apt_1", "key")
	var refusal *Refusal
	if !errors.As(err, &refusal) || refusal.HeldUntil == nil || refusal.HeldUntil.Second() != 6 {
		t.Errorf("got %#v", err)
	}
}

func TestAServerFaultNamesItsRequest(t *testing.T) {
	c, _ := newTestClient(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"errors":[{"message":"something failed","extensions":{"code":"INTERNAL","requestId":"req-7"}}]}`)
	})
	_, err := c.Reservation(t.Context(), "res_1")
	var fault *ServerFault
	if !errors.As(err, &fault) || fault.RequestID != "req-7" || !OutcomeUnknown(err) {
		t.Errorf("got %#v", err)
	}
}

func TestSomethingElseThanAVacancyServer(t *testing.T) {
	c, _ := newTestClient(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `<html>hello`) })
	if _, err := c.Reservation(t.Context(), "res_1"); err == nil || !strings.Contains(err.Error(), "is this the address of a Vacancy server?") {
		t.Errorf("got %v", err)
	}
}

func TestNobodyListens(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	_ = listener.Close()
	waits := &recordedWaits{}
	c, err := New(Options{Server: address, Wait: waits.wait, Rand: func() float64 { return 0 }})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Apartments(t.Context(), ApartmentQuery{First: 1})
	if err == nil || err.Error() != "nothing listens at http://"+address {
		t.Errorf("got %v", err)
	}
	if len(*waits) != DefaultRetry.Attempts-1 || OutcomeUnknown(err) {
		t.Errorf("waited %v; outcome unknown %v", *waits, OutcomeUnknown(err))
	}
}

func TestATokenStaysWithItsServer(t *testing.T) {
	var leaked string
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { leaked = r.Header.Get("Authorization") }))
	defer other.Close()
	c, _ := newTestClient(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
	})
	if _, err := c.Reservation(t.Context(), "res_1"); err == nil || leaked != "" {
		t.Errorf("followed the redirect: %v, token %q", err, leaked)
	}
	if _, err := New(Options{Server: "http://vacancy.example", Token: "secret"}); err == nil || !strings.Contains(err.Error(), "https") {
		t.Errorf("a token in the clear: %v", err)
	}
}

func TestServersThatAreNone(t *testing.T) {
	for _, server := range []string{"", "ftp://127.0.0.1", "http://", "http://user:pass@127.0.0.1", "http://127.0.0.1/?x=1"} {
		if _, err := New(Options{Server: server}); err == nil {
			t.Errorf("%q was taken", server)
		}
	}
}

func TestTheFilterHoldsWhatIsAskedFor(t *testing.T) {
	v, _ := json.Marshal(ApartmentQuery{State: "TX", City: "Austin", MinBedrooms: 2, MaxPrice: 90000, Order: "PRICE", First: 5, After: "c"}.variables())
	want := `{"after":"c","filter":{"city":"Austin","minBedrooms":2,"price":{"max":90000},"state":"TX"},"first":5,"orderBy":"PRICE"}`
	if string(v) != want {
		t.Errorf("got  %s\nwant %s", v, want)
	}
	if v, _ := json.Marshal(ApartmentQuery{First: 5}.variables()); string(v) != `{"first":5}` {
		t.Errorf("nothing asked for: %s", v)
	}
}

func TestAnUploadIsSentAgainFromItsBeginning(t *testing.T) {
	var bodies []string
	c, _ := newTestClient(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		bodies = append(bodies, r.URL.RequestURI()+" "+r.Header.Get("Content-Type")+" "+string(body))
		if len(bodies) == 1 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		w.WriteHeader(http.StatusAccepted)
		_, _ = io.WriteString(w, `{"rows":4,"created":2,"unchanged":1,"refusedRows":1,"refused":[{"line":3,"column":"price","reason":"no price"}]}`)
	})
	open := func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("id,price\n")), nil }
	got, err := c.ImportApartments(t.Context(), open, -1, true)
	if err != nil || got.Created != 2 || got.Unchanged != 1 || got.RefusedRows != 1 || got.Refused[0] != (RefusedRow{Line: 3, Column: "price", Reason: "no price"}) {
		t.Errorf("got %+v, %v", got, err)
	}
	if want := "/imports?dryRun=true text/csv id,price\n"; len(bodies) != 2 || bodies[1] != want || bodies[0] != want {
		t.Errorf("sent %q", bodies)
	}
}

func TestAnUploadThatIsRefused(t *testing.T) {
	c, _ := newTestClient(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		_, _ = io.WriteString(w, `{"errors":[{"message":"more than 4 MiB","extensions":{"code":"INVALID_INPUT"}}]}`)
	})
	open := func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("id")), nil }
	if _, err := c.ImportApartments(t.Context(), open, 2, false); CodeOf(err) != "INVALID_INPUT" || !strings.Contains(err.Error(), "4 MiB") {
		t.Errorf("got %v", err)
	}
}

func TestHistoryReadsEveryPage(t *testing.T) {
	pages := 0
	c, _ := newTestClient(t, func(w http.ResponseWriter, r *http.Request) {
		var body requestBody
		_ = json.NewDecoder(r.Body).Decode(&body)
		pages++
		if body.Variables["after"] == nil {
			_, _ = io.WriteString(w, `{"data":{"execution":{"history":{"nodes":[{"id":1,"type":"ExecutionStarted","timestamp":"2026-02-03T04:05:06.789Z"}],"pageInfo":{"hasNextPage":true,"endCursor":"1"}}}}}`)
			return
		}
		_, _ = io.WriteString(w, `{"data":{"execution":{"history":{"nodes":[{"id":2,"previousId":1,"type":"TaskStateEntered","timestamp":"2026-02-03T04:05:06.789Z"}],"pageInfo":{"hasNextPage":false,"endCursor":"2"}}}}}`)
	})
	events, err := c.History(t.Context(), "reservation", "res_1")
	if err != nil || len(events) != 2 || events[1].Type != "TaskStateEntered" || pages != 2 {
		t.Errorf("%d pages: %+v, %v", pages, events, err)
	}
}
