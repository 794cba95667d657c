package graph_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vacancy/vacancy/graph"
)

// bounds of an answer to a hostile request.
const (
	mostTime  = 250 * time.Millisecond
	mostBytes = 4 << 10
)

func quoted(query string) string {
	body, _ := json.Marshal(map[string]string{"query": query})
	return string(body)
}

// nested wraps inner in n pairs of apartment and reservation.
func nested(n int, inner string) string {
	return "{ apartment(id: \"x\") {" + strings.Repeat(" reservation { apartment {", n) + inner + strings.Repeat("} }", n) + "} }"
}

// scalars are twelve fields of an apartment.
const scalars = "id title city state bedrooms bathrooms squareFeet pets rentPeriod paymentWindow status createdAt"

// spreads is n fragments that ask for the same.
func spreads(n int) string {
	var b strings.Builder
	b.WriteString("{ apartment(id: \"x\") {")
	for i := range n {
		fmt.Fprintf(&b, " ...f%d", i)
	}
	b.WriteString(" } }")
	for i := range n {
		fmt.Fprintf(&b, " fragment f%d on Apartment { id }", i)
	}
	return b.String()
}

func fragments(n int) string {
	var b strings.Builder
	b.WriteString("{ apartment(id: \"x\") { ...f0 } }")
	for i := range n {
		fmt.Fprintf(&b, " fragment f%d on Apartment { ...f%d ...f%d }", i, i+1, i+1)
	}
	fmt.Fprintf(&b, " fragment f%d on Apartment { id }", n)
	return b.String()
}

