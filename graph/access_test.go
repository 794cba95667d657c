package graph_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/vacancy/vacancy/graph/generated"
	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/saga/trip"
)

// This test walks every field and every mutation of the schema as five identities: nobody,
// a tenant, another tenant, a manager, and somebody whose token has expired. What each must
// be answered follows from the declarations in the schema (@allow, @asParent) and from whose
// objects they are. A field that is added is walked without being named here, except for:

// opened says how a field of Query that needs arguments is asked for something of ann's; with
// missing in place of the id it asks for something that does not exist.
var opened = map[string]func(f furniture) string{
	"node":        func(f furniture) string { return `(id: "` + f.reservation + `")` },
	"apartment":   func(f furniture) string { return `(id: "` + f.apartment + `")` },
	"reservation": func(f furniture) string { return `(id: "` + f.reservation + `")` },
	"execution":   func(f furniture) string { return `(machine: "reservation", name: "` + f.reservation + `")` },
	"import":      func(f furniture) string { return `(id: "` + f.batch + `")` },
	"order":       func(f furniture) string { return `(id: "` + f.order + `")` },
	"trip":        func(f furniture) string { return `(id: "` + f.trip + `")` },
}

// forManagers are the types that no tenant reads anything of, by whatever way through the
// schema. One that a new field opens to tenants shows here.
var forManagers = []string{"Execution", "ExecutionPage", "HistoryEvent", "HistoryPage", "Import", "ImportFailure", "ImportLeft",
	"OwedPayment", "OwedPaymentConnection", "OwedPaymentEdge", "Receipt", "RefusedRow"}

// furniture is what the API has when it is walked: something of each kind, of ann's.
type furniture struct{ apartment, reservation, order, batch, trip string }

// missing names nothing that exists.
var missing = furniture{apartment: "apt_missing", reservation: "res_missing", order: "missing", batch: "imp_missing", trip: "trip_missing"}

// owner is the tenant whose objects they are. Her name stands in most of them, and must
// not be read by another tenant.
var owner = booking.Principal{ID: "ann-c4n4ry", Role: booking.Tenant}

func furnished(t *testing.T) (*api, furniture) {
	t.Helper()
	a := newAPI(t)
	f := furniture{apartment: a.create(1000), order: "ann-0rder"}
	f.reservation = a.hold(owner, f.apartment)
	if got := a.pay(owner, f.reservation, "pm_ok", "paid"); userError(got) != "" {
		t.Fatalf("pay: %v", got)
	}
	document, variables := place(f.order, 10_000, "12 C4n4ry Street")
	if got := a.told(owner, document, variables); !strings.Contains(got, f.order) {
		t.Fatalf("place an order: %s", got)
	}
	imported := a.value(mary, `mutation { importApartments(input: {csv: "id,price,price_type,cityname\n1,free,Monthly,x\n"}) { import { id } } }`, nil)
	f.batch, _ = at(imported, "import.id").(string)
	f.trip, _ = at(a.value(owner, bookTrip, tripInput("C4n4ry", nil)), "trip.id").(string)
	for _, reserve := range []func(context.Context, trip.Progress) (trip.Progress, error){a.trips.ReserveHotel, a.trips.ReserveFlight, a.trips.ReserveCarRental, a.trips.TakePayment} {
		if _, err := reserve(t.Context(), trip.Progress{TripID: f.trip}); err != nil {
			t.Fatalf("a step of a trip: %v", err)
		}
	}
	return a, f
}

// secrets are what another tenant must not be answered, whatever they ask.
func (f furniture) secrets() []string {
	return []string{"c4n4ry", "C4n4ry", f.reservation, f.order, f.trip, "7777"}
}

// access reads what the schema declares.
type access struct {
	t      *testing.T
	schema *ast.Schema
}

// hop is a field on the way from Query to a type.
type hop struct {
	on    *ast.Definition
	field *ast.FieldDefinition
}

