package trip_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/notification"
	"github.com/vacancy/vacancy/internal/saga"
	"github.com/vacancy/vacancy/internal/saga/trip"
	"github.com/vacancy/vacancy/internal/workflow"
)

// mode is what goes wrong with an attempt.
type mode string

const (
	before mode = "before its effect"
	after  mode = "after its effect"
)

var modes = []mode{before, after}

// fail fails an attempt with a lasting error.
func (m mode) fail(next func() (json.RawMessage, error)) (json.RawMessage, error) {
	if m == after {
		if _, err := next(); err != nil {
			return nil, err
		}
	}
	return nil, workflow.Error{Name: "Broken", Cause: errBroken.Error()}
}

// always is a compensation that fails more often than it is tried.
const always = 99

// TestEveryFailure enumerates: every step of every kind of trip failing, before or after
// its effect × each of its compensations failing 0, 1, 2, 3 and all times, before or after
// theirs × every task crashing and run again. The trip is whole or empty, or NEEDS_ATTENTION
// with exactly what is left; the ledger is right; the compensations run in reverse order from
// where it stood; and nobody is left untold.
func TestEveryFailure(t *testing.T) {
	w := newWorld(t)
	runs := 0
	for _, k := range kinds {
		for _, failing := range k.steps() {
			for _, how := range modes {
				for _, compensation := range []string{"RefundPayment", "CancelCarRental", "CancelFlight", "CancelHotel"} {
					if !slices.Contains(k.path(failing), compensation) {
						continue
					}
					for _, times := range []int{0, 1, 2, 3, always} {
						for _, undoing := range modes {
							for _, crash := range []bool{false, true} {
								if testing.Short() && (crash || times == 1 || times == 2) {
									continue
								}
								runs++
								w.failure(k, failing, how, map[string]int{compensation: times}, undoing, crash)
							}
						}
					}
				}
			}
		}
	}
	t.Logf("%d runs", runs)
}

// TestEveryCombinationOfCompensations: each compensation failing 0, 3 or all times, in all
// combinations.
func TestEveryCombinationOfCompensations(t *testing.T) {
	w := newWorld(t)
	k := kinds[1]
	choices := []int{0, 3, always}
	for _, failing := range []string{"TakePayment", "ConfirmCarRental"} {
		for n := range 81 {
			times := map[string]int{"RefundPayment": choices[n%3], "CancelCarRental": choices[n/3%3], "CancelFlight": choices[n/9%3], "CancelHotel": choices[n/27]}
			w.failure(k, failing, before, times, before, false)
		}
	}
}

// failure runs one trip of the enumeration and checks what is left of it.
func (w *world) failure(k kind, failing string, how mode, times map[string]int, undoing mode, crash bool) {
	w.t.Helper()
	name := fmt.Sprintf("%s, %s fails %s, %v fail %s, crash %t", k.name, failing, how, times, undoing, crash)
	booked, start := w.book(k, nil)
	result, order := w.run(start, func(state string, attempt int, next func() (json.RawMessage, error)) (json.RawMessage, error) {
		if crash { // after its effect, and run again
			if _, err := next(); err != nil && state == failing {
				return nil, err
			}
		}
		switch {
		case state == failing:
			return how.fail(next)
		case attempt < times[state]:
			return undoing.fail(next)
		}
		return next()
	})
	last := failing == "ConfirmCarRental" || failing == "ConfirmFlight" && !k.car
	if last && (how == after || crash) { // everything is confirmed
		if t := w.check(name, booked.ID); t.Status != trip.Booked || result.Status != workflow.Succeeded || w.told(booked.ID)[notification.TripBooked] != 1 {
			w.t.Errorf("%s: %s, the execution %s", name, t.Status, result.Status)
		}
		return
	}
	var gaveUp []string
	for compensation, n := range times {
		step := map[string]string{"RefundPayment": "TakePayment", "CancelCarRental": "ReserveCarRental", "CancelFlight": "ReserveFlight", "CancelHotel": "ReserveHotel"}[compensation]
		if n == always && undoing == before && !crash {
			gaveUp = append(gaveUp, step)
		}
	}
	want := append(k.path(failing), "NotifyTripFailed")
	if len(gaveUp) > 0 {
		want = slices.Insert(want, len(want)-1, "NotifyNeedsAttention")
	}
	if !slices.Equal(order, want) {
		w.t.Errorf("%s: the order is\n%v, want\n%v", name, order, want)
	}
	t := w.check(name, booked.ID, gaveUp...)
	if result.Status != workflow.Failed || t.Failure.Error != "Broken" || t.EndedAt.IsZero() {
		w.t.Errorf("%s: the execution %s, the failure %+v", name, result.Status, t.Failure)
	}
	told := w.told(booked.ID)
	if told[notification.TripFailed] != 1 || told[notification.NeedsAttention] != len(gaveUp[:min(1, len(gaveUp))]) || told[notification.TripBooked] != 0 {
		w.t.Errorf("%s: told %v", name, told)
	}
	if len(gaveUp) > 0 {
		w.resume(name, booked.ID)
	}
}