// TestHostileRequests: each is refused with the status and code, quickly, in few bytes,
// without the store being asked and without an echo.
func TestHostileRequests(t *testing.T) {
	const canary = "c4n4ry"
	for _, c := range []struct {
		name, body string
		status     int
		code       string
	}{
		{"no JSON", canary, 400, "BAD_REQUEST"},
		{"cut JSON", `{"query": "{ ` + canary, 400, "BAD_REQUEST"},
		{"nothing", "", 400, "BAD_REQUEST"},
		{"null", "null", 400, "BAD_REQUEST"},
		{"no query", `{"variables": {"` + canary + `": 1}}`, 400, "BAD_REQUEST"},
		{"query of another type", `{"query": ["` + canary + `"]}`, 400, "BAD_REQUEST"},
		{"two objects", `{"query": "{ __typename }"} {"` + canary + `": 1}`, 400, "BAD_REQUEST"},
		{"a batch", `[` + quoted("{ __typename }") + `,` + quoted("{ __typename }") + `]`, 400, "BAD_REQUEST"},
		{"a batch of one", ` [` + quoted("{ __typename }") + `]`, 400, "BAD_REQUEST"},
		{"deep JSON", `{"variables": ` + strings.Repeat("[", 30_000) + strings.Repeat("]", 30_000) + `}`, 400, "BAD_REQUEST"},
		{"a body of 64 KiB and a byte", quoted("{ __typename }") + strings.Repeat(" ", 64<<10+1-len(quoted("{ __typename }"))), 413, "BAD_REQUEST"},
		{"a document of 20 KB", quoted("{ __typename } #" + strings.Repeat("x", 20_000)), 400, "GRAPHQL_PARSE_FAILED"},
		{"no GraphQL", quoted("{ {" + canary), 400, "GRAPHQL_PARSE_FAILED"},
		{"an endless string", quoted(`{ apartment(id: "` + strings.Repeat("x", 10_000)), 400, "GRAPHQL_PARSE_FAILED"},
		{"a bad escape", quoted(`{ apartment(id: "\u12"`), 400, "GRAPHQL_PARSE_FAILED"},
		{"only braces", quoted(strings.Repeat("{", 16_000)), 400, "GRAPHQL_PARSE_FAILED"},
		{"only a fragment", quoted("fragment f on Apartment { id }"), 400, "GRAPHQL_VALIDATION_FAILED"},
		{"1,001 tokens", quoted("{" + strings.Repeat(" id", 1000) + "}"), 400, "GRAPHQL_PARSE_FAILED"},
		{"13 deep", quoted(nested(5, " reservation { id } ")), 400, "GRAPHQL_VALIDATION_FAILED"},
		{"too deep by fragments", quoted("{ apartment(id: \"x\") { ...a } } fragment a on Apartment { reservation { apartment { reservation { apartment { reservation { apartment { ...b } } } } } } } fragment b on Apartment { reservation { apartment { reservation { apartment { reservation { id } } } } } }"), 400, "GRAPHQL_VALIDATION_FAILED"},
		{"wide", quoted("{ apartment(id: \"x\") {" + strings.Repeat(" "+scalars, 42) + "} }"), 400, "GRAPHQL_VALIDATION_FAILED"},
		{"one field over and over", quoted("{ apartment(id: \"x\") {" + strings.Repeat(" id", 61) + "} }"), 400, "GRAPHQL_VALIDATION_FAILED"},
		{"one field in many fragments", quoted(spreads(61)), 400, "GRAPHQL_VALIDATION_FAILED"},
		{"one fragment over and over", quoted("{ apartment(id: \"x\") {" + strings.Repeat(" ...f", 61) + "} } fragment f on Apartment { id }"), 400, "GRAPHQL_VALIDATION_FAILED"},
		{"exponential fragments", quoted(fragments(40)), 400, "GRAPHQL_VALIDATION_FAILED"},
		{"a fragment in itself", quoted("{ apartment(id: \"x\") { ...a } } fragment a on Apartment { ...b } fragment b on Apartment { ...a }"), 400, "GRAPHQL_VALIDATION_FAILED"},
		{"an unused fragment in itself", quoted("{ __typename } fragment a on Apartment { reservation { apartment { ...a } } }"), 400, "GRAPHQL_VALIDATION_FAILED"},
		{"aliases", quoted("{" + aliases("apartment(id: \"x\") { id }", 31) + "}"), 400, "GRAPHQL_VALIDATION_FAILED"},
		{"directives", quoted("{ apartment(id: \"x\") { id" + strings.Repeat(" @skip(if: false)", 31) + "} }"), 400, "GRAPHQL_VALIDATION_FAILED"},
		{"an unknown directive", quoted("{ __typename @" + canary + " }"), 400, "GRAPHQL_VALIDATION_FAILED"},
		{"defer", quoted("{ apartment(id: \"x\") { ... @defer { id } } }"), 400, "GRAPHQL_VALIDATION_FAILED"},
		{"two mutations", quoted("mutation {" + aliases(`cancelReservation(input: {reservationId: "x"}) { userErrors { code } }`, 2) + "}"), 400, "GRAPHQL_VALIDATION_FAILED"},
		{"two mutations by a fragment", quoted(`mutation { ...m } fragment m on Mutation { a: cancelReservation(input: {reservationId: "x"}) { userErrors { code } } ... { b: cancelReservation(input: {reservationId: "y"}) { userErrors { code } } } }`), 400, "GRAPHQL_VALIDATION_FAILED"},
		{"a subscription", quoted("subscription { x }"), 400, "GRAPHQL_VALIDATION_FAILED"},
		{"introspection", quoted("{ __schema { types { name } } }"), 400, "GRAPHQL_VALIDATION_FAILED"},
		{"introspection of a type", quoted(`{ __type(name: "Apartment") { fields { name } } }`), 400, "GRAPHQL_VALIDATION_FAILED"},
		{"introspection in a fragment", quoted(`{ ...f } fragment f on Query { __schema { types { name } } }`), 400, "GRAPHQL_VALIDATION_FAILED"},
		{"introspection by an unused fragment", quoted(`{ __typename } fragment f on __Type { name }`), 400, "GRAPHQL_VALIDATION_FAILED"},
		{"a thousand unknown fields", quoted("{" + names(480) + "}"), 400, "GRAPHQL_VALIDATION_FAILED"},
		{"a long unknown field", quoted("{ " + strings.Repeat("x", 10_000) + " }"), 400, "GRAPHQL_VALIDATION_FAILED"},
		{"a near miss", quoted("{ apartmint(id: 1) { id } }"), 400, "GRAPHQL_VALIDATION_FAILED"},
		{"no such operation", `{"query": "query a { __typename }", "operationName": "` + canary + strings.Repeat("y", 10_000) + `"}`, 400, "GRAPHQL_VALIDATION_FAILED"},
		{"two operations and no name", quoted("query a { __typename } query b { __typename }"), 400, "GRAPHQL_VALIDATION_FAILED"},
		{"a missing variable", quoted("query($id: ID!) { apartment(id: $id) { id } }"), 400, "GRAPHQL_VALIDATION_FAILED"},
		{"a variable of another type", `{"query": "query($id: ID!) { apartment(id: $id) { id } }", "variables": {"id": {"` + canary + `": 1}}}`, 400, "GRAPHQL_VALIDATION_FAILED"},
		{"an enum that is none", `{"query": "query($s: ReservationStatus) { myReservations(status: $s) { pageInfo { hasNextPage } } }", "variables": {"s": "` + strings.Repeat("z", 10_000) + `"}}`, 400, "GRAPHQL_VALIDATION_FAILED"},
		{"a costly page", quoted("{ reservations(first: 100) { edges { node { " + aliases("timeline { kind at by note }", 8) + " } } } }"), 400, "COMPLEXITY_LIMIT_EXCEEDED"},
		{"a costly page by a variable", `{"query": "query($n: Int) { executions(first: $n) { nodes { history(first: $n) { nodes { id type } } } } }", "variables": {"n": 100}}`, 400, "COMPLEXITY_LIMIT_EXCEEDED"},
		{"a costly page by no argument", quoted("{" + aliases("executions { nodes { history { nodes { id type details } } } }", 3) + "}"), 400, "COMPLEXITY_LIMIT_EXCEEDED"},
		{"a negative page to save cost", quoted("{ a: executions(first: 100) { nodes { history(first: -2147483648) { nodes { id } } history2: history { nodes { id } } } } }"), 400, "COMPLEXITY_LIMIT_EXCEEDED"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := newAPI(t)
			token := a.token(mary)
			var got *httptest.ResponseRecorder
			took := time.Hour
			for try := 0; try < 5 && took > mostTime; try++ { // the machine may be busy with something else
				began := time.Now()
				got = a.post(token, c.body)
				took = time.Since(began)
			}
			if got.Code != c.status || !strings.Contains(got.Body.String(), `"code":"`+c.code+`"`) {
				t.Errorf("status %d, %.300s; want %d and %s", got.Code, got.Body, c.status, c.code)
			}
			if !json.Valid(got.Body.Bytes()) {
				t.Errorf("no JSON: %.300s", got.Body)
			}
			if strings.Contains(got.Body.String(), `"data"`) {
				t.Errorf("there are data of what was not run: %.300s", got.Body)
			}
			if took > mostTime || got.Body.Len() > mostBytes {
				t.Errorf("took %s and %d bytes, at most %s and %d are allowed", took, got.Body.Len(), mostTime, mostBytes)
			}
			if bytes.Contains(got.Body.Bytes(), []byte(canary)) && c.status == 400 && c.code == "BAD_REQUEST" {
				t.Errorf("the answer echoes the body: %s", got.Body)
			}
			if strings.Contains(got.Body.String(), "Did you mean") {
				t.Errorf("the answer suggests: %s", got.Body)
			}
			if calls := a.store.counted(); len(calls) > 0 {
				t.Errorf("the store was called: %v", calls)
			}
		})
	}
}

