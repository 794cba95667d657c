package graph_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/vacancy/vacancy/graph/generated"
	"github.com/vacancy/vacancy/internal/booking"
)

// rootFields has a use of every field of Query and Mutation, and who may make it:
// "all", or "managing".
var rootFields = map[string]struct{ document, audience string }{
	"Query.node":                    {`{ node(id: "x") { id } }`, "all"},
	"Query.apartment":               {`{ apartment(id: "x") { id } }`, "all"},
	"Query.apartments":              {`{ apartments { edges { cursor } } }`, "all"},
	"Query.reservation":             {`{ reservation(id: "x") { id } }`, "all"},
	"Query.myReservations":          {`{ myReservations { edges { cursor } } }`, "all"},
	"Query.reservations":            {`{ reservations { edges { cursor } } }`, "managing"},
	"Query.executions":              {`{ executions { nodes { name } } }`, "managing"},
	"Query.execution":               {`{ execution(machine: "m", name: "n") { name } }`, "managing"},
	"Query.trip":                    {`{ trip(id: "x") { id } }`, "all"},
	"Query.tripsNeedingAttention":   {`{ tripsNeedingAttention { id } }`, "managing"},
	"Query.ordersNeedingAttention":  {`{ ordersNeedingAttention { id } }`, "managing"},
	"Query.importsNeedingAttention": {`{ importsNeedingAttention { id } }`, "managing"},
	"Mutation.bookTrip":             {`mutation { bookTrip(input: {flight: {departCity: "a", departTime: "2021-07-07T06:00:00.000Z", arriveCity: "b", arriveTime: "2021-07-09T08:00:00.000Z"}, idempotencyKey: "k"}) { userErrors { code } } }`, "all"},
	"Mutation.resumeTrip":           {`mutation { resumeTrip(input: {tripId: "x"}) { userErrors { code } } }`, "managing"},
	"Query.import":                  {`{ import(id: "x") { id } }`, "managing"},
	"Mutation.importApartments":     {`mutation { importApartments(input: {csv: "id,price,price_type"}) { userErrors { code } } }`, "managing"},
	"Mutation.resumeImport":         {`mutation { resumeImport(input: {importId: "x"}) { userErrors { code } } }`, "managing"},
	"Mutation.createApartment":      {`mutation { createApartment(input: {title: "t", price: {amount: 1, currency: "USD"}, idempotencyKey: "k"}) { userErrors { code } } }`, "managing"},
	"Mutation.updateApartment":      {`mutation { updateApartment(input: {apartmentId: "x"}) { userErrors { code } } }`, "managing"},
	"Mutation.withdrawApartment":    {`mutation { withdrawApartment(input: {apartmentId: "x"}) { userErrors { code } } }`, "managing"},
	"Mutation.relistApartment":      {`mutation { relistApartment(input: {apartmentId: "x"}) { userErrors { code } } }`, "managing"},
	"Mutation.occupyApartment":      {`mutation { occupyApartment(input: {apartmentId: "x"}) { userErrors { code } } }`, "managing"},
	"Mutation.vacateApartment":      {`mutation { vacateApartment(input: {apartmentId: "x"}) { userErrors { code } } }`, "managing"},
	"Mutation.startExecution":       {`mutation { startExecution(input: {machine: "m", name: "n", input: {}}) { userErrors { code } } }`, "managing"},
	"Mutation.reserveApartment":     {`mutation { reserveApartment(input: {apartmentId: "x", idempotencyKey: "k"}) { userErrors { code } } }`, "all"},
	"Mutation.payReservation":       {`mutation { payReservation(input: {reservationId: "x", paymentMethod: "pm_ok", idempotencyKey: "k"}) { userErrors { code } } }`, "all"},
	"Mutation.extendHold":           {`mutation { extendHold(input: {reservationId: "x", idempotencyKey: "k"}) { userErrors { code } } }`, "all"},
	"Mutation.cancelReservation":    {`mutation { cancelReservation(input: {reservationId: "x"}) { userErrors { code } } }`, "all"},
	"Query.paymentsOwed":            {`{ paymentsOwed { edges { cursor } } }`, "managing"},
	"Mutation.recordPayment":        {`mutation { recordPayment(input: {reservationId: "x", method: CASH, idempotencyKey: "k"}) { userErrors { code } } }`, "managing"},
	"Mutation.refundReservation":    {`mutation { refundReservation(input: {reservationId: "x"}) { userErrors { code } } }`, "managing"},
	"Mutation.markPaymentReturned":  {`mutation { markPaymentReturned(input: {owedPaymentId: "x", method: CASH}) { userErrors { code } } }`, "managing"},
	"Query.order":                   {`{ order(id: "x") { id } }`, "all"},
	"Mutation.placeOrder":           {`mutation { placeOrder(input: {orderId: "x"}) { userErrors { code } } }`, "all"},
	"Mutation.answerShipment":       {`mutation { answerShipment(input: {orderId: "x", answer: SENT}) { userErrors { code } } }`, "managing"},
	"Mutation.resumeOrder":          {`mutation { resumeOrder(input: {orderId: "x"}) { userErrors { code } } }`, "managing"},
}