// allowed answers the roles that the field's own @allow has, or nil: whoever reads the object.
func allowed(field *ast.FieldDefinition) []string {
	directive := field.Directives.ForName("allow")
	if directive == nil {
		return nil
	}
	roles := []string{}
	for _, value := range directive.Arguments.ForName("roles").Value.Children {
		roles = append(roles, value.Value.Raw)
	}
	return roles
}

func may(role booking.Role, field *ast.FieldDefinition) bool {
	roles := allowed(field)
	return roles == nil || slices.Contains(roles, strings.ToUpper(string(role)))
}

func (s access) object(field *ast.FieldDefinition) *ast.Definition {
	if d := s.schema.Types[field.Type.Name()]; d.Kind == ast.Object {
		return d
	}
	return nil
}

// ways answers a shortest way from Query to each object type, over fields that let in
// everybody in `through`.
func (s access) ways(through ...booking.Role) map[string][]hop {
	found := map[string][]hop{"Query": {}}
	for queue := []*ast.Definition{s.schema.Query}; len(queue) > 0; queue = queue[1:] {
		on := queue[0]
		for _, field := range on.Fields {
			to := s.object(field)
			if to == nil || strings.HasPrefix(field.Name, "__") || found[to.Name] != nil ||
				slices.ContainsFunc(through, func(r booking.Role) bool { return !may(r, field) }) || on != s.schema.Query && needsArguments(field) {
				continue
			}
			found[to.Name] = append(slices.Clone(found[on.Name]), hop{on, field})
			queue = append(queue, to)
		}
	}
	return found
}

func needsArguments(field *ast.FieldDefinition) bool {
	return slices.ContainsFunc(field.Arguments, func(a *ast.ArgumentDefinition) bool { return a.Type.NonNull && a.DefaultValue == nil })
}

// document asks for the last field of a way.
func (s access) document(way []hop, f furniture) string {
	var text strings.Builder
	for _, step := range way {
		text.WriteString(" { " + step.field.Name)
		if step.on == s.schema.Query && needsArguments(step.field) {
			arguments := opened[step.field.Name]
			if arguments == nil {
				s.t.Fatalf("Query.%s needs arguments: say in `opened` (graph/access_test.go) how something of ann's is asked for, and make it in `furnished`", step.field.Name)
			}
			text.WriteString(arguments(f))
		}
	}
	if last := way[len(way)-1].field; s.schema.Types[last.Type.Name()].IsCompositeType() {
		text.WriteString(" { __typename }")
	}
	return "query" + text.String() + strings.Repeat(" }", len(way))
}

// barred answers the first field of a way that the role may not read.
func barred(role booking.Role, way []hop) (depth int, yes bool) {
	depth = slices.IndexFunc(way, func(s hop) bool { return !may(role, s.field) })
	return depth, depth >= 0
}

// TestEveryFieldAsEverybody.
func TestEveryFieldAsEverybody(t *testing.T) {
	s := access{t, generated.NewExecutableSchema(generated.Config{}).Schema()}
	a, f := furnished(t)
	expired := a.badTokens()["an expired token"]
	walked := 0
	for name, way := range s.ways() {
		for _, field := range s.schema.Types[name].Fields {
			if strings.HasPrefix(field.Name, "__") || name != "Query" && needsArguments(field) {
				continue
			}
			to := append(slices.Clone(way), hop{s.schema.Types[name], field})
			document := s.document(to, f)
			walked++
			what := name + "." + field.Name
			for who, token := range map[string]string{"nobody": "", "somebody whose token has expired": expired} {
				if got := a.post(token, quoted(document)); got.Code != http.StatusUnauthorized || strings.Contains(got.Body.String(), `"data"`) {
					t.Errorf("%s as %s: %d %s, want 401", what, who, got.Code, got.Body)
				}
			}
			for _, who := range []booking.Principal{owner, bob, mary} {
				s.asked(a, f, who, what, document, to)
			}
		}
	}
	if walked < 150 {
		t.Errorf("%d fields were walked; there were 200 when this was written", walked)
	}
}

