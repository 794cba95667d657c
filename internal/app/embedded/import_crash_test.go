package embedded_test

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/vacancy/vacancy/internal/app"
	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/notification"
	"github.com/vacancy/vacancy/internal/saga/batch"
	"github.com/vacancy/vacancy/internal/workflow"
)

// importScenarios are imports of every end. No money moves.
var importScenarios = []sagaScenario{
	{name: "import/published", run: imported("", batch.Published), at: []place{storeCommit}},
	{name: "import/commit fails", run: imported(batch.FailCommit, batch.Failed), at: []place{storeCommit}, short: true},
	{name: "import/compensations give up", crashes: true, config: app.Config{CompensationFailureRate: 1}, at: []place{storeCommit}, run: func(w *world) {
		imported(batch.FailCommit, batch.NeedsAttention)(w)
		w.mended()
		for _, id := range w.imports {
			w.ask("resume the import", func(ctx context.Context) error {
				_, err := w.app.Imports.Resume(ctx, mary, id)
				return err
			})
		}
		w.endImports(batch.Failed)
	}},
}

const importedRows = 3

// imported imports a file and sees to what end it comes. A client whose upload is not answered
// repeats it, which makes another import; the file's listings are then known.
func imported(failing batch.RunType, ends batch.Status) func(*world) {
	return func(w *world) {
		w.arm()
		w.ask("import a file", func(ctx context.Context) error {
			file := strings.NewReader("id,price,price_type\n1,100,Monthly\n2,200,Monthly\n3,300,Monthly\n")
			_, err := w.app.Imports.Receive(ctx, mary, file, batch.Order{RunType: failing})
			return err
		})
		w.endImports(ends)
	}
}

// endImports waits for the end of all imports and verifies them.
func (w *world) endImports(ends batch.Status) {
	w.t.Helper()
	seen := map[string]bool{}
	w.until(func(ctx context.Context) (what string, err error) {
		open, err := w.app.Store.Imports().Open(ctx, 10)
		for _, i := range open {
			seen[i.ID], what = true, i.ID+" is "+string(i.Status)
		}
		return what, err
	})
	runs, err := w.app.Runner.List(context.Background(), workflow.ListFilter{Machine: app.ImportMachine})
	if err != nil {
		w.fatal("%v", err)
	}
	for _, e := range runs.Executions {
		id, _, _ := strings.Cut(e.Name, "-")
		seen[id] = true
	}
	w.imports = slices.Sorted(maps.Keys(seen))
	ctx, ended := context.Background(), 0
	told := map[batch.Status]notification.Kind{batch.Published: notification.ImportPublished, batch.Failed: notification.ImportFailed, batch.NeedsAttention: notification.NeedsAttention}
	for _, id := range w.imports {
		r, err := w.app.Imports.Report(ctx, mary, id)
		if err != nil {
			w.fatal("%v", err)
		}
		switch abandoned := r.Status == batch.Failed && r.Parts == 0; { // an upload that was cut off
		case abandoned:
		case r.Status != ends:
			w.fatal("the import is %s (%+v), want %s", r.Status, r.Failure, ends)
		default:
			ended++
			w.notified = append(w.notified, told[ends])
		}
		left, err := w.app.Store.Imports().Left(ctx, id)
		if err != nil {
			w.fatal("%v", err)
		}
		want := batch.Left{Apartments: r.Created}
		switch r.Status {
		case batch.NeedsAttention:
			if want = r.Left; left == (batch.Left{}) {
				w.fatal("it needs attention, and nothing is left")
			}
		case batch.Failed:
			want = batch.Left{}
		}
		if left != want {
			w.fatal("%s with %+v, want %+v", r.Status, left, want)
		}
	}
	if ended == 0 {
		w.fatal("no import is %s", ends)
	}
	shown := map[bool]int{true: importedRows}[ends == batch.Published]
	if page, err := w.app.Store.ListApartments(ctx, booking.ApartmentQuery{Order: booking.ByNewest, First: 100}); err != nil || len(page.Items) != shown {
		w.fatal("%d apartments are shown, %v; want %d", len(page.Items), err, shown)
	}
	w.verifyTold(slices.Clone(w.notified)...)
}
