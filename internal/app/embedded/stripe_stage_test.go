package embedded_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/asl"
	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/notification"
	"github.com/vacancy/vacancy/internal/payment/stripe"
	"github.com/vacancy/vacancy/internal/payment/stripe/stripetest"
	"github.com/vacancy/vacancy/internal/step"
	"github.com/vacancy/vacancy/internal/store/sqlite"
	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/integration"
	"github.com/vacancy/vacancy/internal/workflow/trial"
	"github.com/vacancy/vacancy/statemachine"
)

// stage is one reservation that is paid for through Stripe, from the hold to long after its
// end: the real store, service, steps and definition, a Stripe that keeps state, and one
// clock that the stage moves. Executions run in its virtual time, one after the other.
type stage struct {
	t       *testing.T
	name    string
	store   *sqlite.Store
	server  *stripetest.Server
	gateway *stripe.Gateway
	service *booking.Service
	outbox  *notification.Memory
	tasks   trial.Task
	rand    *rand.Rand

	at      time.Time     // the time while no execution runs
	skew    time.Duration // what slow calls have taken beyond it
	x       *trial.Execution
	running string // the name of the execution that runs
	ran     map[string]bool
	queue   []booking.WorkflowStart
	pending []appointment

	mayLoseEvents bool // also one about the money being there
	delivered     int  // events that a delivery has been arranged for
	apartment     booking.Apartment
	held          booking.Reservation
	told          []string
}

type appointment struct {
	at time.Time
	do func()
}

const stageWindow = time.Minute

func newStage(t *testing.T, store *sqlite.Store, name string, policy booking.LateMoney, seed uint64) *stage {
	t.Helper()
	s := &stage{t: t, name: name, store: store, outbox: notification.NewMemory(), rand: rand.New(rand.NewPCG(seed, 7)), ran: map[string]bool{},
		at: time.Date(2026, 3, 1, 12, 0, 0, 987_000_000, time.UTC)}
	s.server = stripetest.New(s.now).Named(strings.ReplaceAll(newTestID("a"), "_", ""))
	gateway, err := stripe.New(stripe.Config{SecretKey: stripetest.SecretKey, PublishableKey: stripetest.PublishableKey, Transport: s.server.Transport()}, s.now)
	if err != nil {
		t.Fatal(err)
	}
	s.gateway = gateway
	silent := slog.New(slog.DiscardHandler)
	s.service = booking.NewService(store, gateway, s, s.now, newTestID,
		booking.Config{PaymentWindow: stageWindow, MaxExtensions: 2, MaxWindows: 3, LateMoney: policy}, silent)
	s.tasks = trial.Steps(integration.New(step.New(step.Services{Reservations: s.service}),
		map[string]workflow.Handler{"arn:aws:states:::sns:publish": notification.Publisher(s.outbox, s.now)}, silent))
	return s
}

func (s *stage) fatal(format string, args ...any) {
	s.t.Helper()
	calls := s.server.Calls()
	s.t.Fatalf("%s: %s\ntold: %s\nStripe: %+v\ncalls: %v", s.name, fmt.Sprintf(format, args...), strings.Join(s.told, "; "), s.server.Totals(), calls)
}

func (s *stage) now() time.Time {
	if s.x != nil {
		return s.x.Now().Add(s.skew)
	}
	return s.at.Add(s.skew)
}

// hold places alice's hold on an apartment of its own.
func (s *stage) hold(ctx context.Context) {
	s.t.Helper()
	var err error
	s.apartment, err = s.service.CreateApartment(ctx, booking.Principal{ID: "m", Role: booking.Manager},
		booking.Listing{Title: "x", Price: booking.Money{Amount: 79_000, Currency: "USD"}, RentPeriod: booking.Monthly}, newTestID("key"))
	if err == nil {
		s.held, err = s.service.ReserveApartment(ctx, alice, s.apartment.ID, newTestID("key"))
	}
	if err != nil {
		s.fatal("%v", err)
	}
}

func (s *stage) input() booking.ExecutionInput {
	return booking.ExecutionInput{ReservationID: s.held.ID, ApartmentID: s.held.ApartmentID, TenantID: s.held.TenantID, Epoch: s.held.Epoch}
}

