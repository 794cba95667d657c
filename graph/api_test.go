package graph_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vacancy/vacancy/graph"
	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/httpapi"
	"github.com/vacancy/vacancy/internal/identity"
	"github.com/vacancy/vacancy/internal/payment/simulated"
	"github.com/vacancy/vacancy/internal/saga"
	"github.com/vacancy/vacancy/internal/saga/batch"
	"github.com/vacancy/vacancy/internal/saga/order"
	"github.com/vacancy/vacancy/internal/saga/trip"
)

// api is the whole API on stores in memory, behind the real HTTP handler.
type api struct {
	t       testing.TB
	handler http.Handler
	store   *memoryStore
	runner  *memoryRunner
	service *booking.Service
	signer  *identity.Signer
	log     *lockedBuffer
	clock   *clock
	ids     atomic.Int64
	batches *batch.Service

	trips        *trip.Service
	orders       *order.Service
	tripsStarted tripWorkflow
}

type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// newAPI makes an API. change may change its configuration.
func newAPI(t testing.TB, change ...func(*graph.Config)) *api {
	t.Helper()
	a := &api{t: t, store: newMemoryStore(), log: &lockedBuffer{}, clock: &clock{at: time.Date(2026, 2, 3, 4, 5, 6, 789_654_321, time.UTC)}}
	a.runner = &memoryRunner{now: a.clock.now}
	return a.with(simulated.New(simulated.NewMemory(), simulated.Options{Now: a.clock.now}), change...)
}

// with finishes an API on a payment gateway.
func (a *api) with(gateway booking.Gateway, change ...func(*graph.Config)) *api {
	t := a.t
	log := slog.New(slog.NewJSONHandler(a.log, nil))
	newID := func(kind string) string { return fmt.Sprintf("%s_%06d", kind, a.ids.Add(1)) }
	service := booking.NewService(a.store, gateway, domainWorkflow{a.runner}, a.clock.now, newID, booking.DefaultConfig(), log)
	a.service = service
	a.orders = newOrders(t, a.runner, gateway, a.clock.now)
	config := graph.Config{Booking: service, Imports: a.imports(log, newID), Orders: a.orders, Trips: newTrips(a, service, gateway, newID, log, saga.Development), Runner: a.runner, RequestID: httpapi.RequestID, Log: log}
	for _, c := range change {
		c(&config)
	}
	key, err := identity.NewKey(zeros{})
	if err != nil {
		t.Fatal(err)
	}
	a.signer = identity.NewSigner(key, a.clock.now)
	a.handler = httpapi.New(httpapi.Config{
		GraphQL: graph.New(config), Verifier: identity.NewKeeper(key, a.clock.now), Log: log, Now: a.clock.now,
		NewRequestID: func() string { return "req-1" }, Development: config.Development,
	})
	return a
}

// Callers that tests use.
var (
	ann  = booking.Principal{ID: "ann", Role: booking.Tenant}
	bob  = booking.Principal{ID: "bob", Role: booking.Tenant}
	mary = booking.Principal{ID: "mary", Role: booking.Manager}
	otto = booking.Principal{ID: "otto", Role: booking.Operator}
)

func (a *api) token(who booking.Principal) string {
	a.t.Helper()
	token, err := a.signer.Sign(who, time.Hour)
	if err != nil {
		a.t.Fatal(err)
	}
	return token
}

// post sends a body as it is.
func (a *api) post(token, body string) *httptest.ResponseRecorder {
	request := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(body))
	request.Header.Set("Content-Type", "application/json")
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	answer := httptest.NewRecorder()
	a.handler.ServeHTTP(answer, request)
	return answer
}

// answer is a GraphQL answer.
type answer struct {
	Data   map[string]json.RawMessage
	Errors []struct {
		Message    string
		Path       []any
		Extensions map[string]any
	}
}