// asked holds what somebody is answered to what is declared.
func (s access) asked(a *api, f furniture, who booking.Principal, what, document string, way []hop) {
	s.t.Helper()
	got := a.ask(who, document, nil)
	text, _ := json.Marshal(got)
	depth, no := barred(who.Role, way)
	switch {
	case !no && len(got.Errors) > 0:
		s.t.Errorf("%s as %s: %s, though the schema lets them read it", what, who.ID, text)
	case no && len(got.Errors) == 0:
		// Only an object that is there has fields that are refused: this one must be.
		if read := s.read(a, who, way[:depth], f); read != nil {
			s.t.Errorf("%s as %s: %s, though the schema does not let them read it", what, who.ID, text)
		} else if who == owner && s.read(a, mary, way[:depth], f) == nil {
			s.t.Errorf("%s is not for everybody who reads its object, and none is there to try: make one in `furnished` (graph/access_test.go)", what)
		}
	case no && (got.Errors[0].Extensions["code"] != "FORBIDDEN" || len(got.Errors) != 1):
		s.t.Errorf("%s as %s: %s, want FORBIDDEN", what, who.ID, text)
	}
	if who != bob {
		return
	}
	for _, secret := range f.secrets() {
		if strings.Contains(string(text), secret) {
			s.t.Errorf("%s: another tenant is answered %s, which has %s of ann's", what, text, secret)
		}
	}
	// Somebody else's is answered exactly as one that does not exist.
	if root := way[0].field.Name; opened[root] != nil && root != "apartment" {
		if none, _ := json.Marshal(a.ask(who, s.document(way, missing), nil)); string(none) != string(text) {
			s.t.Errorf("%s: another tenant is answered %s for ann's and %s for one that does not exist", what, text, none)
		}
	}
}

// read answers the value at the end of a way; nil where there is none.
func (s access) read(a *api, who booking.Principal, way []hop, f furniture) any {
	if len(way) == 0 {
		return true
	}
	got := a.ask(who, s.document(way, f), nil)
	var value any = map[string]any{}
	for name, raw := range got.Data {
		var v any
		if json.Unmarshal(raw, &v) == nil {
			value.(map[string]any)[name] = v
		}
	}
	for _, step := range way {
		if list, ok := value.([]any); ok {
			if len(list) == 0 {
				return nil
			}
			value = list[0]
		}
		object, _ := value.(map[string]any)
		value = object[step.field.Name]
	}
	return value
}

// TestTypesForManagers: no way through the schema leads a tenant to a type that is for managers.
func TestTypesForManagers(t *testing.T) {
	s := access{t, generated.NewExecutableSchema(generated.Config{}).Schema()}
	forTenants := s.ways(booking.Tenant)
	closed := []string{}
	for name := range s.ways() {
		if _, open := forTenants[name]; !open {
			closed = append(closed, name)
		}
	}
	slices.Sort(closed)
	if !slices.Equal(closed, forManagers) {
		t.Errorf("types that only managers and operators reach are\n%v, `forManagers` (graph/access_test.go) says\n%v\nA type that is missing in the first list has been opened to tenants by a field without @allow; one that is missing in the second is new: add it", closed, forManagers)
	}
}

