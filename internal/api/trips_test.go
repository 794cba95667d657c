package api

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/httpapi"
	"github.com/vacancy/vacancy/internal/identity"
	"github.com/vacancy/vacancy/internal/payment/simulated"
	"github.com/vacancy/vacancy/internal/saga"
	"github.com/vacancy/vacancy/internal/saga/trip"
	"github.com/vacancy/vacancy/internal/store/sqlite"
)

var noon = time.Date(2026, 2, 3, 12, 0, 0, 0, time.UTC)

// idle is a workflow that starts whatever it is asked to.
type idle struct{}

func (idle) Start(context.Context, booking.WorkflowStart) error  { return nil }
func (idle) Wake(context.Context, string, json.RawMessage) error { return nil }
func (idle) Running(context.Context, string) (bool, error)       { return true, nil }

// travel is a server of trips, and its tenants.
type travel struct {
	t       *testing.T
	service *trip.Service
	server  http.Handler
	ids     int
}

func newTravel(t *testing.T) *travel {
	t.Helper()
	store, err := sqlite.OpenMemory(t.Context(), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	injection, err := saga.NewInjection(saga.Development, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	now := func() time.Time { return noon }
	v := &travel{t: t, service: trip.NewService(trip.Ports{Store: store.Trips(), Gateway: simulated.New(simulated.NewMemory(), simulated.Options{Now: now}),
		Workflow: idle{}, Injection: injection, Now: now, Log: slog.New(slog.DiscardHandler)})}
	v.server = httpapi.New(httpapi.Config{Verifier: names{}, Routes: tripRoutes(v.service, slog.New(slog.DiscardHandler)),
		GraphQL: http.NotFoundHandler(), Log: slog.New(slog.DiscardHandler), Now: now,
		NewRequestID: func() string { v.ids++; return fmt.Sprintf("request-%d", v.ids) }})
	return v
}

// names takes a token for the name of a tenant.
type names struct{}

func (names) Verify(_ context.Context, token string) (booking.Principal, error) {
	return booking.Principal{ID: token, Role: booking.Tenant}, nil
}

var _ identity.Verifier = names{}

// ask sends a request and answers the status and the body.
func (v *travel) ask(who, method, target, body string) (*httptest.ResponseRecorder, map[string]any) {
	v.t.Helper()
	r := httptest.NewRequestWithContext(v.t.Context(), method, target, strings.NewReader(body))
	if who != "" {
		r.Header.Set("Authorization", "Bearer "+who)
	}
	w := httptest.NewRecorder()
	v.server.ServeHTTP(w, r)
	var answered map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &answered); err != nil && method != http.MethodHead {
		v.t.Fatalf("%s %s answered %q: %v", method, target, w.Body, err)
	}
	return w, answered
}

func extension(answered map[string]any, name string) any {
	errors, _ := answered["errors"].([]any)
	if len(errors) == 0 {
		return nil
	}
	return errors[0].(map[string]any)["extensions"].(map[string]any)[name]
}

// TestAnyURLStartsATrip is the table of the design (section 8).
func TestAnyURLStartsATrip(t *testing.T) {
	v := newTravel(t)
	for i, c := range []struct{ method, path string }{
		{"GET", "/trips"}, {"POST", "/trips"}, {"PUT", "/trips"}, {"DELETE", "/trips"}, {"GET", "/trips/"}, {"POST", "/trips/anything"},
		{"GET", "/trips/two/segments"}, {"POST", "/trips/a/b/c"}, {"PATCH", "/trips/x"}, {"DELETE", "/trips/x"},
	} {
		id := fmt.Sprintf("trip-%d", i)
		w, got := v.ask("ann", c.method, c.path+"?tripID="+id+"&runType=failPayment", "")
		if w.Code != http.StatusAccepted || got["tripId"] != id || got["status"] != "BOOKING" || got["href"] != "/trips/"+id || w.Header().Get("Location") != "/trips/"+id {
			t.Errorf("%s %s: %d %v", c.method, c.path, w.Code, got)
		}
		if execution, _ := got["execution"].(map[string]any); execution["machine"] != "trip" || execution["name"] != id {
			t.Errorf("%s %s: the execution is %v", c.method, c.path, got["execution"])
		}
		stored, err := v.service.Store.Trip(t.Context(), id)
		if err != nil || stored.TenantID != "ann" || stored.Failing != trip.FailPayment || stored.Lodging.Hotel != "holiday inn" || stored.Car.Name != "Volvo" || !stored.Execution.Started {
			t.Errorf("%s %s: stored %+v, %v", c.method, c.path, stored, err)
		}
	}
}

func TestATripIsNamedByTheRequest(t *testing.T) {
	v := newTravel(t)
	_, first := v.ask("ann", "POST", "/trips", "")
	_, second := v.ask("ann", "POST", "/trips", "")
	if first["tripId"] != "request-1" || second["tripId"] != "request-2" {
		t.Errorf("the trips are %v and %v", first["tripId"], second["tripId"])
	}
}

// TestPatternInputs: the inputs of both patterns, as they are.
func TestPatternInputs(t *testing.T) {
	v := newTravel(t)
	for id, body := range map[string]string{
		"vacation": `{"trip_id":"vacation","depart_city":"Detroit","depart_time":"2021-07-07T06:00:00.000Z","arrive_city":"Frankfurt","arrive_time":"2021-07-09T08:00:00.000Z","rental":"BMW","rental_from":"2021-07-09T00:00:00.000Z","rental_to":"2021-07-17T00:00:00.000Z","run_type":"success"}`,
		"holiday":  `{"trip_id":"holiday","depart":"London","depart_at":"2021-07-10T06:00:00.000Z","arrive":"Dublin","arrive_at":"2021-07-12T08:00:00.000Z","hotel":"holiday inn","check_in":"2021-07-10T12:00:00.000Z","check_out":"2021-07-12T14:00:00.000Z","rental":"Volvo","rental_from":"2021-07-10T00:00:00.000Z","rental_to":"2021-07-12T00:00:00.000Z","run_type":"success"}`,
	} {
		if w, got := v.ask("ann", "POST", "/trips", body); w.Code != http.StatusAccepted || got["tripId"] != id {
			t.Errorf("%s: %d %v", id, w.Code, got)
		}
	}
	vacation, _ := v.service.Store.Trip(t.Context(), "vacation")
	holiday, _ := v.service.Store.Trip(t.Context(), "holiday")
	if vacation.Lodging != nil || vacation.Car.Name != "BMW" || vacation.DepartCity != "Detroit" || !vacation.ArriveTime.Equal(time.Date(2021, 7, 9, 8, 0, 0, 0, time.UTC)) {
		t.Errorf("the vacation is %+v", vacation.Request)
	}
	if holiday.Lodging.Hotel != "holiday inn" || holiday.DepartCity != "London" || holiday.ArriveCity != "Dublin" || !holiday.DepartTime.Equal(time.Date(2021, 7, 10, 6, 0, 0, 0, time.UTC)) {
		t.Errorf("the holiday is %+v", holiday.Request)
	}
}

func TestAKnownTripID(t *testing.T) {
	v := newTravel(t)
	v.ask("ann", "POST", "/trips?tripID=t1", "")
	if w, got := v.ask("ann", "GET", "/trips?tripID=t1&runType=success", ""); w.Code != http.StatusOK || got["tripId"] != "t1" {
		t.Errorf("the same input: %d %v", w.Code, got)
	}
	if w, got := v.ask("ann", "POST", "/trips?tripID=t1&runType=failPayment", ""); w.Code != http.StatusConflict || extension(got, "code") != "IDEMPOTENCY_KEY_REUSED" || extension(got, "href") != "/trips/t1" || w.Header().Get("Location") != "/trips/t1" {
		t.Errorf("another input: %d %v", w.Code, got)
	}
	if w, got := v.ask("bob", "POST", "/trips?tripID=t1", ""); w.Code != http.StatusConflict || extension(got, "href") != nil || w.Header().Get("Location") != "" {
		t.Errorf("somebody else's id: %d %v", w.Code, got)
	}
}

func TestShowTrip(t *testing.T) {
	v := newTravel(t)
	v.ask("ann", "POST", "/trips?tripID=t1", "")
	p := trip.Progress{TripID: "t1"}
	for _, step := range []func(context.Context, trip.Progress) (trip.Progress, error){v.service.ReserveHotel, v.service.ReserveFlight, v.service.ReserveCarRental, v.service.TakePayment} {
		if _, err := step(t.Context(), p); err != nil {
			t.Fatal(err)
		}
	}
	w, got := v.ask("ann", "GET", "/trips/t1", "")
	if w.Code != http.StatusOK || got["status"] != "BOOKING" || got["tripId"] != "t1" {
		t.Fatalf("%d %v", w.Code, got)
	}
	want := []map[string]any{
		{"pk": "t1", "sk": "HOTEL#t1-hotel", "type": "Hotel", "trip_id": "t1", "id": "t1-hotel", "transaction_status": "pending", "hotel": "holiday inn", "check_in": "2021-07-10T12:00:00.000Z", "check_out": "2021-07-12T14:00:00.000Z"},
		{"pk": "t1", "sk": "FLIGHT#t1-flight", "type": "Flight", "transaction_status": "pending", "depart_city": "London", "depart_time": "2021-07-10T06:00:00.000Z", "arrive_city": "Dublin", "arrive_time": "2021-07-12T08:00:00.000Z"},
		{"pk": "t1", "sk": "RENTAL#t1-rental", "type": "Rental", "transaction_status": "pending", "rental": "Volvo", "rental_from": "2021-07-10T00:00:00.000Z", "rental_to": "2021-07-12T00:00:00.000Z"},
		{"pk": "t1", "sk": "PAYMENT#t1-payment", "type": "Payment", "transaction_status": "confirmed", "amount": "450.00", "currency": "USD"},
	}
	items, _ := got["items"].([]any)
	if len(items) != len(want) {
		t.Fatalf("%d items: %v", len(items), items)
	}
	for i, fields := range want {
		for name, value := range fields {
			if items[i].(map[string]any)[name] != value {
				t.Errorf("item %d: %s = %v, want %v", i, name, items[i].(map[string]any)[name], value)
			}
		}
	}
	if again, _ := v.ask("ann", "HEAD", "/trips/t1", ""); again.Code != http.StatusOK {
		t.Errorf("HEAD: %d", again.Code)
	}
	for _, missing := range [][2]string{{"ann", "/trips/none"}, {"bob", "/trips/t1"}} {
		if w, got := v.ask(missing[0], "GET", missing[1], ""); w.Code != http.StatusNotFound || extension(got, "href") != "/trips" || !strings.Contains(w.Body.String(), "/trips starts one") {
			t.Errorf("%s as %s: %d %v", missing[1], missing[0], w.Code, got)
		}
	}
}

func TestTripsRefuse(t *testing.T) {
	v := newTravel(t)
	for _, c := range []struct {
		name, who, target, body string
		status                  int
		code, field             any
	}{
		{"no token", "", "/trips", "", 401, "UNAUTHENTICATED", nil},
		{"a run type that is none", "ann", "/trips?runType=failEverything", "", 400, "INVALID_INPUT", "run_type"},
		{"an id that is none", "ann", "/trips?tripID=a%20b", "", 400, "INVALID_INPUT", "trip_id"},
		{"an id that is too long", "ann", "/trips?tripID=" + strings.Repeat("x", 65), "", 400, "INVALID_INPUT", "trip_id"},
		{"no JSON", "ann", "/trips", "trip", 400, "INVALID_INPUT", nil},
		{"neither hotel nor car", "ann", "/trips", `{"depart":"a","arrive":"b","depart_at":"2021-07-10T06:00:00Z","arrive_at":"2021-07-12T06:00:00Z"}`, 400, "INVALID_INPUT", "hotel"},
		{"both patterns' names", "ann", "/trips", `{"depart":"a","depart_city":"b"}`, 400, "INVALID_INPUT", "depart"},
		{"no time", "ann", "/trips", `{"depart_time":"soon"}`, 400, "INVALID_INPUT", nil},
		{"an amount of three decimals", "ann", "/trips", strings.Replace(sampleJSON(t), "{", `{"amount":"1.005",`, 1), 400, "INVALID_INPUT", "amount"},
		{"too long", "ann", "/trips", `{"hotel":"` + strings.Repeat("x", maxTripBody) + `"}`, 400, "INVALID_INPUT", nil},
	} {
		w, got := v.ask(c.who, "POST", c.target, c.body)
		if w.Code != c.status || extension(got, "code") != c.code || extension(got, "field") != c.field {
			t.Errorf("%s: %d %v, want %d %v about %v", c.name, w.Code, got, c.status, c.code, c.field)
		}
	}
	v.service.Injection, _ = saga.NewInjection(saga.Production, 0, nil)
	if w, got := v.ask("ann", "POST", "/trips?runType=failPayment", ""); w.Code != 400 || extension(got, "field") != "run_type" {
		t.Errorf("a failure in production: %d %v", w.Code, got)
	}
}

func sampleJSON(t *testing.T) string {
	t.Helper()
	sample, err := json.Marshal(trip.Sample())
	if err != nil {
		t.Fatal(err)
	}
	return string(sample)
}
