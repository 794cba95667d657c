package embedded_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vacancy/vacancy/internal/app"
	"github.com/vacancy/vacancy/internal/app/embedded"
	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/groupcommit"
	"github.com/vacancy/vacancy/internal/notification"
	"github.com/vacancy/vacancy/internal/payment/simulated"
	"github.com/vacancy/vacancy/internal/workflow"
)

// TestAFaultAtEveryBoundary takes reservations of every kind through the whole program
// and lets one thing fail: at the first commit or gateway call, at the second, and so on
// until there are no more. Commits are those of the store (with the runner's journal in
// it) and of the gateway's ledger. After a crash the program is opened again on the same
// files; a client who got no answer asks again under the same key. Whatever failed, the
// reservation must come to the one end that it has without faults, and the invariants hold.
//
// Each case is a bubble of testing/synctest with a clock of its own, so the minutes that
// a reservation takes pass at once.
func TestAFaultAtEveryBoundary(t *testing.T) {
	for _, c := range scenarios {
		if testing.Short() && !c.short {
			continue // all of them are some 950 runs of the program, a minute; these some 170
		}
		t.Run(c.name, func(t *testing.T) {
			for _, kind := range faultKinds {
				t.Run(kind.name, func(t *testing.T) {
					t.Parallel()
					atEveryBoundary(t, kind, app.Config{}, slices.Contains(c.has, kind.at), func(w *world) {
						w.apartment()
						w.trap.arm()
						c.run(w)
						w.settle()
						w.verify(c.ends)
					})
				})
			}
		})
	}
}

// atEveryBoundary runs the program on fresh files, and lets one thing fail that is armed: at
// the first boundary of the kind, at the second, and so on until there are no more. Where some
// are expected there must be one: an empty enumeration would look like a success.
func atEveryBoundary(t *testing.T, kind faultKind, c app.Config, expected bool, run func(*world)) {
	t.Helper()
	fresh, n := freshFiles(t), 1
	for sprung := true; sprung; n++ {
		dir := t.TempDir()
		if err := os.CopyFS(dir, os.DirFS(fresh)); err != nil {
			t.Fatal(err)
		}
		synctest.Test(t, func(t *testing.T) {
			w := &world{t: t, dir: dir, config: c, trap: &trap{kind: kind, countdown: n}}
			w.open()
			run(w)
			w.close()
			sprung = w.trap.sprung()
		})
		if t.Failed() {
			t.Fatalf("with %s no. %d", kind.name, n)
		}
	}
	if n == 2 && expected {
		t.Errorf("there was no %s to fail", kind.at)
	}
	t.Logf("%d boundaries", n-2)
}

