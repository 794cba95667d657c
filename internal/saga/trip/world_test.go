package trip_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/asl"
	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/notification"
	"github.com/vacancy/vacancy/internal/payment/simulated"
	"github.com/vacancy/vacancy/internal/saga"
	"github.com/vacancy/vacancy/internal/saga/trip"
	"github.com/vacancy/vacancy/internal/step"
	"github.com/vacancy/vacancy/internal/store/sqlite"
	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/integration"
	"github.com/vacancy/vacancy/internal/workflow/trial"
	"github.com/vacancy/vacancy/statemachine"
)

var (
	begin  = time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC)
	tenant = booking.Principal{ID: "ann", Role: booking.Tenant}
	mary   = booking.Principal{ID: "mary", Role: booking.Manager}
)

// world is everything that trips touch, with executions that a test runs by itself.
type world struct {
	t       testing.TB
	store   *sqlite.Store
	gateway *simulated.Gateway
	lodging *booking.Service
	service *trip.Service
	steps   step.Table
	outbox  *notification.Memory
	tasks   trial.Task
	machine *asl.Machine

	now     time.Time
	started []booking.WorkflowStart
	running map[string]bool
	ids     int
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{t: t, outbox: notification.NewMemory(), now: begin, running: map[string]bool{}}
	var err error
	if w.store, err = sqlite.OpenMemory(context.Background(), sqlite.Options{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.store.Close() })
	now := func() time.Time { return w.now }
	w.gateway = simulated.New(simulated.NewMemory(), simulated.Options{Now: now, Wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }})
	silent := slog.New(slog.DiscardHandler)
	newID := func(kind string) string { w.ids++; return fmt.Sprintf("%s_%06d", kind, w.ids) }
	w.lodging = booking.NewService(w.store, w.gateway, w, now, newID, booking.DefaultConfig(), silent)
	injection, err := saga.NewInjection(saga.Development, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	w.service = trip.NewService(trip.Ports{Store: w.store.Trips(), Lodging: w.lodging, Gateway: w.gateway, Workflow: w,
		Injection: injection, Now: now, NewID: newID, Log: silent})
	w.steps = step.New(step.Services{Trips: w.service})
	w.tasks = trial.Steps(integration.New(w.steps, map[string]workflow.Handler{"arn:aws:states:::sns:publish": notification.Publisher(w.outbox, now)}, silent))
	w.machine = definition(t, func(source []byte) []byte { return source })
	return w
}

// definition is trip.asl.json with each placeholder standing for itself.
func definition(t testing.TB, change func([]byte) []byte) *asl.Machine {
	t.Helper()
	machine, err := trial.Parse(change(statemachine.Definitions()["trip"]))
	if err != nil {
		t.Fatal(err)
	}
	return machine
}

// Start notes what is to be started; a test runs it. It is booking.Workflow's, as Wake and
// Running are.
func (w *world) Start(_ context.Context, s booking.WorkflowStart) error {
	w.started = append(w.started, s)
	return nil
}

func (w *world) Wake(context.Context, string, json.RawMessage) error { return booking.ErrNobodyWaits }

func (w *world) Running(_ context.Context, name string) (bool, error) { return w.running[name], nil }

// offer makes an apartment.
func (w *world) offer() string {
	w.t.Helper()
	w.ids++
	a, err := w.lodging.CreateApartment(context.Background(), mary, booking.Listing{Title: "Two rooms", City: "Austin", State: "TX",
		Price: booking.Money{Amount: 79_000, Currency: "USD"}, RentPeriod: booking.Monthly}, fmt.Sprint("offer ", w.ids))
	if err != nil {
		w.t.Fatal(err)
	}
	return a.ID
}

// kind is what is booked: everything, in a hotel or in an apartment of ours, or less.
type kind struct {
	name             string
	hotel, ours, car bool
}

var kinds = []kind{{"hotel and car", true, false, true}, {"our apartment and car", true, true, true}, {"hotel", true, false, false}, {"car", false, false, true}}

// book books a trip and answers it with its one execution, not yet run.
func (w *world) book(k kind, change func(*trip.Request)) (trip.Trip, booking.WorkflowStart) {
	w.t.Helper()
	r, err := trip.Sample().Request()
	if err != nil {
		w.t.Fatal(err)
	}
	if !k.hotel {
		r.Lodging = nil
	}
	if k.ours {
		r.Lodging = &trip.Lodging{ApartmentID: w.offer()}
	}
	if !k.car {
		r.Car = nil
	}
	if change != nil {
		change(&r)
	}
	w.started = nil
	t, _, err := w.service.Book(context.Background(), tenant, "", r)
	if err != nil || len(w.started) != 1 {
		w.t.Fatalf("Book = %v, %d started", err, len(w.started))
	}
	return t, w.started[0]
}

// interference is what a test does to one attempt of a task: it may call next any number
// of times, and answers what the execution is told.
type interference func(state string, attempt int, next func() (json.RawMessage, error)) (json.RawMessage, error)