func aliases(field string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, " a%d: %s", i, field)
	}
	return b.String()
}

func names(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, " unknown%d", i)
	}
	return b.String()
}

// TestWithinTheLimits: what is just allowed is answered.
func TestWithinTheLimits(t *testing.T) {
	a := newAPI(t)
	a.hold(ann, a.create(1))
	for name, body := range map[string]string{
		"a body of 64 KiB":      quoted("{ __typename }") + strings.Repeat(" ", 64<<10-len(quoted("{ __typename }"))),
		"12 deep":               quoted(nested(5, " id ")),
		"30 aliases":            quoted("{" + aliases("apartment(id: \"x\") { id }", 30) + "}"),
		"481 fields":            quoted("{ apartment(id: \"x\") {" + strings.Repeat(" "+scalars, 40) + "} }"),
		"60 times one field":    quoted("{ apartment(id: \"x\") {" + strings.Repeat(" id", 60) + "} }"),
		"a mutation and a name": quoted(`mutation { __typename cancelReservation(input: {reservationId: "x"}) { userErrors { code } } }`),
		"100 rows":              quoted("{ reservations(first: 100) { edges { cursor node { id status price { amount currency } holdExpiresAt apartment { id title city state price { amount currency } } payment { id status } timeline { kind at } } } pageInfo { hasNextPage endCursor } } }"),
		"an operation by name":  `{"query": "query a { __typename } query b { __typename }", "operationName": "b", "extensions": {"x": 1}}`,
	} {
		got := a.post(a.token(mary), body)
		if got.Code != http.StatusOK || strings.Contains(got.Body.String(), "errors") && !strings.Contains(got.Body.String(), "userErrors") {
			t.Errorf("%s: status %d, %.300s", name, got.Code, got.Body)
		}
	}
}