// Start, Wake and Running make the stage a booking.Workflow.

func (s *stage) Start(_ context.Context, start booking.WorkflowStart) error {
	if !s.ran[start.Name] {
		s.ran[start.Name] = true
		s.queue = append(s.queue, start)
	}
	return nil
}

func (s *stage) Wake(ctx context.Context, token string, output json.RawMessage) error {
	if output == nil {
		output = json.RawMessage("{}")
	}
	if s.x == nil || s.x.SendTaskSuccess(ctx, token, output) != nil {
		return booking.ErrNobodyWaits
	}
	return nil
}

func (s *stage) Running(_ context.Context, name string) (bool, error) {
	return s.running == name || slices.ContainsFunc(s.queue, func(w booking.WorkflowStart) bool { return w.Name == name }), nil
}

// RunningExecutions and Stop make it a booking.Supervised.

func (s *stage) RunningExecutions(context.Context, string) (names []string, next string, err error) {
	if s.running != "" {
		names = append(names, s.running)
	}
	for _, w := range s.queue {
		names = append(names, w.Name)
	}
	return names, "", nil
}

func (s *stage) Stop(_ context.Context, name, _ string) error {
	if s.running == name {
		s.running = ""
	}
	s.queue = slices.DeleteFunc(s.queue, func(w booking.WorkflowStart) bool { return w.Name == name })
	return nil
}

// after has something done after a while, in an execution or out of it.
func (s *stage) after(d time.Duration, do func()) {
	s.pending = append(s.pending, appointment{s.now().Add(d), do})
	slices.SortStableFunc(s.pending, func(a, b appointment) int { return a.at.Compare(b.at) })
	if s.x != nil {
		s.x.After(d, s.keepAppointments)
	}
}

func (s *stage) keepAppointments() {
	for len(s.pending) > 0 && !s.pending[0].at.After(s.now()) {
		do := s.pending[0].do
		s.pending = s.pending[1:]
		do()
	}
}

var reservationDefinition = func() *asl.Machine {
	machine, err := trial.Parse(statemachine.Definitions()["reservation"])
	if err != nil {
		panic(err)
	}
	return machine
}()

// perform runs the executions that were started, each to its end.
func (s *stage) perform(ctx context.Context) {
	s.t.Helper()
	for len(s.queue) > 0 {
		start := s.queue[0]
		s.queue = s.queue[1:]
		s.at, s.skew, s.running = s.now(), 0, start.Name
		result, err := trial.Run(ctx, trial.Config{
			ID: workflow.ExecutionID{Machine: "reservation", Name: start.Name}, Definition: reservationDefinition, Input: start.Input, Now: s.at, Rand: s.rand.Uint64,
			Run: func(ctx context.Context, x *trial.Execution, c asl.Command) (json.RawMessage, error) {
				if s.x == nil {
					s.x = x
					for _, a := range s.pending {
						x.After(max(0, a.at.Sub(x.Now())), s.keepAppointments)
					}
				}
				s.keepAppointments()
				out, err := s.tasks(ctx, x, c)
				s.deliver(ctx)
				return out, err
			},
		})
		s.at = s.now()
		s.x, s.skew, s.running = nil, 0, ""
		if err != nil || result.Status != workflow.Succeeded {
			s.fatal("execution %s: %s %s %s, %v", start.Name, result.Status, result.Error, result.Cause, err)
		}
	}
}

// deliver arranges for what has happened at Stripe to be told: soon or late, once or twice,
// in whichever order, and sometimes not at all. What is answered with an error is delivered
// again, as Stripe does.
func (s *stage) deliver(ctx context.Context) {
	events := s.server.Events()
	for ; s.delivered < len(events); s.delivered++ {
		event := events[s.delivered]
		times := 1
		switch n := s.rand.IntN(10); {
		case n < 2 && s.mayLoseEvents:
			times = 0
		case n < 4:
			times = 2
		}
		for range times {
			s.after(time.Duration(s.rand.IntN(4000))*time.Millisecond, func() { s.deliverOne(ctx, event, 0) })
		}
	}
}

