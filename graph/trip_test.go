package graph_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"testing"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/saga"
	"github.com/vacancy/vacancy/internal/saga/trip"
	"github.com/vacancy/vacancy/internal/step"
	"github.com/vacancy/vacancy/internal/store/sqlite"
)

// tripWorkflow notes what is to be started.
type tripWorkflow struct{ started []booking.WorkflowStart }

func (w *tripWorkflow) Start(_ context.Context, s booking.WorkflowStart) error {
	w.started = append(w.started, s)
	return nil
}
func (*tripWorkflow) Wake(context.Context, string, json.RawMessage) error { return nil }
func (*tripWorkflow) Running(context.Context, string) (bool, error)       { return true, nil }

// newTrips makes the service of trips, on a store of its own.
func newTrips(a *api, lodging *booking.Service, gateway booking.Gateway, newID booking.NewID, log *slog.Logger, stage saga.Stage) *trip.Service {
	store, err := sqlite.OpenMemory(a.t.Context(), sqlite.Options{})
	if err != nil {
		a.t.Fatal(err)
	}
	a.t.Cleanup(func() { _ = store.Close() })
	injection, err := saga.NewInjection(stage, 0, nil)
	if err != nil {
		a.t.Fatal(err)
	}
	a.trips = trip.NewService(trip.Ports{Store: store.Trips(), Lodging: lodging, Gateway: gateway, Workflow: &a.tripsStarted,
		Injection: injection, Now: a.clock.now, NewID: newID, Log: log})
	return a.trips
}

const bookTrip = `mutation($in: BookTripInput!) { bookTrip(input: $in) { trip { ...all } userErrors { code field message } } }` + allOfATrip

const allOfATrip = ` fragment all on Trip { id status tenantId flight { id transactionStatus departCity departTime arriveCity arriveTime }
	hotel { id transactionStatus name checkIn checkOut reservation { id } } carRental { id transactionStatus car from to }
	payment { id transactionStatus amount { amount currency } lines { what amount { amount } reservationId } }
	failure { error cause } notUndone { step reason } createdAt endedAt timeline { kind at by amount { amount currency } note } pollAfter }`

// tripInput is an input; change may change it.
func tripInput(key string, change func(map[string]any)) map[string]any {
	in := map[string]any{
		"idempotencyKey": key,
		"flight":         map[string]any{"departCity": "Detroit", "departTime": "2021-07-07T06:00:00.000Z", "arriveCity": "Frankfurt", "arriveTime": "2021-07-09T08:00:00.000Z"},
		"hotel":          map[string]any{"name": "holiday inn", "checkIn": "2021-07-09T12:00:00.000Z", "checkOut": "2021-07-12T14:00:00.000Z"},
		"carRental":      map[string]any{"car": "BMW", "from": "2021-07-09T00:00:00.000Z", "to": "2021-07-17T00:00:00.000Z"},
	}
	if change != nil {
		change(in)
	}
	return map[string]any{"in": in}
}

func TestABookedTrip(t *testing.T) {
	a := newAPI(t)
	made := a.value(ann, bookTrip, tripInput("key", nil))
	id, _ := at(made, "trip.id").(string)
	if id == "" || at(made, "trip.status") != "BOOKING" || at(made, "trip.pollAfter") != 500.0 || at(made, "trip.flight") != nil || len(a.tripsStarted.started) != 1 {
		t.Fatalf("bookTrip = %v, started %v", made, a.tripsStarted.started)
	}
	steps := step.New(step.Services{Trips: a.trips})
	for _, name := range []string{"TripReserveHotel", "TripReserveFlight", "TripReserveCarRental", "TripTakePayment", "TripConfirmHotel", "TripConfirmFlight", "TripConfirmCarRental"} {
		if _, err := steps[name](t.Context(), []byte(`{"tripId":"`+id+`"}`)); err != nil {
			t.Fatalf("%s = %v", name, err)
		}
	}
	got := a.value(ann, `query($id: ID!) { trip(id: $id) { ...all } }`+allOfATrip, map[string]any{"id": id})
	for path, want := range map[string]any{
		"status": "BOOKED", "tenantId": "ann", "pollAfter": 0.0, "failure": nil, "endedAt": "2026-02-03T04:05:06.789Z",
		"flight.transactionStatus": "CONFIRMED", "flight.departCity": "Detroit", "flight.departTime": "2021-07-07T06:00:00.000Z",
		"hotel.transactionStatus": "CONFIRMED", "hotel.name": "holiday inn", "hotel.checkIn": "2021-07-09T12:00:00.000Z", "hotel.reservation": nil,
		"carRental.transactionStatus": "CONFIRMED", "carRental.car": "BMW",
		"payment.transactionStatus": "CONFIRMED", "payment.amount.amount": 45000.0, "payment.amount.currency": "USD", "payment.lines.0.what": "trip", "payment.lines.0.reservationId": nil,
		"timeline.0.kind": "TRIP_REQUESTED", "timeline.0.by": "ann", "timeline.0.amount": nil, "timeline.1.kind": "HOTEL_RESERVED", "timeline.1.by": "system",
		"timeline.4.kind": "PAYMENT_REQUESTED", "timeline.4.amount.amount": 45000.0,
	} {
		if at(got, path) != want {
			t.Errorf("%s = %v, want %v", path, at(got, path), want)
		}
	}
	if node := a.value(ann, `query($id: ID!) { node(id: $id) { id ... on Trip { status } } }`, map[string]any{"id": id}); at(node, "status") != "BOOKED" {
		t.Errorf("node = %v", node)
	}
	if other := a.value(bob, `query($id: ID!) { trip(id: $id) { id } }`, map[string]any{"id": id}); other != nil {
		t.Errorf("somebody else sees %v", other)
	}
}