// freshFiles is a data directory in which nothing has happened yet. Copying it takes less than
// making it anew.
func freshFiles(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	a, err := embedded.Open(t.Context(), embedded.Config{DataDir: dir})
	if err == nil {
		err = a.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// place is where a fault can be.
type place string

const (
	storeCommit  place = "commit of the store"
	ledgerCommit place = "commit of the ledger"
	gatewayCall  place = "call to the gateway"
)

// faultKind is what fails.
type faultKind struct {
	name     string
	at       place
	boundary groupcommit.Boundary
	crash    bool
	fault    simulated.Fault
	stored   bool // the fault is the answer to every repetition under the key
}

var faultKinds = []faultKind{
	{name: "crash before a commit of the store", at: storeCommit, boundary: groupcommit.BeforeCommit, crash: true},
	{name: "crash after a commit of the store", at: storeCommit, boundary: groupcommit.AfterCommit, crash: true},
	{name: "error of a commit of the store", at: storeCommit, boundary: groupcommit.BeforeCommit},
	{name: "commit of the store without an answer", at: storeCommit, boundary: groupcommit.AfterCommit},
	{name: "crash before a commit of the ledger", at: ledgerCommit, boundary: groupcommit.BeforeCommit, crash: true},
	{name: "crash after a commit of the ledger", at: ledgerCommit, boundary: groupcommit.AfterCommit, crash: true},
	{name: "error of a commit of the ledger", at: ledgerCommit, boundary: groupcommit.BeforeCommit},
	{name: "commit of the ledger without an answer", at: ledgerCommit, boundary: groupcommit.AfterCommit},
	{name: simulated.TimeoutBefore.String(), at: gatewayCall, fault: simulated.TimeoutBefore},
	{name: simulated.TimeoutAfter.String(), at: gatewayCall, fault: simulated.TimeoutAfter},
	{name: simulated.ServerErrorBefore.String(), at: gatewayCall, fault: simulated.ServerErrorBefore, stored: true},
	{name: simulated.ServerErrorAfter.String(), at: gatewayCall, fault: simulated.ServerErrorAfter, stored: true},
}

// scenario is what clients do, and what must come of alice's reservation.
type scenario struct {
	name string
	run  func(*world)
	ends booking.ReservationStatus
	has  []place // where it can fail at all
	// short: also with -short.
	short bool
}

var everywhere = []place{storeCommit, ledgerCommit, gatewayCall}

var scenarios = []scenario{
	{"paid", func(w *world) { w.reserve(); w.pay("pm_ok") }, booking.ReservationPaid, everywhere, true},
	{"expired", func(w *world) { w.reserve() }, booking.Expired, everywhere, true},
	{"cancelled before anything was asked of the gateway", func(w *world) { w.reserve(); w.cancel() }, booking.Cancelled, []place{storeCommit}, false},
	{"cancelled while it waits", func(w *world) { w.reserve(); w.later(10 * time.Second); w.cancel() }, booking.Cancelled, everywhere, false},
	{"extended and expired", func(w *world) { w.reserve(); w.later(30 * time.Second); w.extend() }, booking.Expired, everywhere, false},
	{"declined, then paid", func(w *world) { w.reserve(); w.pay("pm_declined"); w.pay("pm_ok") }, booking.ReservationPaid, everywhere, false},
	{"capture fails", func(w *world) { w.reserve(); w.pay("pm_capture_fails") }, booking.ReservationFailed, everywhere, false},
	{"authorization without an answer", func(w *world) { w.reserve(); w.pay("pm_timeout_then_ok") }, booking.ReservationPaid, everywhere, false},
	{"capture without an answer", func(w *world) { w.reserve(); w.pay("pm_capture_timeout_then_ok") }, booking.ReservationPaid, everywhere, false},
	{"taken over", func(w *world) { w.reserve(); w.takeOver() }, booking.Expired, everywhere, false},
}

// trap lets one boundary fail. After a crash everything fails until it is disarmed.
type trap struct {
	mu        sync.Mutex
	kind      faultKind
	armed     bool
	countdown int
	done      bool
	crashed   bool
	down      context.CancelFunc // ends what the process was doing
}

var errInjected = errors.New("injected fault")

func (x *trap) arm() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.armed = true
}

func (x *trap) disarm() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.armed = false
}

func (x *trap) sprung() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.done
}

func (x *trap) isDown() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.crashed
}

func (x *trap) restarted() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.crashed = false
}

// spring reports whether this is the boundary that fails.
func (x *trap) spring(at place) bool {
	if !x.armed || x.done || at != x.kind.at {
		return false
	}
	x.countdown--
	x.done = x.countdown == 0
	return x.done
}

func (x *trap) commit(at place) func(groupcommit.Boundary) error {
	return func(b groupcommit.Boundary) error {
		x.mu.Lock()
		defer x.mu.Unlock()
		switch {
		case x.crashed:
			return groupcommit.ErrCrash
		case b != x.kind.boundary || !x.spring(at):
			return nil
		case x.kind.crash:
			x.crashed = true
			x.down()
			return groupcommit.ErrCrash
		}
		return errInjected
	}
}

func (x *trap) call(c simulated.Call) simulated.Fault {
	x.mu.Lock()
	defer x.mu.Unlock()
	if c.Operation == simulated.Create && x.kind.stored {
		// A stored answer of 5xx to a create stays until the gateway forgets the key, and
		// there is no id to look up what happened by: only time helps (design, 10.7).
		return simulated.NoFault
	}
	if x.kind.at == gatewayCall && x.spring(gatewayCall) {
		return x.kind.fault
	}
	return simulated.NoFault
}

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
		Faults: embedded.Faults{Store: w.trap.commit(storeCommit), Ledger: w.trap.commit(ledgerCommit), Gateway: w.trap.call}})
	if err != nil {
		w.t.Fatalf("open: %v", err)
	}
	w.app, w.ran = a, make(chan error, 1)
	go func() { w.ran <- a.Run(w.life) }()
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

// settle lets time pass until every execution has ended.
func (w *world) settle() {
	for range 600 {
		w.later(time.Second)
		if open := w.unsettled(); open == "" && !w.trap.isDown() {
			return
		}
	}
	w.fatal("after ten minutes: %s", w.unsettled())
}

// all answers the reservations there are, by what nothing but the store says.
func (w *world) all() []booking.Reservation {
	page, err := w.app.Store.ListReservations(context.Background(), booking.ReservationQuery{First: 100})
	if err != nil {
		if !w.trap.isDown() {
			w.fatal("list reservations: %v", err)
		}
		return nil
	}
	return page.Items
}