// run runs an execution to its end, and answers the states whose tasks were run, each once.
func (w *world) run(start booking.WorkflowStart, interfere interference) (trial.Result, []string) {
	w.t.Helper()
	var order []string
	result, err := trial.Run(context.Background(), trial.Config{
		ID: workflow.ExecutionID{Machine: "trip", Name: start.Name}, Definition: w.machine, Input: start.Input, Now: w.now, Rand: func() uint64 { return 1 << 60 },
		Run: func(ctx context.Context, x *trial.Execution, c asl.Command) (json.RawMessage, error) {
			w.now = x.Now()
			if !slices.Contains(order, c.State) {
				order = append(order, c.State)
			}
			next := func() (json.RawMessage, error) { return w.tasks(ctx, x, c) }
			if interfere == nil {
				return next()
			}
			return interfere(c.State, c.Attempt, next)
		},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return result, order
}

// forward are the steps in their order, by what they need; compensations what undoes them.
var compensationOf = map[string]string{"ReserveHotel": "CancelHotel", "ReserveFlight": "CancelFlight", "ReserveCarRental": "CancelCarRental", "TakePayment": "RefundPayment"}

// path is what must run, in this order, when the step fails ("": none does).
func (k kind) path(failing string) []string {
	reserve := []string{}
	confirm := []string{}
	if k.hotel {
		reserve, confirm = append(reserve, "ReserveHotel"), append(confirm, "ConfirmHotel")
	}
	reserve, confirm = append(reserve, "ReserveFlight"), append(confirm, "ConfirmFlight")
	if k.car {
		reserve, confirm = append(reserve, "ReserveCarRental"), append(confirm, "ConfirmCarRental")
	}
	path := []string{"ReadTrip"}
	var undo []string
	for _, state := range append(append(reserve, "TakePayment"), confirm...) {
		path = append(path, state)
		if compensation := compensationOf[state]; compensation != "" {
			undo = append([]string{compensation}, undo...)
		}
		if state == failing {
			return append(append(path, undo...), "RecordOutcome")
		}
	}
	return append(path, "NotifyTripBooked")
}

// steps are the forward steps of the kind.
func (k kind) steps() []string {
	path := k.path("")
	return path[1 : len(path)-1]
}

// check holds a trip that has ended to the rule: whole, or empty, or NEEDS_ATTENTION with
// exactly what the compensations that gave up have left.
func (w *world) check(name string, id string, gaveUp ...string) trip.Trip {
	w.t.Helper()
	t, err := w.store.Trips().Trip(context.Background(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	var listed []string
	for _, left := range t.NotUndone {
		listed = append(listed, left.Step)
		if left.Reason == "" {
			w.t.Errorf("%s: %s is listed without a reason", name, left.Step)
		}
	}
	items := map[string]trip.TransactionStatus{}
	for _, i := range t.Items() {
		items[map[trip.ItemType]string{trip.HotelItem: "ReserveHotel", trip.FlightItem: "ReserveFlight", trip.CarRentalItem: "ReserveCarRental", trip.PaymentItem: "TakePayment"}[i.Type]] = i.TransactionStatus
	}
	var kept, due int64
	totals, err := w.gateway.Totals(context.Background(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, m := range totals {
		kept += m.Kept()
		if m.Captures > 1 || m.Refunds > 1 {
			w.t.Errorf("%s: %d captures, %d refunds", name, m.Captures, m.Refunds)
		}
	}
	apartment := booking.Vacant
	switch t.Status {
	case trip.Booked:
		due = t.Payment.Amount.Amount
		apartment = booking.ApartmentPaid
		wanted := 2
		if t.Lodging != nil {
			wanted++
		}
		if t.Car != nil {
			wanted++
		}
		if len(items) != wanted || slices.ContainsFunc(t.Items(), func(i trip.Item) bool { return i.TransactionStatus != trip.Confirmed }) {
			w.t.Errorf("%s: booked with %v", name, items)
		}
		var lines int64
		for _, line := range t.Payment.Lines {
			lines += line.Amount.Amount
		}
		if lines != due {
			w.t.Errorf("%s: the lines are %v of %s", name, t.Payment.Lines, t.Payment.Amount)
		}
	case trip.Failed:
		if len(items) != 0 || len(listed) != 0 {
			w.t.Errorf("%s: failed with %v, listed %v", name, items, listed)
		}
	case trip.NeedsAttention:
		slices.Sort(gaveUp)
		sorted := slices.Sorted(slices.Values(listed))
		if !slices.Equal(sorted, gaveUp) {
			w.t.Errorf("%s: %v is listed as not undone, want %v", name, sorted, gaveUp)
		}
		for step := range items {
			if !slices.Contains(listed, step) {
				w.t.Errorf("%s: %s stands and is not listed", name, step)
			}
		}
		if slices.Contains(listed, "TakePayment") {
			due = kept
		}
		if slices.Contains(listed, "ReserveHotel") {
			apartment = ""
		}
	default:
		w.t.Errorf("%s: it ended %s", name, t.Status)
	}
	if (t.Status == trip.NeedsAttention) != (len(gaveUp) > 0) {
		w.t.Errorf("%s: %s, although %v gave up", name, t.Status, gaveUp)
	}
	if kept != due {
		w.t.Errorf("%s: %s with %d kept, want %d", name, t.Status, kept, due)
	}
	if t.Lodging != nil && t.Lodging.ApartmentID != "" && apartment != "" {
		a, err := w.store.Apartment(context.Background(), t.Lodging.ApartmentID)
		if err != nil || a.Status != apartment {
			w.t.Errorf("%s: the apartment is %s (%v), want %s", name, a.Status, err, apartment)
		}
	}
	return t
}

// told counts the notifications about a trip, by kind.
func (w *world) told(id string) map[notification.Kind]int {
	w.t.Helper()
	all, err := w.outbox.List(context.Background(), 1<<20)
	if err != nil {
		w.t.Fatal(err)
	}
	kinds := map[notification.Kind]int{}
	for _, n := range all {
		var about struct{ TripID string }
		if json.Unmarshal(n.Message, &about) == nil && about.TripID == id {
			kinds[n.Kind]++
		}
	}
	return kinds
}

var errBroken = errors.New("broken for the test")
