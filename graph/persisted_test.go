package graph_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vacancy/vacancy/graph"
	"github.com/vacancy/vacancy/internal/client"
	"github.com/vacancy/vacancy/internal/ratelimit"
)

// ownOperations are those of graph/operations.
func ownOperations(t *testing.T) (*graph.Operations, map[string]string) {
	t.Helper()
	documents := map[string]string{}
	files, _ := filepath.Glob("operations/*.graphql")
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		documents[file] = string(text)
	}
	operations, err := graph.NewOperations(documents)
	if err != nil {
		t.Fatal(err)
	}
	return operations, documents
}

// TestOnlyOwnOperations: an app's own documents are answered, whole or by name, and nothing else.
func TestOnlyOwnOperations(t *testing.T) {
	operations, documents := ownOperations(t)
	a := newAPI(t, func(c *graph.Config) { c.Operations = operations })
	token := a.token(ann)
	for name, text := range documents {
		sum := sha256.Sum256([]byte(strings.TrimSpace(text)))
		id := hex.EncodeToString(sum[:])
		for way, body := range map[string]map[string]any{
			"whole":             {"query": text},
			"with space around": {"query": "\n " + text + " \n"},
			"by documentId":     {"documentId": "sha256:" + id},
			"as Apollo does":    {"extensions": map[string]any{"persistedQuery": map[string]any{"version": 1, "sha256Hash": id}}},
		} {
			text, _ := json.Marshal(body)
			got := a.post(token, string(text))
			if strings.Contains(got.Body.String(), "OPERATION_NOT_ALLOWED") || strings.Contains(got.Body.String(), "PERSISTED_QUERY") || strings.Contains(got.Body.String(), "BAD_REQUEST") {
				t.Errorf("%s %s: %d %s", name, way, got.Code, got.Body)
			}
		}
	}
	a.store.counted()
	for what, c := range map[string]struct{ body, code string }{
		"another document":         {quoted("{ __typename }"), "OPERATION_NOT_ALLOWED"},
		"one of ours and more":     {quoted(documents["operations/browse.graphql"] + " query more { __typename }"), "OPERATION_NOT_ALLOWED"},
		"one of ours in a comment": {quoted("# " + strings.ReplaceAll(documents["operations/poll.graphql"], "\n", " ") + "\n{ __typename }"), "OPERATION_NOT_ALLOWED"},
		"a name that is none":      {`{"documentId": "sha256:` + strings.Repeat("0", 64) + `"}`, "PERSISTED_QUERY_NOT_FOUND"},
		"a path for a name":        {`{"documentId": "../operations/browse.graphql"}`, "PERSISTED_QUERY_NOT_FOUND"},
		"a document for a name of ours": {`{"query": "{ __typename }", "documentId": "` + func() string {
			sum := sha256.Sum256([]byte(strings.TrimSpace(documents["operations/poll.graphql"])))
			return hex.EncodeToString(sum[:])
		}() + `"}`, "OPERATION_NOT_ALLOWED"},
	} {
		got := a.post(token, c.body)
		if got.Code != 400 || !strings.Contains(got.Body.String(), `"code":"`+c.code+`"`) || strings.Contains(got.Body.String(), `"data"`) {
			t.Errorf("%s: %d %s, want %s", what, got.Code, got.Body, c.code)
		}
	}
	if calls := a.store.counted(); len(calls) > 0 {
		t.Errorf("the store was asked: %v", calls)
	}
	open := newAPI(t)
	if got := open.post(open.token(ann), `{"documentId": "sha256:`+strings.Repeat("0", 64)+`"}`); !strings.Contains(got.Body.String(), "PERSISTED_QUERY_NOT_FOUND") {
		t.Errorf("a name where any document is answered: %d %s", got.Code, got.Body)
	}
}

func TestOperationsThatAreNotTaken(t *testing.T) {
	for what, documents := range map[string]map[string]string{
		"none":           {},
		"not valid":      {"x.graphql": "{ nothing }"},
		"no GraphQL":     {"x.graphql": "{"},
		"two mutations":  {"x.graphql": `mutation { a: cancelReservation(input: {reservationId: "x"}) { userErrors { code } } b: cancelReservation(input: {reservationId: "x"}) { userErrors { code } } }`},
		"one among good": {"a.graphql": "{ __typename }", "x.graphql": "{ nothing }"},
	} {
		_, err := graph.NewOperations(documents)
		if err == nil || len(documents) > 0 && !strings.Contains(err.Error(), "x.graphql") {
			t.Errorf("%s: %v, want an error that names the file", what, err)
		}
	}
	if _, err := graph.NewOperations(client.Documents()); err != nil {
		t.Errorf("the commands' own operations: %v", err)
	}
}