func (s *stage) deliverOne(ctx context.Context, event stripetest.Event, attempt int) {
	err := s.service.GatewayEvent(ctx, event.ID, event.Ref)
	s.deliver(ctx)
	if err == nil {
		return
	}
	if booking.CodeOf(err) != "" {
		s.fatal("event %s %s is refused: %v", event.ID, event.Type, err)
	}
	if attempt < 10 {
		s.after(30*time.Second, func() { s.deliverOne(ctx, event, attempt+1) })
	}
}

// payInApp is the payer's app: it asks for a client secret until it gets one, and confirms.
func (s *stage) payInApp(ctx context.Context, methods ...string) {
	r, err := s.service.PayReservation(ctx, alice, s.held.ID, "", "pay in the app for "+s.held.ID)
	s.say("pay in the app", err)
	s.deliver(ctx)
	c := booking.Confirmation{}
	if err == nil {
		c, err = s.service.Confirmation(ctx, alice, r)
	}
	if c.ClientSecret != "" {
		for _, method := range methods {
			s.say("confirm "+method, s.server.Pay(c.ClientSecret, method))
		}
		s.deliver(ctx)
		return
	}
	if err != nil && (booking.CodeOf(err) == "" || booking.CodeOf(err) == booking.PaymentPending) {
		s.after(time.Second, func() { s.payInApp(ctx, methods...) })
	}
}

// payByServer pays with a PaymentMethod, and asks again under the same key while it is pending.
func (s *stage) payByServer(ctx context.Context, method string) {
	_, err := s.service.PayReservation(ctx, alice, s.held.ID, method, "pay with "+method+" for "+s.held.ID)
	s.say("pay with "+method, err)
	s.deliver(ctx)
	if booking.CodeOf(err) == booking.PaymentPending {
		s.after(time.Second, func() { s.payByServer(ctx, method) })
	}
}

func (s *stage) say(what string, err error) {
	s.told = append(s.told, fmt.Sprintf("%s at %s: %v", what, s.now().Sub(s.held.HoldExpiresAt), err))
}

// settle goes on, sweeping each minute, until nothing is left to do.
func (s *stage) settle(ctx context.Context) booking.Reservation {
	s.t.Helper()
	for range 600 {
		s.perform(ctx)
		if len(s.pending) > 0 {
			s.at = s.now().Add(max(0, s.pending[0].at.Sub(s.now())))
			s.skew = 0
			s.keepAppointments()
			continue
		}
		if _, err := s.service.Sweep(ctx); err != nil {
			s.fatal("sweep: %v", err)
		}
		s.deliver(ctx)
		r, err := s.store.Reservation(ctx, s.held.ID)
		if err != nil {
			s.fatal("%v", err)
		}
		if len(s.queue)+len(s.pending) == 0 && !r.Status.Live() && (r.Payment == nil || r.Status == booking.ReservationPaid ||
			slices.Contains([]booking.PaymentStatus{booking.Refunded, booking.Voided, booking.Declined}, r.Payment.Status)) {
			return r
		}
		s.at = s.at.Add(time.Minute)
	}
	s.fatal("it does not come to an end: %+v", s.held)
	return booking.Reservation{}
}

// check holds what has become of it to invariant 2, and to what an apartment is then.
func (s *stage) check(ctx context.Context, r booking.Reservation) {
	s.t.Helper()
	var kept int64
	captures := 0
	for _, t := range s.server.Totals() {
		if t.ReservationID != r.ID {
			s.fatal("a payment of somebody else's: %+v", t)
		}
		if t.Status == "requires_capture" {
			s.fatal("%s, and money is still held: %+v", r.Status, t)
		}
		kept += t.Captured - t.Refunded
		captures += t.Captures
	}
	want, status := int64(0), booking.Vacant
	if r.Status == booking.ReservationPaid {
		want, status = r.Price.Amount, booking.ApartmentPaid
	}
	a, err := s.store.Apartment(ctx, r.ApartmentID)
	if err != nil {
		s.fatal("%v", err)
	}
	if kept != want || captures > 1 || a.Status != status {
		s.fatal("%s with payment %s: captured − refunded is %d, want %d; captured %d times; the apartment is %s", r.Status, cmp.Or(r.Payment, &booking.Payment{}).Status, kept, want, captures, a.Status)
	}
}