// TestEveryRootFieldByRole asks for every field of the schema as everybody.
func TestEveryRootFieldByRole(t *testing.T) {
	schema := generated.NewExecutableSchema(generated.Config{}).Schema()
	var missing []string
	for _, root := range []*ast.Definition{schema.Query, schema.Mutation} {
		for _, field := range root.Fields {
			if _, ok := rootFields[root.Name+"."+field.Name]; !ok && field.Name[0] != '_' {
				missing = append(missing, root.Name+"."+field.Name)
			}
		}
	}
	if len(missing) > 0 {
		t.Errorf("nothing says who may use %v", missing)
	}

	a := newAPI(t)
	for name, field := range rootFields {
		for _, who := range []booking.Principal{ann, mary, otto} {
			want := ""
			if field.audience == "managing" && who.Role == booking.Tenant {
				want = "FORBIDDEN"
			}
			if got := a.code(who, field.document, nil); got != want {
				t.Errorf("%s as %s: %q, want %q", name, who.Role, got, want)
			}
		}
		a.store.counted()
		body, _ := json.Marshal(map[string]string{"query": field.document})
		for case_, token := range a.badTokens() {
			if got := a.post(token, string(body)); got.Code != http.StatusUnauthorized || !json.Valid(got.Body.Bytes()) {
				t.Errorf("%s with %s: status %d, want 401", name, case_, got.Code)
			}
		}
		if calls := a.store.counted(); len(calls) > 0 {
			t.Errorf("%s without a good token reached the store: %v", name, calls)
		}
	}
}

// badTokens are no token, an expired one, and one that is not signed by us.
func (a *api) badTokens() map[string]string {
	a.t.Helper()
	good := a.token(mary)
	a.clock.advance(-2 * time.Hour)
	expired := a.token(mary)
	a.clock.advance(2 * time.Hour)
	return map[string]string{"no token": "", "an expired token": expired, "a changed token": good[:len(good)-2] + "xx", "no JWT": "x"}
}

// TestFieldsForManagers: the execution of a tenant's own reservation is not for them.
func TestFieldsForManagers(t *testing.T) {
	a := newAPI(t)
	reservation := a.hold(ann, a.create(1))
	const query = `query($id: ID!) { reservation(id: $id) { id execution { name } } }`
	got := a.ask(ann, query, map[string]any{"id": reservation})
	if len(got.Errors) != 1 || got.Errors[0].Extensions["code"] != "FORBIDDEN" || len(got.Errors[0].Path) != 2 {
		t.Errorf("a tenant: %+v", got.Errors)
	}
	var shown map[string]any
	if err := json.Unmarshal(got.Data["reservation"], &shown); err != nil || shown["id"] != reservation || shown["execution"] != nil {
		t.Errorf("a tenant sees %v", shown)
	}
	if got := a.value(mary, query, map[string]any{"id": reservation}); at(got, "execution.name") != reservation {
		t.Errorf("a manager sees %v", got)
	}
}