// TestEveryMutationAsEverybody.
func TestEveryMutationAsEverybody(t *testing.T) {
	s := access{t, generated.NewExecutableSchema(generated.Config{}).Schema()}
	for _, mutation := range s.schema.Mutation.Fields {
		if strings.HasPrefix(mutation.Name, "__") {
			continue
		}
		t.Run(mutation.Name, func(t *testing.T) {
			s := access{t, s.schema}
			a, f := furnished(t)
			document := s.mutation(mutation, f)
			bad := a.badTokens()
			a.store.counted()
			for who, token := range map[string]string{"nobody": "", "somebody whose token has expired": bad["an expired token"]} {
				if got := a.post(token, quoted(document)); got.Code != http.StatusUnauthorized || strings.Contains(got.Body.String(), `"data"`) {
					t.Errorf("as %s: %d %s, want 401", who, got.Code, got.Body)
				}
			}
			if calls := a.store.counted(); len(calls) > 0 {
				t.Errorf("without a good token it reached the store: %v", calls)
			}
			for _, who := range []booking.Principal{bob, owner, mary} { // bob first: ann and mary change things
				got := a.ask(who, document, nil)
				text, _ := json.Marshal(got)
				forbidden := len(got.Errors) == 1 && got.Errors[0].Extensions["code"] == "FORBIDDEN"
				if forbidden == may(who.Role, mutation) || !forbidden && len(got.Errors) > 0 {
					t.Errorf("as %s: %s", who.ID, text)
				}
				if calls := a.store.counted(); forbidden && len(calls) > 0 {
					t.Errorf("as %s it is refused, after it reached the store: %v", who.ID, calls)
				}
				if who != bob {
					continue
				}
				// They are told the id that they gave, no more.
				shown := strings.ReplaceAll(string(text), f.reservation, missing.reservation)
				answered := shown
				if strings.Contains(document, f.order) && mutation.Name == "placeOrder" {
					shown = "" // an id that the caller chooses; see TestPlaceOrder
				}
				for _, secret := range f.secrets() {
					if strings.Contains(shown, secret) {
						t.Errorf("another tenant is answered %s, which has %s of ann's", text, secret)
					}
				}
				if strings.Contains(document, f.reservation) {
					if none, _ := json.Marshal(a.ask(bob, s.mutation(mutation, missing), nil)); string(none) != answered {
						t.Errorf("another tenant is answered %s for ann's and %s for one that does not exist", text, none)
					}
				}
			}
		})
	}
}

// mutation writes a document with every required field of the input, about what is ann's.
func (s access) mutation(m *ast.FieldDefinition, f furniture) string {
	input := s.schema.Types[m.Arguments.ForName("input").Type.Name()]
	var payload strings.Builder
	for _, field := range s.object(m).Fields {
		payload.WriteString(" " + field.Name)
		switch of := s.object(field); {
		case of == nil:
		case of.Fields.ForName("id") != nil:
			payload.WriteString(" { id }")
		case of.Name == "UserError":
			payload.WriteString(" { code message }")
		default:
			payload.WriteString(" { __typename }")
		}
	}
	return fmt.Sprintf("mutation { %s(input: %s) {%s } }", m.Name, s.literal(input, f), payload.String())
}

// literal is an input object with its required fields.
func (s access) literal(input *ast.Definition, f furniture) string {
	named := map[string]string{"reservationId": f.reservation, "apartmentId": f.apartment, "orderId": f.order, "importId": f.batch, "tripId": f.trip}
	var fields []string
	for _, field := range input.Fields {
		if !field.Type.NonNull {
			continue
		}
		of := s.schema.Types[field.Type.Name()]
		value := cmp.Or(map[string]string{"Int": "1", "Float": "1", "Boolean": "true", "JSON": "{}", "DateTime": `"2021-07-07T06:00:00Z"`}[of.Name], `"x"`)
		switch {
		case named[field.Name] != "":
			value = `"` + named[field.Name] + `"`
		case of.Kind == ast.Enum:
			value = of.EnumValues[0].Name
		case of.Kind == ast.InputObject:
			value = s.literal(of, f)
		case field.Name == "currency":
			value = `"USD"`
		}
		if field.Type.Elem != nil {
			value = "[" + value + "]"
		}
		fields = append(fields, field.Name+": "+value)
	}
	return "{" + strings.Join(fields, ", ") + "}"
}

// TestAccessTestFinds: a declaration that is taken away, or given to tenants, shows.
func TestAccessTestFinds(t *testing.T) {
	schema := generated.NewExecutableSchema(generated.Config{}).Schema()
	execution := schema.Types["Reservation"].Fields.ForName("execution")
	declared := execution.Directives
	defer func() { execution.Directives = declared }()
	execution.Directives = nil
	s := access{t, schema}
	if _, open := s.ways(booking.Tenant)["Execution"]; !open {
		t.Error("without its @allow, Reservation.execution does not open executions to tenants")
	}
	if names := slices.Sorted(maps.Keys(s.ways())); len(names) < 25 {
		t.Errorf("the walk reaches %v only", names)
	}
}
