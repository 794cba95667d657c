package embedded_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vacancy/vacancy/internal/app"
	"github.com/vacancy/vacancy/internal/app/embedded"
	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/groupcommit"
	"github.com/vacancy/vacancy/internal/notification"
	"github.com/vacancy/vacancy/internal/workflow"
)

// world is the program, its clients, and what they were told.
type world struct {
	t    *testing.T
	dir  string
	trap *trap
	// config is what the program runs with besides the window and the limits of the tests.
	config app.Config
	app    *embedded.App
	life   context.Context // of the process
	stop   context.CancelFunc
	ran    chan error

	flat  string // the apartment's id
	held  booking.Reservation
	taken booking.Reservation
	told  []string
	pays  int

	imports  []string            // their ids
	notified []notification.Kind // of what became of them
}

const crashWindow = time.Minute

func (w *world) fatal(format string, args ...any) {
	w.t.Helper()
	message := fmt.Sprintf(format, args...)
	if w.app != nil && w.held.ID != "" {
		if r, err := w.app.Store.Reservation(context.Background(), w.held.ID); err == nil {
			message += fmt.Sprintf("\nstored: %+v, payment %+v", r, r.Payment)
		}
		if h, err := w.app.Runner.History(context.Background(), workflow.ExecutionID{Machine: "reservation", Name: w.held.ID}, "", 0); err == nil {
			for _, e := range h.Events {
				message += fmt.Sprintf("\n%s %d %s %.160s", e.Timestamp.Format(time.TimeOnly), e.ID, e.Type, e.Details)
			}
		}
	}
	w.t.Errorf("%s\ntold: %s", message, strings.Join(w.told, "; "))
	w.close()
	w.t.FailNow() // after close: the bubble has to be empty
}

func (w *world) open() {
	w.life, w.stop = context.WithCancel(context.Background())
	w.trap.down = w.stop
	config := w.config
	config.PaymentWindow, config.Limits = crashWindow, app.NoLimits()
	a, err := embedded.Open(w.life, embedded.Config{DataDir: w.dir, Config: config,
		Faults: embedded.Faults{Store: w.trap.commit(storeCommit), Ledger: w.trap.commit(ledgerCommit), Gateway: w.trap.call, MaxGroup: w.trap.kind.maxGroup()}})
	if err != nil {
		w.t.Fatalf("open: %v", err)
	}
	w.app, w.ran = a, make(chan error, 1)
	go func() { w.ran <- a.Run(w.life) }()
}

// arm lets the fault happen from now on, once what the program does when it is opened is over. With one
// write a commit, the n-th is then the same in each run, but where two goroutines write at the same moment.
func (w *world) arm() {
	synctest.Wait()
	w.trap.arm()
}

func (w *world) close() {
	if w.app == nil {
		return
	}
	w.stop()
	<-w.ran
	if err := w.app.Close(); err != nil && !errors.Is(err, groupcommit.ErrCrash) {
		w.t.Errorf("close: %v", err)
	}
	w.app = nil
}

// revive opens the program again if it has crashed.
func (w *world) revive() {
	if !w.trap.isDown() {
		return
	}
	w.told = append(w.told, "crash")
	w.close()
	w.trap.restarted()
	w.open()
}

// do has a client ask until there is an answer: success or a refusal.
func (w *world) do(what string, ask func(context.Context, *booking.Service) (booking.Reservation, error)) (booking.Reservation, error) {
	w.t.Helper()
	for range 20 {
		w.revive()
		r, err := ask(w.life, w.app.Reservations)
		w.told = append(w.told, fmt.Sprintf("%s: %v", what, err))
		if err == nil {
			return r, nil
		}
		if code := booking.CodeOf(err); code != "" && code != booking.PaymentPending {
			return r, err
		}
		w.later(200 * time.Millisecond)
	}
	w.fatal("%s is never answered", what)
	return booking.Reservation{}, nil
}

// later lets time pass.
func (w *world) later(d time.Duration) {
	time.Sleep(d) // of the bubble's clock: at once
	w.revive()
}

func (w *world) apartment() {
	a, err := w.app.Reservations.CreateApartment(context.Background(), booking.Principal{ID: "m", Role: booking.Manager},
		booking.Listing{Title: "x", Price: booking.Money{Amount: 79000, Currency: "USD"}, RentPeriod: booking.Monthly}, "a")
	if err != nil {
		w.t.Fatal(err)
	}
	w.flat = a.ID
}

func (w *world) must(r booking.Reservation, err error) booking.Reservation {
	w.t.Helper()
	if err != nil {
		w.fatal("refused: %v", err)
	}
	return r
}

func (w *world) reserve() {
	w.held = w.must(w.do("reserve", func(ctx context.Context, s *booking.Service) (booking.Reservation, error) {
		return s.ReserveApartment(ctx, alice, w.flat, "r")
	}))
	// Asked once more under the same key, it is the same reservation (invariant 6).
	first := w.held.ID
	again := w.must(w.do("reserve again", func(ctx context.Context, s *booking.Service) (booking.Reservation, error) {
		return s.ReserveApartment(ctx, alice, w.flat, "r")
	}))
	if again.ID != first {
		w.fatal("one key made two reservations: %s and %s", first, again.ID)
	}
}

func (w *world) pay(method string) {
	w.pays++
	key := fmt.Sprintf("p%d", w.pays)
	r, err := w.do("pay with "+method, func(ctx context.Context, s *booking.Service) (booking.Reservation, error) {
		return s.PayReservation(ctx, alice, w.held.ID, method, key)
	})
	if method == "pm_declined" {
		if booking.CodeOf(err) != booking.PaymentDeclined {
			w.fatal("pm_declined is answered with %v", err)
		}
		return
	}
	// A pay whose first answer was lost may find the reservation ended by now.
	if err != nil && booking.CodeOf(err) != booking.ReservationNotHeld {
		w.fatal("pay with %s: %v, %s", method, err, r.Status)
	}
}

func (w *world) cancel() {
	w.must(w.do("cancel", func(ctx context.Context, s *booking.Service) (booking.Reservation, error) {
		return s.CancelReservation(ctx, alice, w.held.ID)
	}))
}

func (w *world) extend() {
	extended := w.must(w.do("extend", func(ctx context.Context, s *booking.Service) (booking.Reservation, error) {
		return s.ExtendHold(ctx, alice, w.held.ID, "e")
	}))
	if extended.Extensions != 1 {
		w.fatal("one order extended it %d times", extended.Extensions)
	}
	w.held = extended
}

// takeOver is bob, who asks for the apartment the moment the hold ends.
func (w *world) takeOver() {
	time.Sleep(time.Until(w.held.HoldExpiresAt))
	w.taken = w.must(w.do("take over", func(ctx context.Context, s *booking.Service) (booking.Reservation, error) {
		return s.ReserveApartment(ctx, bob, w.flat, "t")
	}))
}
