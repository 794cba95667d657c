package graph_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/vacancy/vacancy/graph/generated"
	"github.com/vacancy/vacancy/internal/booking"
)

// rootFieldsForManagers are what a tenant may neither ask nor do. That each is refused to them,
// and everything else is not, TestEveryFieldAsEverybody and TestEveryMutationAsEverybody hold,
// by what the schema declares; that the schema declares what is meant is said here.
var rootFieldsForManagers = []string{
	"Mutation.answerShipment", "Mutation.createApartment", "Mutation.importApartments", "Mutation.markPaymentReturned", "Mutation.occupyApartment",
	"Mutation.recordPayment", "Mutation.refundReservation", "Mutation.relistApartment", "Mutation.resumeImport", "Mutation.resumeOrder",
	"Mutation.resumeTrip", "Mutation.startExecution", "Mutation.updateApartment", "Mutation.vacateApartment", "Mutation.withdrawApartment",
	"Query.execution", "Query.executions", "Query.import", "Query.importsNeedingAttention", "Query.ordersNeedingAttention", "Query.paymentsOwed",
	"Query.reservations", "Query.tripsNeedingAttention",
}

// TestRootFieldsForManagers: neither is one opened to tenants by a declaration that was changed,
// nor is there a difference between managers and operators.
func TestRootFieldsForManagers(t *testing.T) {
	schema := generated.NewExecutableSchema(generated.Config{}).Schema()
	var closed []string
	for _, root := range []*ast.Definition{schema.Query, schema.Mutation} {
		for _, field := range root.Fields {
			name := root.Name + "." + field.Name
			if !may(booking.Tenant, field) {
				closed = append(closed, name)
			}
			if !may(booking.Manager, field) || !may(booking.Operator, field) {
				t.Errorf("%s is for the roles %v only; a manager and an operator may do everything", name, allowed(field))
			}
		}
	}
	slices.Sort(closed)
	if !slices.Equal(closed, rootFieldsForManagers) {
		t.Errorf("tenants may not use\n%v, `rootFieldsForManagers` says\n%v", closed, rootFieldsForManagers)
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