// ask runs a document and fails the test when it is not run.
func (a *api) ask(who booking.Principal, query string, variables map[string]any) answer {
	a.t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		a.t.Fatal(err)
	}
	recorded := a.post(a.token(who), string(body))
	text, _ := io.ReadAll(recorded.Body)
	var got answer
	if err := json.Unmarshal(text, &got); err != nil {
		a.t.Fatalf("status %d, no JSON: %s", recorded.Code, text)
	}
	if recorded.Code != http.StatusOK {
		a.t.Fatalf("status %d: %s", recorded.Code, text)
	}
	return got
}

// value asks for one root field and answers its value; errors fail the test.
func (a *api) value(who booking.Principal, query string, variables map[string]any) any {
	a.t.Helper()
	got := a.ask(who, query, variables)
	if len(got.Errors) > 0 {
		a.t.Fatalf("errors: %+v", got.Errors)
	}
	for _, raw := range got.Data {
		var value any
		if err := json.Unmarshal(raw, &value); err != nil {
			a.t.Fatal(err)
		}
		return value
	}
	a.t.Fatal("no data")
	return nil
}

// code asks for what must be refused by a GraphQL error, and answers its code.
func (a *api) code(who booking.Principal, query string, variables map[string]any) string {
	a.t.Helper()
	got := a.ask(who, query, variables)
	if len(got.Errors) == 0 {
		return ""
	}
	code, _ := got.Errors[0].Extensions["code"].(string)
	return code
}

// at answers what stands at a dotted path in a value ("" if there is nothing).
func at(value any, path string) any {
	for _, key := range strings.Split(path, ".") {
		switch v := value.(type) {
		case map[string]any:
			value = v[key]
		case []any:
			i := 0
			if _, err := fmt.Sscan(key, &i); err != nil || i >= len(v) {
				return nil
			}
			value = v[i]
		default:
			return nil
		}
	}
	return value
}

// create makes a vacant apartment and answers its id.
func (a *api) create(price int) string {
	a.t.Helper()
	return a.offer(fmt.Sprintf("flat at %d", price), price)
}

func (a *api) offer(title string, price int) string {
	a.t.Helper()
	made := a.value(mary, `mutation($in: CreateApartmentInput!) { createApartment(input: $in) { apartment { id } userErrors { code message } } }`,
		map[string]any{"in": map[string]any{"title": title, "state": "wa", "city": "Seattle", "bedrooms": 2,
			"price": map[string]any{"amount": price, "currency": "USD"}, "idempotencyKey": fmt.Sprint("c", a.ids.Add(1))}})
	id, _ := at(made, "apartment.id").(string)
	if id == "" {
		a.t.Fatalf("no apartment: %v", made)
	}
	return id
}

const reserveDocument = `mutation($in: ReserveApartmentInput!) { reserveApartment(input: $in) {
	reservation { id status price { amount currency } placedAt holdExpiresAt serverTime pollAfter endedAt tenantId extensions }
	userErrors { code field message heldUntil } } }`

func (a *api) reserve(who booking.Principal, apartment, key string) any {
	a.t.Helper()
	return a.value(who, reserveDocument, map[string]any{"in": map[string]any{"apartmentId": apartment, "idempotencyKey": key}})
}

// hold reserves and answers the reservation's id.
func (a *api) hold(who booking.Principal, apartment string) string {
	a.t.Helper()
	made := a.reserve(who, apartment, fmt.Sprint("k", a.ids.Add(1)))
	id, _ := at(made, "reservation.id").(string)
	if id == "" {
		a.t.Fatalf("no reservation: %v", made)
	}
	return id
}

const payDocument = `mutation($in: PayReservationInput!) { payReservation(input: $in) {
	reservation { id status payment { id status attempt method declineCode amount { amount } authorizedAt } pollAfter }
	userErrors { code field message } } }`

func (a *api) pay(who booking.Principal, reservation, method, key string) any {
	a.t.Helper()
	return a.value(who, payDocument, map[string]any{"in": map[string]any{"reservationId": reservation, "paymentMethod": method, "idempotencyKey": key}})
}

// userError answers the code of the one userError of a payload, or "".
func userError(payload any) string {
	code, _ := at(payload, "userErrors.0.code").(string)
	return code
}
