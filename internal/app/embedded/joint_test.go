package embedded_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vacancy/vacancy/internal/app"
	"github.com/vacancy/vacancy/internal/app/embedded"
	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/local"
)

// plainJournal joins nothing.
type plainJournal struct{ local.Journal }

// TestAwaitPaymentIsJournaledWithItsToken: from its start to where it waits an execution takes one
// entry, and its history is that of one which takes an entry for each step.
func TestAwaitPaymentIsJournaledWithItsToken(t *testing.T) {
	joint, entries := historyToTheWait(t, embedded.Faults{})
	if entries != 1 {
		t.Errorf("it took %d entries, want 1", entries)
	}
	plain, entries := historyToTheWait(t, embedded.Faults{Journal: func(j local.Journal) local.Journal { return plainJournal{j} }})
	if entries < 2 {
		t.Errorf("without joining it took %d entries, want more", entries)
	}
	if d := cmp.Diff(plain, joint); d != "" {
		t.Errorf("the history differs (-each by itself +joint):\n%s", d)
	}
}

// historyToTheWait reserves an apartment and answers the history of its execution once that
// waits, without what differs from one execution to the next, and in how many entries it came.
func historyToTheWait(t *testing.T, faults embedded.Faults) (history []string, entries int64) {
	synctest.Test(t, func(t *testing.T) {
		a, err := embedded.Open(t.Context(), embedded.Config{DataDir: t.TempDir(), Faults: faults, Config: app.Config{Limits: app.NoLimits()}})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ran := make(chan error, 1)
		go func() { ran <- a.Run(ctx) }()
		defer func() {
			cancel()
			if err := <-ran; err != nil {
				t.Error(err)
			}
			if err := a.Close(); err != nil {
				t.Error(err)
			}
		}()
		if _, err := a.Store.ImportApartments(ctx, []booking.Apartment{{ID: "apt_1", SourceID: "1", Status: booking.Vacant, CreatedAt: time.Now(), UpdatedAt: time.Now(),
			Listing: booking.Listing{Title: "Two rooms", City: "Seattle", State: "WA", Price: booking.Money{Amount: 120_000, Currency: "USD"}, RentPeriod: booking.Monthly}}}); err != nil {
			t.Fatal(err)
		}
		r, err := a.Reservations.ReserveApartment(ctx, booking.Principal{ID: "alice", Role: booking.Tenant}, "apt_1", "k")
		if err != nil {
			t.Fatal(err)
		}
		for r.TaskToken == "" || a.Runner.Stats().Active > 0 {
			<-time.After(time.Millisecond)
			if r, err = a.Store.Reservation(ctx, r.ID); err != nil {
				t.Fatal(err)
			}
		}
		id := workflow.ExecutionID{Machine: app.ReservationMachine, Name: r.ID}
		x, err := a.Store.Journal().Load(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		entries = x.Seq
		events, err := a.Store.Journal().History(ctx, id, 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		same := strings.NewReplacer(r.ID, "RESERVATION", r.TaskToken, "TOKEN")
		for _, e := range events {
			history = append(history, e.Type+" "+same.Replace(string(e.Details)))
		}
	})
	return history, entries
}