// TestRates: who asks too often is told for how long to wait, in a payload; nothing has
// changed, and others are not affected.
func TestRates(t *testing.T) {
	var a *api
	a = newAPI(t, func(c *graph.Config) {
		now := func() time.Time { return a.clock.now() }
		c.Rates = graph.Rates{Reserve: ratelimit.NewMemory(ratelimit.PerMinute(4), now), Pay: ratelimit.NewMemory(ratelimit.PerMinute(2), now)}
	})
	flats := []string{a.create(1), a.create(2), a.create(3)}
	held := a.hold(ann, flats[0])
	a.hold(ann, flats[1])
	got := a.value(ann, `mutation($in: ReserveApartmentInput!) { reserveApartment(input: $in) { reservation { id } userErrors { code message retryAfter } } }`,
		map[string]any{"in": map[string]any{"apartmentId": flats[2], "idempotencyKey": "third"}})
	if userError(got) != "RATE_LIMITED" || at(got, "userErrors.0.retryAfter") != 15.0 || at(got, "reservation") != nil ||
		!strings.Contains(at(got, "userErrors.0.message").(string), "15 seconds") {
		t.Errorf("a third in a minute: %v", got)
	}
	if got := a.reserve(bob, flats[2], "bob's"); userError(got) != "" {
		t.Errorf("somebody else: %v", got)
	}
	a.clock.advance(15 * time.Second)
	if got := a.reserve(ann, flats[2], "third"); userError(got) != "APARTMENT_NOT_VACANT" {
		t.Errorf("after the wait: %v", got)
	}
	if got := a.pay(ann, held, "pm_declined", "1"); userError(got) != "PAYMENT_DECLINED" {
		t.Errorf("the first payment: %v", got)
	}
	if got := a.pay(ann, held, "pm_ok", "2"); userError(got) != "RATE_LIMITED" {
		t.Errorf("the second payment in a minute: %v", got)
	}
	a.clock.advance(30 * time.Second)
	if got := a.pay(ann, held, "pm_ok", "2"); userError(got) != "" {
		t.Errorf("after the wait, under the same key: %v", got)
	}
}

// TestAnswersAreBounded: a long answer is not sent; a mutation that was done says so.
func TestAnswersAreBounded(t *testing.T) {
	a := newAPI(t, func(c *graph.Config) {
		c.Limits = graph.DefaultLimits()
		c.Limits.Answer = 2000
	})
	for i := range 40 {
		a.create(i + 1)
	}
	const list = `query($n: Int) { apartments(first: $n) { nodes: edges { node { id title } } } }`
	for who, n := range map[string]int{"few": 10, "many": 40} {
		got := a.ask(ann, list, map[string]any{"n": n})
		if tooLarge := len(got.Errors) > 0 && got.Errors[0].Extensions["code"] == "ANSWER_TOO_LARGE"; tooLarge != (who == "many") || tooLarge && len(got.Data) > 0 {
			t.Errorf("%d rows for a tenant: %+v", n, got.Errors)
		}
	}
	if got := a.ask(mary, list, map[string]any{"n": 40}); len(got.Errors) > 0 {
		t.Errorf("for a manager: %+v", got.Errors)
	}
	flat := a.offer(strings.Repeat("x", 190), 1)
	got := a.ask(ann, `mutation($in: ReserveApartmentInput!) { reserveApartment(input: $in) { reservation { id apartment { `+aliases("title", 12)+` } } userErrors { code } } }`,
		map[string]any{"in": map[string]any{"apartmentId": flat, "idempotencyKey": "k"}})
	if len(got.Errors) != 1 || got.Errors[0].Extensions["code"] != "ANSWER_TOO_LARGE" || !strings.Contains(got.Errors[0].Message, "it was done") {
		t.Errorf("a mutation: %+v", got.Errors)
	}
	if got := a.value(ann, `{ myReservations { edges { node { id } } } }`, nil); at(got, "edges.0.node.id") == nil {
		t.Errorf("it was not done: %v", got)
	}
}