// resume runs the compensations of a trip again that needs attention; then nothing is left.
func (w *world) resume(name, id string) {
	w.t.Helper()
	w.started = nil
	if _, err := w.service.Resume(context.Background(), mary, id); err != nil || len(w.started) != 1 {
		w.t.Fatalf("%s: Resume = %v, %d started", name, err, len(w.started))
	}
	w.run(w.started[0], nil)
	if t := w.check(name+", resumed", id); t.Status != trip.Failed {
		w.t.Errorf("%s: resumed it is %s", name, t.Status)
	}
}

// TestEverySuccess: every kind of trip, each task run twice, comes to the same end.
func TestEverySuccess(t *testing.T) {
	w := newWorld(t)
	for _, k := range kinds {
		for _, twice := range []bool{false, true} {
			booked, start := w.book(k, nil)
			result, order := w.run(start, func(_ string, _ int, next func() (json.RawMessage, error)) (json.RawMessage, error) {
				if twice {
					if _, err := next(); err != nil {
						return nil, err
					}
				}
				return next()
			})
			if got := w.check(k.name, booked.ID); got.Status != trip.Booked || result.Status != workflow.Succeeded || !slices.Equal(order, k.path("")) {
				t.Errorf("%s: %s by %v", k.name, got.Status, order)
			}
			if told := w.told(booked.ID); told[notification.TripBooked] != 1 || len(told) != 1 {
				t.Errorf("%s: told %v", k.name, told)
			}
		}
	}
}

// TestEveryRunType: the failures that tenants may ask for.
func TestEveryRunType(t *testing.T) {
	w := newWorld(t)
	fails := map[trip.RunType]string{trip.FailHotelReservation: "ReserveHotel", trip.FailFlightsReservation: "ReserveFlight",
		trip.FailCarRentalReservation: "ReserveCarRental", trip.FailPayment: "TakePayment", trip.FailHotelConfirmation: "ConfirmHotel",
		trip.FailFlightsConfirmation: "ConfirmFlight", trip.FailCarRentalConfirm: "ConfirmCarRental"}
	for _, r := range trip.RunTypes()[1:] {
		booked, start := w.book(kinds[0], func(request *trip.Request) { request.Failing = r })
		_, order := w.run(start, nil)
		if got := w.check(string(r), booked.ID); got.Status != trip.Failed || got.Failure.Error != "InjectedFailure" || !slices.Equal(order, append(kinds[0].path(fails[r]), "NotifyTripFailed")) {
			t.Errorf("%s: %s (%+v) by %v", r, got.Status, got.Failure, order)
		}
	}
}

// TestCompensationsAreSafe: each compensation when its step never happened, happened once,
// and happens late.
func TestCompensationsAreSafe(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	type forward = func(context.Context, trip.Progress) (trip.Progress, error)
	type backward = func(context.Context, trip.Undo) (trip.Progress, error)
	s := w.service
	pairs := []struct {
		name string
		do   forward
		undo backward
	}{{"hotel", s.ReserveHotel, s.CancelHotel}, {"flight", s.ReserveFlight, s.CancelFlight}, {"car rental", s.ReserveCarRental, s.CancelCarRental}, {"payment", s.TakePayment, s.RefundPayment}}
	for _, k := range kinds[:2] {
		for i, pair := range pairs {
			for _, when := range []string{"never", "once", "late", "late and once more"} {
				name := fmt.Sprintf("%s of %s, %s", pair.name, k.name, when)
				booked, _ := w.book(k, nil)
				p := trip.Progress{TripID: booked.ID}
				for _, earlier := range pairs[:i] {
					if _, err := earlier.do(ctx, p); err != nil {
						t.Fatalf("%s: %v", name, err)
					}
				}
				if when == "once" {
					if _, err := pair.do(ctx, p); err != nil {
						t.Fatalf("%s: %v", name, err)
					}
				}
				for range 2 {
					if _, err := pair.undo(ctx, trip.Undo{Progress: p}); err != nil {
						t.Errorf("%s: undoing = %v", name, err)
					}
				}
				if when == "late" || when == "late and once more" {
					for range len(when) - len("late") + 1 {
						if _, err := pair.do(ctx, p); !errors.Is(err, saga.ErrStepUndone) {
							t.Errorf("%s: the late step = %v", name, err)
						}
					}
				}
				for j := i - 1; j >= 0; j-- {
					if _, err := pairs[j].undo(ctx, trip.Undo{Progress: p}); err != nil {
						t.Errorf("%s: undoing %s = %v", name, pairs[j].name, err)
					}
				}
				if _, err := s.RecordOutcome(ctx, trip.Ending{Progress: p}); err != nil {
					t.Errorf("%s: %v", name, err)
				}
				w.check(name, booked.ID)
			}
		}
	}
}

