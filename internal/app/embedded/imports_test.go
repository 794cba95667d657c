package embedded_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/vacancy/vacancy/internal/app"
	"github.com/vacancy/vacancy/internal/app/embedded"
	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/saga/batch"
	"github.com/vacancy/vacancy/internal/workflow"
)

var importer = booking.Principal{ID: "mary", Role: booking.Manager}

// runApp opens the program and runs it until the test ends.
func runApp(t *testing.T, c app.Config) *embedded.App {
	t.Helper()
	a, err := embedded.Open(t.Context(), embedded.Config{DataDir: t.TempDir(), Config: c})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ran := make(chan error, 1)
	go func() { ran <- a.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := errors.Join(<-ran, a.Close()); err != nil {
			t.Errorf("Run, Close = %v", err)
		}
	})
	return a
}

// ended waits until an import has ended and its execution with it.
func ended(ctx context.Context, a *embedded.App, id string) (batch.Report, error) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		r, err := a.Imports.Report(ctx, importer, id)
		if err != nil || !r.Open && r.Status.Ended() {
			return r, err
		}
		select {
		case <-ctx.Done():
			return r, fmt.Errorf("import %s is still %s: %w", id, r.Status, ctx.Err())
		case <-tick.C:
		}
	}
}

// TestAllRealListingsAtomically imports all 10,000 real listings while somebody looks all
// the time: they see none of them or all. The execution stays within the limits of AWS.
func TestAllRealListingsAtomically(t *testing.T) {
	file, err := os.Open(filepath.FromSlash(realListings))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the 10,000 real listings are not beside this checkout (../shared/data)")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	const listings = 10_000
	a := runApp(t, app.Config{})
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	i, err := a.Imports.Receive(ctx, importer, file, batch.Order{})
	if err != nil {
		t.Fatal(err)
	}
	ids := make([]string, listings)
	for n := range ids {
		ids[n] = batch.ApartmentID(i.ID, n+2)
	}
	looking, stop := context.WithCancel(ctx)
	var group errgroup.Group
	looks := 0
	group.Go(func() error {
		for looking.Err() == nil {
			found, err := a.Reservations.ApartmentsByID(ctx, ids)
			if err != nil {
				return err
			}
			if looks++; len(found) != 0 && len(found) != listings {
				return fmt.Errorf("%d of %d apartments are shown", len(found), listings)
			}
		}
		return nil
	})
	r, err := ended(ctx, a, i.ID)
	stop()
	if err := errors.Join(err, group.Wait()); err != nil {
		t.Fatal(err)
	}
	if r.Status != batch.Published || r.Rows != listings || r.RowsDone != listings || r.Created != listings || looks < 3 {
		t.Errorf("%s, %d rows, %d done, %d created; looked %d times", r.Status, r.Rows, r.RowsDone, r.Created, looks)
	}
	if shown := len(vacantIDs(t, a.Reservations)); shown != listings {
		t.Errorf("the list shows %d", shown)
	}
	withinLimits(t, a, i.ID)

	if _, err := file.Seek(0, 0); err != nil {
		t.Fatal(err)
	}
	again, err := a.Imports.Receive(ctx, importer, file, batch.Order{})
	if err != nil {
		t.Fatal(err)
	}
	if r, err := ended(ctx, a, again.ID); err != nil || r.Status != batch.Published || r.Unchanged != listings || r.Created != 0 {
		t.Errorf("again: %s, %+v, %v", r.Status, r.Outcome, err)
	}
}

// withinLimits checks the history of an import's execution: its length, and that payloads
// are small, as they carry no rows.
func withinLimits(t *testing.T, a *embedded.App, name string) {
	t.Helper()
	const small = 4 << 10 // an event, beside the 256 KiB that a payload may have
	events, after := 0, ""
	for {
		page, err := a.Runner.History(t.Context(), workflow.ExecutionID{Machine: app.ImportMachine, Name: name}, after, 1000)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range page.Events {
			if events++; len(e.Details) > small {
				t.Errorf("event %d, %s, has %d bytes", e.ID, e.Type, len(e.Details))
			}
		}
		if after = page.Next; after == "" {
			break
		}
	}
	if events < 100 || events > workflow.MaxHistory/4 {
		t.Errorf("the history has %d events", events)
	}
}

// TestTwoHundredImportsAtOnce: of 200 imports that fail at random, forwards as asked and
// rollbacks ten times of a hundred, each is whole or empty, or listed with what is left; and
// what is left can be resumed until nothing is. Most of its time it waits for retries.
func TestTwoHundredImportsAtOnce(t *testing.T) {
	t.Parallel()
	a := runApp(t, app.Config{CompensationFailureRate: 0.1})
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	runTypes := []batch.RunType{"", batch.FailProcess, batch.FailTransform, batch.FailCommit}
	var group errgroup.Group
	for n := range 200 {
		group.Go(func() error { return importToItsEnd(ctx, a, n, runTypes[n%len(runTypes)]) })
	}
	if err := group.Wait(); err != nil {
		t.Error(err)
	}
}

// importToItsEnd imports a small file, resumes what needs attention, and sees that it is whole
// where nothing was asked to fail, and else empty.
func importToItsEnd(ctx context.Context, a *embedded.App, n int, runType batch.RunType) error {
	const rows = 7
	var file strings.Builder
	file.WriteString("id,price,price_type\n")
	for row := range rows {
		fmt.Fprintf(&file, "at-once-%d-%d,100,Monthly\n", n, row)
	}
	i, err := a.Imports.Receive(ctx, importer, strings.NewReader(file.String()), batch.Order{RunType: runType})
	if err != nil {
		return err
	}
	for {
		r, err := ended(ctx, a, i.ID)
		if err != nil {
			return err
		}
		if err := wholeOrEmpty(ctx, a, r, rows); err != nil {
			return err
		}
		if r.Status != batch.NeedsAttention {
			if (runType == "") != (r.Status == batch.Published) {
				return fmt.Errorf("%s, asked to %q, is %s", i.ID, runType, r.Status)
			}
			return nil
		}
		if _, err := a.Imports.Resume(ctx, importer, i.ID); err != nil {
			return err
		}
	}
}

// wholeOrEmpty checks that all of an import is shown, if it is published, or else nothing.
func wholeOrEmpty(ctx context.Context, a *embedded.App, r batch.Report, rows int) error {
	var ids []string
	for n := range rows {
		ids = append(ids, batch.ApartmentID(r.ID, n+2))
	}
	found, err := a.Reservations.ApartmentsByID(ctx, ids)
	if err != nil {
		return err
	}
	left, err := a.Store.Imports().Left(ctx, r.ID)
	if err != nil {
		return err
	}
	want, shown := batch.Left{}, 0
	switch r.Status {
	case batch.Published:
		want.Apartments, shown = rows, rows
	case batch.NeedsAttention:
		want = r.Left
	}
	if len(found) != shown || left != want || r.Status == batch.NeedsAttention && left == (batch.Left{}) {
		return fmt.Errorf("%s is %s: %d of %d are shown, %+v is there, it says %+v is left", r.ID, r.Status, len(found), rows, left, r.Left)
	}
	return nil
}
