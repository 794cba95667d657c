package embedded_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/payment/simulated"
)

// The races at the deadline: what a tenant, another tenant and the execution do around
// it, in every order, on a clock that the test moves, with the real store and the
// simulated gateway. The execution is played by execute.

var (
	alice = booking.Principal{ID: "alice", Role: booking.Tenant}
	bob   = booking.Principal{ID: "bob", Role: booking.Tenant}
)

const raceWindow = time.Minute

// race is one reservation with a service, a clock and a gateway of its own; races share
// a store, so that many run at once.
type race struct {
	t        *testing.T
	name     string
	store    booking.Store
	service  *booking.Service
	ledger   *simulated.Memory
	started  time.Time
	offset   atomic.Int64 // of the clock from started
	held     booking.Reservation
	deadline time.Time // as the tenant was told last

	inGateway func() // called once, when the gateway is about to authorize
	lose      int    // so many answers about the authorization are lost
	slow      func() // called once, when a slow authorization has taken place and is not answered yet
	told      []string
	payErr    error
	paid      bool // pay was answered with success
	cancelled bool
	taken     booking.Reservation // bob's, if he got the apartment
}

func newRace(t *testing.T, store booking.Store, name string) *race {
	r := &race{t: t, name: name, store: store, ledger: simulated.NewMemory(), started: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	gateway := simulated.New(r.ledger, simulated.Options{Now: r.now, SlowFor: time.Microsecond, Wait: r.answerSlowly, Fault: func(c simulated.Call) simulated.Fault {
		if fault, losing := r.losing(c); losing {
			return fault
		}
		if hook := r.inGateway; c.Operation == simulated.Authorize && hook != nil {
			r.inGateway = nil
			hook()
		}
		return simulated.NoFault
	}})
	r.service = booking.NewService(store, gateway, deaf{}, r.now, newTestID, booking.Config{PaymentWindow: raceWindow, MaxExtensions: 2, MaxWindows: 3}, slog.New(slog.DiscardHandler))
	return r
}

func (r *race) now() time.Time { return r.started.Add(time.Duration(r.offset.Load())) }

func (r *race) set(at time.Time) { r.offset.Store(int64(at.Sub(r.started))) }

// answerSlowly is between a slow authorization and its answer.
func (r *race) answerSlowly(context.Context, time.Duration) error {
	r.slow()
	return nil
}

// losing loses the answer to an authorization, and to what is then looked up.
func (r *race) losing(c simulated.Call) (simulated.Fault, bool) {
	if r.lose == 0 || c.Operation != simulated.Authorize && c.Operation != simulated.Lookup {
		return simulated.NoFault, false
	}
	r.lose--
	return simulated.TimeoutAfter, true
}

func (r *race) fatal(format string, args ...any) {
	r.t.Helper()
	r.t.Fatalf("%s: %s\ntold: %s", r.name, fmt.Sprintf(format, args...), strings.Join(r.told, "; "))
}

// hold makes an apartment and alice's hold on it.
func (r *race) hold(ctx context.Context) {
	a, err := r.service.CreateApartment(ctx, booking.Principal{ID: "m", Role: booking.Manager}, booking.Listing{Title: "x", Price: booking.Money{Amount: 500, Currency: "USD"}, RentPeriod: booking.Monthly}, newTestID("key"))
	if err == nil {
		r.held, err = r.service.ReserveApartment(ctx, alice, a.ID, newTestID("key"))
	}
	if err == nil {
		_, err = r.service.RequestPayment(ctx, r.input(r.held))
	}
	if err != nil {
		r.fatal("%v", err)
	}
	r.deadline = r.held.HoldExpiresAt
}

func (r *race) input(of booking.Reservation) booking.ExecutionInput {
	return booking.ExecutionInput{ReservationID: of.ID, ApartmentID: of.ApartmentID, TenantID: of.TenantID, Epoch: of.Epoch}
}

// say notes what somebody was told.
func (r *race) say(who string, err error) {
	r.told = append(r.told, fmt.Sprintf("%s at %s: %v", who, r.now().Sub(r.held.HoldExpiresAt), err))
	if err != nil && booking.CodeOf(err) == "" && !errors.Is(err, booking.ErrHoldStillLive) {
		r.fatal("%s failed with %v", who, err)
	}
}

func (r *race) pay(ctx context.Context) {
	_, err := r.service.PayReservation(ctx, alice, r.held.ID, "pm_ok", r.held.ID)
	r.say("pay", err)
	r.payErr, r.paid = err, err == nil
}

func (r *race) cancel(ctx context.Context) {
	_, err := r.service.CancelReservation(ctx, alice, r.held.ID)
	r.say("cancel", err)
	r.cancelled = r.cancelled || err == nil
}

func (r *race) extend(ctx context.Context) {
	now := r.now()
	extended, err := r.service.ExtendHold(ctx, alice, r.held.ID, r.held.ID)
	r.say("extend", err)
	if err != nil {
		return
	}
	if !now.Before(r.deadline) {
		r.fatal("extended at %s, after the deadline %s", now, r.deadline)
	}
	r.deadline = extended.HoldExpiresAt
}

// expire is the execution that finds the window closed and nothing paid.
func (r *race) expire(ctx context.Context) {
	now := r.now()
	reading, err := r.service.ReleaseHold(ctx, booking.Release{ExecutionInput: r.input(r.held)})
	r.say("expire", err)
	if err == nil && reading.Status == booking.Expired && now.Before(r.deadline) && r.taken.ID == "" {
		r.fatal("expired at %s, before the deadline %s", now, r.deadline)
	}
}

// takeOver is bob, who wants the apartment.
func (r *race) takeOver(ctx context.Context) {
	if r.taken.ID != "" {
		return
	}
	before, err := r.store.Reservation(ctx, r.held.ID)
	if err != nil {
		r.fatal("%v", err)
	}
	now := r.now()
	taken, err := r.service.ReserveApartment(ctx, bob, r.held.ApartmentID, newTestID("key"))
	r.say("take over", err)
	if err == nil {
		r.taken = taken
		if before.Status == booking.Held && now.Before(r.deadline) {
			r.fatal("taken over at %s, before the deadline %s", now, r.deadline)
		}
	}
}

// settle plays the execution to its end, long after every deadline.
func (r *race) settle(ctx context.Context) {
	r.set(r.held.HoldExpiresAt.Add(3 * raceWindow))
	for _, of := range []booking.Reservation{r.held, r.taken} {
		if of.ID == "" {
			continue
		}
		if err := execute(ctx, r.service, r.input(of)); err != nil {
			r.fatal("the execution of %s: %v", of.ID, err)
		}
	}
}

// execute plays statemachine/reservation.asl.json from ReadReservation on, for when
// nothing is left to wait for.
func execute(ctx context.Context, s *booking.Service, in booking.ExecutionInput) error {
	for range 10 {
		reading, err := s.ReadReservation(ctx, in)
		if err != nil {
			return err
		}
		switch {
		case reading.Status == booking.ReservationPaid:
			return nil
		case reading.Status == booking.Confirming, reading.Status == booking.Held && reading.PaymentStatus == booking.Authorized:
			if _, err := s.CapturePayment(ctx, in); err != nil {
				return err
			}
			_, err := s.MarkApartmentPaid(ctx, in)
			return err
		}
		if _, err = s.ReleaseHold(ctx, booking.Release{ExecutionInput: in}); errors.Is(err, booking.ErrHoldStillLive) {
			continue
		}
		if err != nil {
			return err
		}
		if _, err = s.ReturnedMoney(ctx, in); errors.Is(err, booking.ErrHoldStillLive) {
			continue
		}
		return err
	}
	return errors.New("it decides again and again")
}

// check holds what has become of it to the invariants and to what was told, and answers
// what that is.
func (r *race) check(ctx context.Context) booking.ReservationStatus {
	r.t.Helper()
	got, err := r.store.Reservation(ctx, r.held.ID)
	if err != nil {
		r.fatal("%v", err)
	}
	apartment, err := r.store.Apartment(ctx, r.held.ApartmentID)
	if err != nil {
		r.fatal("%v", err)
	}
	entries, err := r.ledger.EntriesAfter(ctx, 0, 1000)
	if err != nil {
		r.fatal("%v", err)
	}
	var kept int64
	for _, sum := range simulated.Sum(entries) {
		if sum.Captures > 1 {
			r.fatal("captured %d times", sum.Captures)
		}
		if sum.ReservationID == got.ID {
			kept += sum.Kept()
		} else if sum.Kept() != 0 {
			r.fatal("money of bob's, who never paid: %+v", sum)
		}
	}
	want := int64(0)
	if got.Status == booking.ReservationPaid {
		want = got.Price.Amount
		if at := got.Payment.AuthorizedAt; !at.Before(r.deadline) {
			r.fatal("PAID by what was authorized at %s, the deadline was %s", at, r.deadline)
		}
		if apartment.Status != booking.ApartmentPaid || apartment.ReservationID != got.ID || r.taken.ID != "" {
			r.fatal("PAID, but the apartment is %s with %s", apartment.Status, apartment.ReservationID)
		}
	} else if apartment.Status != booking.Vacant {
		r.fatal("%s, but the apartment is %s", got.Status, apartment.Status)
	}
	switch {
	case got.Status.Live():
		r.fatal("still %s", got.Status)
	case kept != want:
		r.fatal("%s, captured − refunded is %d, want %d", got.Status, kept, want)
	case r.paid && !r.cancelled && got.Status != booking.ReservationPaid:
		r.fatal("paid for, but %s", got.Status)
	case r.cancelled && got.Status != booking.Cancelled:
		r.fatal("cancelled, but %s", got.Status)
	case booking.CodeOf(r.payErr) == booking.HoldExpired && got.Status == booking.ReservationPaid:
		r.fatal("told HOLD_EXPIRED, but PAID")
	case !r.paid && got.Status == booking.ReservationPaid && r.payErr != nil && booking.CodeOf(r.payErr) != booking.PaymentPending:
		r.fatal("PAID, though told %v", r.payErr)
	case got.Status == booking.ReservationFailed:
		r.fatal("FAILED, though nothing did")
	}
	return got.Status
}

// deaf is a workflow runner whose executions the test plays.
type deaf struct{}

func (deaf) Start(context.Context, booking.WorkflowStart) error        { return nil }
func (deaf) Wake(context.Context, string, json.RawMessage) error       { return nil }
func (deaf) Running(context.Context, string) (running bool, err error) { return true, nil }

var testIDs atomic.Int64

// newTestID makes ids that grow.
func newTestID(kind string) string { return fmt.Sprintf("%s_%012d", kind, testIDs.Add(1)) }
