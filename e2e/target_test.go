package e2e_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// target is a server that the suite is run against. It has two tenants and a manager.
type target struct {
	alice, bob, morgan account
	// late is how long after its deadline a hold may end (design, 3 and 10.6), with
	// what a busy machine and the way to the server add.
	late time.Duration
	// slow is how many times slower than a process on this machine it answers: functions
	// that start cold, and an emulator that runs each as a process.
	slow time.Duration
	// apart is how far apart the times of two decisions may be that were made at once, each by
	// the time at which it was begun: nothing where one process makes them all, one by one.
	apart time.Duration
}

// window is a payment window that is short, and long enough for a few calls.
func (tt *target) window(d time.Duration) time.Duration { return d * max(1, tt.slow) }

// sharedTarget is the one that all tests of the suite use.
type sharedTarget struct {
	once   sync.Once
	target *target
	server *process // nil for one that runs elsewhere
	err    error
}

var shared sharedTarget

// suite answers the target, starting it for the first test that asks. Tests of the
// suite run in parallel; each makes the apartments that it needs.
func suite(t *testing.T) *target {
	t.Helper()
	t.Parallel()
	shared.once.Do(shared.open)
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return shared.target
}

func (s *sharedTarget) open() {
	if url := s.url(); url != "" {
		s.target, s.err = remoteTarget(url)
		return
	}
	dir, err := os.MkdirTemp("", "vacancy-e2e-data-")
	if err != nil {
		s.err = err
		return
	}
	if s.server, s.err = serve(dir); s.err != nil {
		return
	}
	s.target, s.err = targetOf(s.server)
}

// close audits what the suite has left behind, and stops its server if it is one of ours.
func (s *sharedTarget) close() error {
	if s.server != nil {
		defer os.RemoveAll(s.server.Dir)
		defer s.server.kill()
	}
	if s.target == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	return auditServer(ctx, s.target, s.server)
}

// targetOf signs tokens for a server of ours.
func targetOf(p *process) (*target, error) {
	accounts := map[string]account{}
	for name, role := range map[string]string{"alice": "tenant", "bob": "tenant", "morgan": "manager"} {
		token, err := signToken(p.Dir, name, role)
		if err != nil {
			return nil, err
		}
		accounts[name] = account{url: p.URL, token: token, name: name, http: newHTTPClient()}
	}
	tt := &target{alice: accounts["alice"], bob: accounts["bob"], morgan: accounts["morgan"], late: 5 * time.Second}
	if awsBackend != nil { // where a timeout wakes the execution, in whole seconds
		tt.late, tt.slow, tt.apart = tt.late+2*time.Second, 4, time.Second
	}
	return tt, nil
}

func remoteTarget(url string) (*target, error) {
	content, err := os.ReadFile(os.Getenv("VACANCY_E2E_TOKENS"))
	if err != nil {
		return nil, fmt.Errorf("VACANCY_E2E_TOKENS must name a file with the tokens for VACANCY_E2E_URL: %w", err)
	}
	var tokens map[string]string
	if err := json.Unmarshal(content, &tokens); err != nil {
		return nil, fmt.Errorf("VACANCY_E2E_TOKENS: %w", err)
	}
	of := func(name string) account {
		return account{url: url, token: tokens[name], name: name, http: newHTTPClient()}
	}
	return &target{alice: of("alice"), bob: of("bob"), morgan: of("morgan"), late: 10 * time.Second, slow: 5, apart: 5 * time.Second}, nil
}

func newHTTPClient() *http.Client {
	return &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 128}}
}

// newKey makes an idempotency key.
func newKey() string { return rand.Text() }

// testTime bounds everything that one test waits for.
const testTime = 60 * time.Second

func testContext(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), testTime)
	t.Cleanup(cancel)
	return ctx
}

// newApartment offers one whose holds last for so long.
func (tt *target) newApartment(t *testing.T, window time.Duration) string {
	t.Helper()
	return tt.offer(t, map[string]any{"paymentWindow": int(window / time.Second)}).ID
}

// offer creates an apartment; what the fields do not say is made up.
func (tt *target) offer(t *testing.T, fields map[string]any) apartment {
	t.Helper()
	input := map[string]any{"title": "Two rooms, " + t.Name(), "price": map[string]any{"amount": 123456, "currency": "USD"}, "idempotencyKey": newKey()}
	for name, value := range fields {
		input[name] = value
	}
	a, err := tt.morgan.order(testContext(t), "createApartment", input)
	if err != nil || a.code() != "" {
		t.Fatalf("create an apartment: %v %+v", err, a.UserErrors)
	}
	return *a.Apartment
}

// must fails the test unless the order was carried out.
func must(t *testing.T, a answer, err error) answer {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if a.code() != "" {
		t.Fatalf("refused: %+v", a.UserErrors)
	}
	return a
}

// mustRefuse fails the test unless the order was refused with this code, and answers
// what it was told.
func mustRefuse(t *testing.T, code string, a answer, err error) userError {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if a.code() != code {
		t.Fatalf("want it refused with %s; got %+v, %+v", code, a.UserErrors, a.Reservation)
	}
	if len(a.UserErrors[0].Message) < 15 {
		t.Errorf("%s says %q; it should say what was wrong and what to do", code, a.UserErrors[0].Message)
	}
	return a.UserErrors[0]
}

// hold makes an apartment with this payment window and reserves it for alice.
func (tt *target) hold(t *testing.T, window time.Duration) reservation {
	t.Helper()
	a, err := tt.alice.reserve(testContext(t), tt.newApartment(t, window), newKey())
	return *must(t, a, err).Reservation
}

// poll asks again and again, no faster than is good for the server, until done says so
// or the test's time is over.
func poll[T any](t *testing.T, what string, ask func(context.Context) (T, error), done func(T) bool) T {
	t.Helper()
	ctx := testContext(t)
	ticker := time.NewTicker(25 * time.Millisecond)
	defer ticker.Stop()
	for {
		last, err := ask(ctx)
		if err != nil {
			t.Fatalf("waiting until %s: %v", what, err)
		}
		if done(last) {
			return last
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			t.Fatalf("waited in vain until %s; last seen: %+v", what, last)
		}
	}
}

// await waits until alice's reservation has the status.
func (tt *target) await(t *testing.T, id, status string) reservation {
	t.Helper()
	return tt.awaitThat(t, id, "it is "+status, func(r reservation) bool { return r.Status == status })
}

func (tt *target) awaitThat(t *testing.T, id, what string, done func(reservation) bool) reservation {
	t.Helper()
	return *poll(t, what, func(ctx context.Context) (*reservation, error) {
		return tt.alice.reservation(ctx, id)
	}, func(r *reservation) bool { return r != nil && done(*r) })
}

// kinds are those of the timeline, in order.
func (r reservation) kinds() []string {
	var kinds []string
	for _, e := range r.Timeline {
		kinds = append(kinds, e.Kind)
	}
	return kinds
}

// url is that of a server that runs elsewhere, or "".
func (*sharedTarget) url() string { return strings.TrimSuffix(os.Getenv("VACANCY_E2E_URL"), "/") }