func TestIntrospectionInDevelopment(t *testing.T) {
	a := newAPI(t, func(c *graph.Config) { c.Development = true })
	// As GraphiQL asks: types of types of types, in fragments.
	const query = `query IntrospectionQuery { __schema { queryType { name } types { ...FullType } directives { name args { ...InputValue } } } }
		fragment FullType on __Type { kind name description fields(includeDeprecated: true) { name args { ...InputValue } type { ...TypeRef } }
			inputFields { ...InputValue } interfaces { ...TypeRef } enumValues(includeDeprecated: true) { name } possibleTypes { ...TypeRef } }
		fragment InputValue on __InputValue { name type { ...TypeRef } defaultValue }
		fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name
			ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } } } }`
	got := a.value(ann, query, nil)
	if at(got, "queryType.name") != "Query" || at(got, "types.10.name") == nil {
		t.Errorf("the schema: %.300v", got)
	}
}

// TestHTTP: what is no POST of JSON is refused.
func TestHTTP(t *testing.T) {
	a := newAPI(t)
	for _, c := range []struct {
		name, method, contentType string
		status                    int
	}{
		{"GET", http.MethodGet, "", 405},
		{"PUT", http.MethodPut, "application/json", 405},
		{"a form", http.MethodPost, "application/x-www-form-urlencoded", 415},
		{"multipart", http.MethodPost, "multipart/form-data; boundary=x", 415},
		{"plain text", http.MethodPost, "text/plain", 415},
		{"GraphQL as it is", http.MethodPost, "application/graphql", 415},
		{"no type", http.MethodPost, "", 415},
		{"a broken type", http.MethodPost, "application/json; charset", 415},
		{"JSON", http.MethodPost, "application/json; charset=utf-8", 200},
	} {
		request := httptest.NewRequest(c.method, "/graphql?query=%7B__typename%7D", strings.NewReader(quoted("{ __typename }")))
		request.Header.Set("Content-Type", c.contentType)
		request.Header.Set("Authorization", "Bearer "+a.token(ann))
		got := httptest.NewRecorder()
		a.handler.ServeHTTP(got, request)
		if got.Code != c.status || !json.Valid(got.Body.Bytes()) {
			t.Errorf("%s: status %d, %s; want %d", c.name, got.Code, got.Body, c.status)
		}
		if c.status == 405 && got.Header().Get("Allow") != "POST" {
			t.Errorf("%s: Allow is %q", c.name, got.Header().Get("Allow"))
		}
	}

	request := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(quoted("{ __typename }")))
	request.Header = http.Header{"Content-Type": {"application/json"}, "Authorization": {"Bearer " + a.token(ann)}, "Accept": {"application/graphql-response+json, application/json;q=0.9"}}
	got := httptest.NewRecorder()
	a.handler.ServeHTTP(got, request)
	if got.Header().Get("Content-Type") != "application/graphql-response+json; charset=utf-8" || got.Body.String() != `{"data":{"__typename":"Query"}}`+"\n" {
		t.Errorf("%v: %s", got.Header(), got.Body)
	}
}

// TestFaultsAreMasked: the caller learns the request's id, the log the cause.
func TestFaultsAreMasked(t *testing.T) {
	const secret = "disk /var/lib/x is on fire"
	for name, fault := range map[string]func(context.Context, string) error{
		"an error": func(context.Context, string) error { return errors.New(secret) },
		"a panic":  func(context.Context, string) error { panic(secret) },
	} {
		t.Run(name, func(t *testing.T) {
			a := newAPI(t)
			flat := a.create(1)
			a.store.fault = fault
			for _, document := range []string{
				`query($id: ID!) { apartment(id: $id) { id } }`,
				`query($id: ID!) { apartments { edges { cursor } } apartment(id: $id) { id } }`,
				`mutation($id: ID!) { reserveApartment(input: {apartmentId: $id, idempotencyKey: "k"}) { userErrors { code } } }`,
			} {
				body, _ := json.Marshal(map[string]any{"query": document, "variables": map[string]any{"id": flat}})
				got := a.post(a.token(ann), string(body))
				if got.Code != http.StatusOK || !strings.Contains(got.Body.String(), `"message":"internal error"`) ||
					!strings.Contains(got.Body.String(), `"code":"INTERNAL","requestId":"req-1"`) {
					t.Errorf("status %d: %s", got.Code, got.Body)
				}
				if strings.Contains(got.Body.String(), "fire") || strings.Contains(got.Body.String(), ".go") {
					t.Errorf("the answer tells the cause: %s", got.Body)
				}
				if got.Header().Get("X-Request-Id") != "req-1" {
					t.Errorf("X-Request-Id is %q", got.Header().Get("X-Request-Id"))
				}
			}
			if log := a.log.String(); strings.Count(log, secret) < 3 || !strings.Contains(log, `"requestId":"req-1"`) {
				t.Errorf("the log does not tell the cause: %s", log)
			}
		})
	}
}