func (w *world) unsettled() string {
	running, err := w.app.Runner.List(context.Background(), workflow.ListFilter{Status: workflow.Running})
	if err != nil {
		return err.Error()
	}
	for _, e := range running.Executions {
		return "the execution " + e.Name + " runs"
	}
	for _, r := range w.all() {
		if r.Status.Live() || !r.WorkflowStarted {
			return fmt.Sprintf("%s is %s", r.ID, r.Status)
		}
		if p := r.Payment; p != nil && r.Status != booking.ReservationPaid && (p.Status == booking.Pending || p.Status == booking.Authorized || p.Status == booking.Captured) {
			return fmt.Sprintf("the payment of %s is %s", r.ID, p.Status)
		}
	}
	return ""
}

// verify holds what is there to the invariants of design section 3.
func (w *world) verify(ends booking.ReservationStatus) {
	w.t.Helper()
	ctx := context.Background()
	if swept := w.app.Swept(); !w.trap.sprung() && swept != (booking.Sweep{}) {
		w.fatal("nothing failed, and yet the sweeper found something to do: %+v", swept)
	}
	reservations := w.all()
	want := 1
	if w.taken.ID != "" {
		want = 2
	}
	if len(reservations) != want {
		w.fatal("invariant 6: %d reservations, want %d", len(reservations), want)
	}
	flat, err := w.app.Store.Apartment(ctx, w.flat)
	if err != nil {
		w.fatal("invariant 4: %v", err)
	}
	holders := 0
	for _, r := range reservations {
		expected := ends
		if r.ID == w.taken.ID {
			expected = booking.Expired
		} else if r.ID != w.held.ID {
			w.fatal("invariant 4: nobody was told of %s", r.ID)
		}
		if r.Status != expected {
			w.fatal("%s is %s, want %s", r.ID, r.Status, expected)
		}
		if r.Status == booking.Expired {
			// A restart costs the grace of the shutdown that a crash has not.
			most := 5*time.Second + 15*time.Second
			if !w.trap.sprung() {
				most = 10 * time.Millisecond
			}
			if late := r.EndedAt.Sub(r.HoldExpiresAt); late < 0 || late > most {
				w.fatal("invariant 3: it ended %s after its deadline", late)
			}
		}
		paid := r.Status == booking.ReservationPaid
		if paid {
			holders++
		}
		w.verifyMoney(r, paid)
		w.verifyExecutions(r)
	}
	switch {
	case holders == 1 && (flat.Status != booking.ApartmentPaid || flat.ReservationID != w.held.ID):
		w.fatal("the apartment is %s with %q, its reservation PAID", flat.Status, flat.ReservationID)
	case holders == 0 && (flat.Status != booking.Vacant || flat.ReservationID != ""):
		w.fatal("the apartment is %s with %q, and nobody has it", flat.Status, flat.ReservationID)
	}
}

func (w *world) verifyMoney(r booking.Reservation, paid bool) {
	totals, err := w.app.Gateway.Totals(context.Background(), r.ID)
	if err != nil {
		w.fatal("%v", err)
	}
	var kept, captures int64
	for _, sum := range totals {
		kept += sum.Kept()
		captures += int64(sum.Captures)
	}
	entries, err := w.app.Gateway.Entries(context.Background(), r.ID)
	if err != nil {
		w.fatal("%v", err)
	}
	asked := 0 // under different keys
	for _, e := range entries {
		if e.Operation == simulated.Capture {
			asked++
		}
	}
	switch {
	case asked > 1 && !w.trap.kind.stored:
		w.fatal("the gateway was told %d times to capture, under different keys", asked)
	case captures > 1:
		w.fatal("invariant 2: captured %d times", captures)
	case paid && kept != r.Price.Amount, !paid && kept != 0:
		w.fatal("invariant 2: %s, captured − refunded is %d of %d", r.Status, kept, r.Price.Amount)
	}
}

func (w *world) verifyExecutions(r booking.Reservation) {
	for i, name := range r.ExecutionNames() {
		e, err := w.app.Runner.Describe(context.Background(), workflow.ExecutionID{Machine: "reservation", Name: name})
		if err != nil {
			w.fatal("invariant 5: the execution %s: %v", name, err)
		}
		if e.Status != workflow.Succeeded {
			w.fatal("invariant 5: the execution %s is %s: %s, %s", name, e.Status, e.Error, e.Cause)
		}
		if i > 0 {
			w.fatal("a repair was needed: %s", name)
		}
	}
}