// TestAHoldThatIsPlacedTooLate: the step had looked at the trip before it was undone.
func TestAHoldThatIsPlacedTooLate(t *testing.T) {
	w := newWorld(t)
	booked, _ := w.book(kinds[1], nil)
	p := trip.Progress{TripID: booked.ID}
	late := *w.service
	late.Store = between{w.service.Store, func() {
		if _, err := w.service.CancelHotel(context.Background(), trip.Undo{Progress: p}); err != nil {
			t.Error(err)
		}
	}}
	if _, err := late.ReserveHotel(context.Background(), p); !errors.Is(err, saga.ErrStepUndone) {
		t.Errorf("the late step = %v", err)
	}
	if _, err := w.service.RecordOutcome(context.Background(), trip.Ending{Progress: p}); err != nil {
		t.Error(err)
	}
	w.check("a hold that is placed too late", booked.ID)
}

// between is a store at which something happens after a trip was read.
type between struct {
	trip.Store
	happens func()
}

func (b between) Trip(ctx context.Context, id string) (trip.Trip, error) {
	t, err := b.Store.Trip(ctx, id)
	b.happens()
	return t, err
}

// TestNothingIsConfirmedBeforeItIsPaid.
func TestNothingIsConfirmedBeforeItIsPaid(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	booked, _ := w.book(kinds[1], nil)
	p := trip.Progress{TripID: booked.ID}
	s := w.service
	for _, do := range []func(context.Context, trip.Progress) (trip.Progress, error){s.ReserveHotel, s.ReserveFlight, s.ReserveCarRental} {
		if _, err := do(ctx, p); err != nil {
			t.Fatal(err)
		}
	}
	for i, do := range []func(context.Context, trip.Progress) (trip.Progress, error){s.ConfirmHotel, s.ConfirmFlight, s.ConfirmCarRental} {
		if _, err := do(ctx, p); booking.CodeOf(err) != booking.InvalidInput {
			t.Errorf("confirmation %d before the payment = %v", i, err)
		}
	}
	if a, err := w.store.Apartment(ctx, booked.Lodging.ApartmentID); err != nil || a.Status != booking.Reserved {
		t.Errorf("the apartment is %s, %v", a.Status, err)
	}
}

// TestTheSweeper: it starts what is marked, repairs what no execution speaks for from
// wherever it stands, and leaves alone what runs or has ended.
func TestTheSweeper(t *testing.T) {
	ctx := context.Background()
	for cut := range len(kinds[1].path("ConfirmCarRental")) {
		for _, failing := range []string{"", "ConfirmCarRental"} {
			w := newWorld(t)
			booked, start := w.book(kinds[1], nil)
			w.abandon(start, cut, failing)
			w.now = w.now.Add(sweepLater)
			w.running[booked.ID] = true
			w.started = nil
			if found, err := w.service.Sweep(ctx); err != nil || len(w.started) != 0 || found.Repaired != 0 {
				t.Fatalf("while it runs: %+v, %v, started %v", found, err, w.started)
			}
			w.running[booked.ID] = false
			ended, _ := w.service.Store.Trip(ctx, booked.ID)
			for range 3 { // one repair is enough; the others find it ended or spoken for
				if _, err := w.service.Sweep(ctx); err != nil {
					t.Fatal(err)
				}
			}
			if ended.Status.Ended() {
				if len(w.started) != 0 {
					t.Errorf("cut %d: an ended trip is repaired", cut)
				}
				continue
			}
			if len(w.started) != 1 || w.started[0].Name != booked.ID+"-repair-1" {
				t.Fatalf("cut %d: started %v", cut, w.started)
			}
			w.run(w.started[0], nil)
			w.check(fmt.Sprintf("repaired after %d tasks, failing %q", cut, failing), booked.ID)
		}
	}
}

// TestTheSweeperStartsWhatIsMarked: the answer of the runner was lost.
func TestTheSweeperStartsWhatIsMarked(t *testing.T) {
	w := newWorld(t)
	refuses := *w.service
	refuses.Workflow = down{w}
	r, err := trip.Sample().Request()
	if err != nil {
		t.Fatal(err)
	}
	booked, created, err := refuses.Book(context.Background(), tenant, "t1", r)
	if err != nil || !created || booked.Execution.Started {
		t.Fatalf("Book = %+v, %t, %v", booked.Execution, created, err)
	}
	if found, err := w.service.Sweep(context.Background()); err != nil || found.Started != 1 || len(w.started) != 1 || w.started[0].Name != "t1" {
		t.Errorf("Sweep = %+v, %v, started %v", found, err, w.started)
	}
	if found, err := w.service.Sweep(context.Background()); err != nil || found.Started != 0 {
		t.Errorf("again = %+v, %v", found, err)
	}
}

// down is a runner that cannot be reached.
type down struct{ booking.Workflow }

func (down) Start(context.Context, booking.WorkflowStart) error { return errBroken }