// TestFaultOfAReservationsApartment: a row that lacks what it must have is our fault.
func TestFaultOfAReservationsApartment(t *testing.T) {
	a := newAPI(t)
	reservation := a.hold(ann, a.create(1))
	a.store.mu.Lock()
	clear(a.store.apartments)
	a.store.mu.Unlock()
	for _, document := range []string{
		`query($id: ID!) { reservation(id: $id) { apartment { id } } }`,
		`query($id: ID!) { myReservations { edges { node { apartment { id } } } } reservation(id: $id) { id } }`,
	} {
		if code := a.code(ann, document, map[string]any{"id": reservation}); code != "INTERNAL" {
			t.Errorf("%s: code %q, want INTERNAL", document, code)
		}
	}
}

// TestDeadline: a request that takes too long is answered without what it waited for.
func TestDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAPI(t, func(c *graph.Config) {
			c.Limits = graph.DefaultLimits()
			c.Limits.Time = time.Second
		})
		flat := a.create(1)
		a.store.fault = func(ctx context.Context, _ string) error { <-ctx.Done(); return ctx.Err() }
		began := time.Now()
		body, _ := json.Marshal(map[string]any{"query": `query($id: ID!) { apartment(id: $id) { id } }`, "variables": map[string]any{"id": flat}})
		got := a.post(a.token(ann), string(body))
		if took := time.Since(began); took != time.Second {
			t.Errorf("answered after %s, want 1s", took)
		}
		if !strings.Contains(got.Body.String(), `"code":"TIMEOUT","requestId":"req-1"`) {
			t.Errorf("status %d: %s", got.Code, got.Body)
		}
	})
}

// TestTokensStayOutOfTheLog.
func TestTokensStayOutOfTheLog(t *testing.T) {
	a := newAPI(t)
	flat := a.create(1)
	a.reserve(ann, flat, "s3cret-key")
	for _, token := range a.badTokens() {
		a.post(token, quoted("{ __typename }"))
	}
	a.post(a.token(ann), `{"query": "{ s3cret-field }"}`)
	log := a.log.String()
	for _, secret := range append([]string{a.token(ann), a.token(mary), "eyJ", "s3cret"}, "Bearer ") {
		if strings.Contains(log, secret) {
			t.Errorf("the log has %q: %s", secret, log)
		}
	}
	if !strings.Contains(log, `"msg":"request"`) || !strings.Contains(log, `"path":"/graphql"`) {
		t.Errorf("there is no access log: %s", log)
	}
}

// TestArgumentsOutOfRange: numbers that no Int or Float holds are the caller's fault.
func TestArgumentsOutOfRange(t *testing.T) {
	a := newAPI(t)
	for _, body := range []string{
		quoted(`{ apartments(first: 99999999999999999999999) { pageInfo { hasNextPage } } }`),
		quoted(`mutation { createApartment(input: {title: "t", bathrooms: 1e999, price: {amount: 1, currency: "USD"}, idempotencyKey: "k"}) { userErrors { code } } }`),
		quoted(`mutation { createApartment(input: {title: "t", price: {amount: 99999999999999999999999, currency: "USD"}, idempotencyKey: "k"}) { userErrors { code } } }`),
		`{"query": "query($n: Int) { apartments(first: $n) { pageInfo { hasNextPage } } }", "variables": {"n": 99999999999999999999999}}`,
		`{"query": "query($n: Int) { apartments(first: $n) { pageInfo { hasNextPage } } }", "variables": {"n": 1.5}}`,
		`{"query": "query($n: Int) { apartments(first: $n) { pageInfo { hasNextPage } } }", "variables": {"n": "x"}}`,
		`{"query": "mutation($in: CreateApartmentInput!) { createApartment(input: $in) { userErrors { code } } }", "variables": {"in": {"title": "t", "bedrooms": 1e30, "price": {"amount": 99999999999999999999999, "currency": "USD"}, "idempotencyKey": "k"}}}`,
	} {
		got := a.post(a.token(mary), body)
		if strings.Contains(got.Body.String(), "INTERNAL") || !strings.Contains(got.Body.String(), "INVALID_INPUT") && !strings.Contains(got.Body.String(), "GRAPHQL_VALIDATION_FAILED") {
			t.Errorf("%s: %d %s", body, got.Code, got.Body)
		}
	}
}
