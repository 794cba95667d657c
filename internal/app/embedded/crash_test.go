package embedded_test

import (
	"os"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vacancy/vacancy/internal/app"
	"github.com/vacancy/vacancy/internal/app/embedded"
	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/groupcommit"
	"github.com/vacancy/vacancy/internal/payment/simulated"
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
						w.arm()
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
	grouped  bool // a commit takes all writes that come together, and one fault answers all of them
}

// maxGroup is one write a commit, so that each can be made to fail in turn: which ones come together
// differs from run to run.
func (k faultKind) maxGroup() int {
	if k.grouped {
		return 0
	}
	return 1
}

var faultKinds = []faultKind{
	{name: "crash before a commit of the store", at: storeCommit, boundary: groupcommit.BeforeCommit, crash: true},
	{name: "crash after a commit of the store", at: storeCommit, boundary: groupcommit.AfterCommit, crash: true},
	{name: "crash after a commit of all that came together", at: storeCommit, boundary: groupcommit.AfterCommit, crash: true, grouped: true},
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