func TestBookTripIsIdempotent(t *testing.T) {
	a := newAPI(t)
	first := a.value(ann, bookTrip, tripInput("key", nil))
	if again := a.value(ann, bookTrip, tripInput("key", nil)); at(again, "trip.id") != at(first, "trip.id") || at(again, "userErrors.0") != nil {
		t.Errorf("the same key again = %v", again)
	}
	other := a.value(ann, bookTrip, tripInput("key", func(in map[string]any) { in["amount"] = map[string]any{"amount": 1, "currency": "EUR"} }))
	if at(other, "userErrors.0.code") != "IDEMPOTENCY_KEY_REUSED" || at(other, "userErrors.0.field") != "idempotencyKey" {
		t.Errorf("the same key with another trip = %v", other)
	}
	if others := a.value(bob, bookTrip, tripInput("key", nil)); at(others, "trip.id") == at(first, "trip.id") || at(others, "userErrors.0") != nil {
		t.Errorf("somebody else's key = %v", others)
	}
}

func TestBookTripRefuses(t *testing.T) {
	a := newAPI(t)
	for name, c := range map[string]struct {
		change      func(map[string]any)
		code, field string
	}{
		"neither hotel nor car": {func(in map[string]any) { delete(in, "hotel"); delete(in, "carRental") }, "INVALID_INPUT", "hotel.name"},
		"a city without a name": {func(in map[string]any) { in["flight"].(map[string]any)["arriveCity"] = "" }, "INVALID_INPUT", "flight.arriveCity"},
		"arriving before it departs": {func(in map[string]any) { in["flight"].(map[string]any)["arriveTime"] = "2021-07-07T05:00:00.000Z" },
			"INVALID_INPUT", "flight.arriveTime"},
		"a hotel without a name":  {func(in map[string]any) { delete(in["hotel"].(map[string]any), "name") }, "INVALID_INPUT", "hotel.name"},
		"no such apartment":       {func(in map[string]any) { in["apartmentId"] = "apt_none" }, "NOT_FOUND", "apartmentId"},
		"a method that is none":   {func(in map[string]any) { in["paymentMethod"] = "gold" }, "INVALID_INPUT", "paymentMethod"},
		"an amount of nothing":    {func(in map[string]any) { in["amount"] = map[string]any{"amount": 0, "currency": "USD"} }, "INVALID_INPUT", "amount"},
		"a key that is not there": {func(in map[string]any) { in["idempotencyKey"] = "" }, "INVALID_INPUT", "idempotencyKey"},
	} {
		if got := a.value(ann, bookTrip, tripInput("key", c.change)); at(got, "userErrors.0.code") != c.code || at(got, "userErrors.0.field") != c.field || at(got, "trip") != nil {
			t.Errorf("%s = %v, want %s about %s", name, got, c.code, c.field)
		}
	}
	if len(a.tripsStarted.started) != 0 {
		t.Errorf("%d executions were started", len(a.tripsStarted.started))
	}
	failing := tripInput("failing", func(in map[string]any) { in["runType"] = "FAIL_PAYMENT" })
	if got := a.value(ann, bookTrip, failing); at(got, "trip.status") != "BOOKING" {
		t.Errorf("a failure in development = %v", got)
	}
	a.trips.Injection, _ = saga.NewInjection(saga.Production, 0, nil)
	failing = tripInput("failing in production", func(in map[string]any) { in["runType"] = "FAIL_PAYMENT" })
	if got := a.value(ann, bookTrip, failing); at(got, "userErrors.0.code") != "INVALID_INPUT" || at(got, "userErrors.0.field") != "runType" {
		t.Errorf("a failure in production = %v", got)
	}
}

func TestResumeTrip(t *testing.T) {
	a := newAPI(t)
	id := at(a.value(ann, bookTrip, tripInput("key", nil)), "trip.id").(string)
	const resume = `mutation($in: ResumeTripInput!) { resumeTrip(input: $in) { trip { status notUndone { step reason } timeline { kind by } } userErrors { code field } } }`
	in := map[string]any{"in": map[string]any{"tripId": id}}
	if got := a.value(mary, resume, in); at(got, "userErrors.0.code") != "NOTHING_TO_RESUME" {
		t.Errorf("a trip that is being booked = %v", got)
	}
	steps := step.New(step.Services{Trips: a.trips})
	if _, err := steps["TripReserveFlight"](t.Context(), []byte(`{"tripId":"`+id+`"}`)); err != nil {
		t.Fatal(err)
	}
	if _, err := steps["TripRecordOutcome"](t.Context(), []byte(`{"tripId":"`+id+`","failure":{"Error":"PaymentDeclined","Cause":"no"}}`)); err != nil {
		t.Fatal(err)
	}
	shown := a.value(ann, `query($id: ID!) { trip(id: $id) { ...all } }`+allOfATrip, map[string]any{"id": id})
	if at(shown, "status") != "NEEDS_ATTENTION" || at(shown, "notUndone.0.step") != "ReserveFlight" || at(shown, "failure.error") != "PaymentDeclined" {
		t.Errorf("the trip = %v", shown)
	}
	if got := a.value(otto, resume, in); at(got, "trip.status") != "COMPENSATING" || len(a.tripsStarted.started) != 2 || a.tripsStarted.started[1].Name != id+"-repair-1" {
		t.Errorf("resumeTrip = %v, started %v", got, a.tripsStarted.started)
	}
	if got := a.value(otto, resume, in); at(got, "userErrors.0") != nil || len(a.tripsStarted.started) != 2 {
		t.Errorf("resumed again = %v, started %d", got, len(a.tripsStarted.started))
	}
}
