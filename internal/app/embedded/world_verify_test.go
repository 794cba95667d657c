package embedded_test

import (
	"context"
	"fmt"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/payment/simulated"
	"github.com/vacancy/vacancy/internal/workflow"
)

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
