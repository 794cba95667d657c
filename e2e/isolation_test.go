package e2e_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestATenantSeesOnlyTheirOwnReservations(t *testing.T) {
	tt := suite(t)
	held := tt.hold(t, time.Minute)
	ctx := testContext(t)

	if r, err := tt.bob.reservation(ctx, held.ID); err != nil || r != nil {
		t.Errorf("bob sees alice's reservation: %+v, %v", r, err)
	}
	var node struct{ Node *struct{ ID string } }
	if err := tt.bob.ask(ctx, `query($id: ID!) { node(id: $id) { id } }`, map[string]any{"id": held.ID}, &node); err != nil || node.Node != nil {
		t.Errorf("bob sees alice's node: %+v, %v", node.Node, err)
	}
	var through struct {
		Apartment struct{ Reservation *struct{ ID string } }
	}
	if err := tt.bob.ask(ctx, `query($id: ID!) { apartment(id: $id) { reservation { id } } }`, map[string]any{"id": held.Apartment.ID}, &through); err != nil || through.Apartment.Reservation != nil {
		t.Errorf("bob sees alice's reservation through its apartment: %+v, %v", through, err)
	}
	var mine struct {
		MyReservations struct {
			Edges []struct{ Node struct{ ID, TenantID string } }
		}
	}
	if err := tt.bob.ask(ctx, `{ myReservations(first: 100) { edges { node { id tenantId } } } }`, nil, &mine); err != nil {
		t.Fatal(err)
	}
	for _, e := range mine.MyReservations.Edges {
		if e.Node.TenantID != "bob" {
			t.Errorf("bob's list holds %+v", e.Node)
		}
	}

	// What bob may not see answers him exactly as what is not there.
	missing := "res_00000000000000000000000000"
	for name, order := range map[string]func(id string) (answer, error){
		"pay":    func(id string) (answer, error) { return tt.bob.pay(ctx, id, "pm_ok", newKey()) },
		"extend": func(id string) (answer, error) { return tt.bob.extend(ctx, id, newKey()) },
		"cancel": func(id string) (answer, error) { return tt.bob.cancel(ctx, id) },
	} {
		a, err := order(held.ID)
		theirs := mustRefuse(t, "NOT_FOUND", a, err)
		if a.Reservation != nil {
			t.Errorf("%s shows bob %+v", name, a.Reservation)
		}
		a, err = order(missing)
		none := mustRefuse(t, "NOT_FOUND", a, err)
		if strings.ReplaceAll(theirs.Message, held.ID, missing) != none.Message || theirs.Field != none.Field {
			t.Errorf("%s tells bob apart: %q and %q", name, theirs.Message, none.Message)
		}
	}
	if r := tt.await(t, held.ID, "HELD"); len(r.Timeline) > 2 {
		t.Errorf("bob's orders left %v", r.kinds())
	}
}

func TestATenantManagesNothing(t *testing.T) {
	tt := suite(t)
	id := tt.newApartment(t, time.Minute)
	for name, input := range map[string]map[string]any{
		"createApartment":   {"title": "Mine", "price": map[string]any{"amount": 1, "currency": "USD"}, "idempotencyKey": newKey()},
		"updateApartment":   {"apartmentId": id, "price": map[string]any{"amount": 1, "currency": "USD"}},
		"withdrawApartment": {"apartmentId": id},
		"relistApartment":   {"apartmentId": id},
		"occupyApartment":   {"apartmentId": id},
		"vacateApartment":   {"apartmentId": id},
	} {
		_, err := tt.alice.order(testContext(t), name, input)
		expectCode(t, name, err, "FORBIDDEN")
	}
	for _, query := range []string{
		`{ reservations { edges { node { id } } } }`,
		`{ executions { nodes { name } } }`,
		`{ execution(machine: "reservation", name: "x") { name } }`,
		`mutation { startExecution(input: {machine: "reservation", name: "x", input: {}}) { execution { name } } }`,
	} {
		expectCode(t, query, tt.alice.ask(testContext(t), query, nil, &struct{}{}), "FORBIDDEN")
	}
	held := tt.hold(t, time.Minute)
	err := tt.alice.ask(testContext(t), `query($id: ID!) { reservation(id: $id) { execution { name } } }`, map[string]any{"id": held.ID}, &struct{}{})
	expectCode(t, "a tenant's reservation { execution }", err, "FORBIDDEN")
	if a, err := tt.alice.apartment(testContext(t), id); err != nil || a.Status != "VACANT" || a.Price.Amount != 123456 {
		t.Errorf("a tenant's orders changed %+v (%v)", a, err)
	}
}

func TestWhoeverHasNoGoodTokenIsRefused(t *testing.T) {
	tt := suite(t)
	header, rest, _ := strings.Cut(tt.alice.token, ".")
	claims, signature, _ := strings.Cut(rest, ".")
	for name, token := range map[string]string{
		"none":                   "",
		"nonsense":               "nonsense",
		"without a signature":    header + "." + claims + ".",
		"with another signature": header + "." + claims + "." + strings.Repeat("A", len(signature)),
		"of the algorithm none":  base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","typ":"JWT"}`)) + "." + claims + ".",
		"with another role":      header + "." + withClaim(t, claims, "role", "manager") + "." + signature,
		"with another subject":   header + "." + withClaim(t, claims, "sub", "bob") + "." + signature,
	} {
		nobody := tt.alice
		nobody.token = token
		status, body, err := nobody.post(testContext(t), "/graphql", []byte(`{"query":"{ apartments { edges { node { id } } } }"}`))
		if err != nil {
			t.Fatal(err)
		}
		// Behind API Gateway its authorizer answers, without our code.
		named := strings.Contains(string(body), `"UNAUTHENTICATED"`) || shared.url() != ""
		if status != http.StatusUnauthorized || !named || strings.Contains(string(body), "apt_") {
			t.Errorf("a token %s is answered with %d: %s", name, status, body)
		}
	}
}

// withClaim answers the claims of a token with one of them changed.
func withClaim(t *testing.T, claims, name, value string) string {
	t.Helper()
	decoded, err := base64.RawURLEncoding.DecodeString(claims)
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]any
	if err := json.Unmarshal(decoded, &all); err != nil {
		t.Fatal(err)
	}
	all[name] = value
	encoded, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	return base64.RawURLEncoding.EncodeToString(encoded)
}

// expectCode fails the test unless the error is a GraphQL error of this code.
func expectCode(t *testing.T, what string, err error, code string) {
	t.Helper()
	refused, ok := asRefused(err)
	if !ok || len(refused.Errors) == 0 || refused.Errors[0].Extensions.Code != code {
		t.Errorf("%.80s: want %s, got %v", what, code, err)
	}
}
