package batch_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/saga/batch"
	"github.com/vacancy/vacancy/internal/workflow"
)

func TestARefusedRowRefusesAll(t *testing.T) {
	w := newWorld(t)
	id := w.receive(batch.Order{}, func(line int) string {
		switch line {
		case 3:
			return "x1,free,Monthly\n"
		case 5:
			return "x2,100\n"
		}
		return ""
	})
	result, _ := w.execute(nil)
	r := w.report(id)
	if result.Error != "RowsRefused" || r.Status != batch.Failed || w.shown(id) != 0 || w.left(id) != (batch.Left{}) {
		t.Errorf("%s: %s, %s, %d shown, %+v left", result.Error, result.Cause, r.Status, w.shown(id), w.left(id))
	}
	want := fmt.Sprint([]batch.Refusal{
		{Line: 3, Column: "price", Reason: `the price must be whole US dollars from 1 to 21474836, it is "free"`},
		{Line: 5, Reason: "the row has 2 fields, the header has 3"},
	})
	if fmt.Sprint(r.Refusals) != want || r.Refused != 2 || r.RowsDone != rows || r.Rows != rows {
		t.Errorf("%+v", r.Outcome)
	}
	if r.Failure == nil || r.Failure.Error != "RowsRefused" || !strings.HasPrefix(r.Failure.Cause, "2 of 5 rows are refused, the first on line 3: the price must be") {
		t.Errorf("%+v", r.Failure)
	}
}

func TestDuplicatesInAFile(t *testing.T) {
	w := newWorld(t)
	id := w.receive(batch.Order{}, func(line int) string { return map[int]string{2: "a,100,Monthly\n", 5: " a ,100,Monthly\n"}[line] })
	if result, _ := w.execute(nil); result.Status != workflow.Succeeded {
		t.Fatalf("%+v", result)
	}
	if r := w.report(id); r.Status != batch.Published || r.Created != 4 || r.Duplicates != 1 {
		t.Errorf("word for word: %s, %+v", r.Status, r.Outcome)
	}
	id = w.receive(batch.Order{}, func(line int) string { return map[int]string{2: "b,100,Monthly\n", 6: "b,200,Monthly\n"}[line] })
	w.execute(nil)
	if r := w.report(id); r.Status != batch.Failed || r.Refused != 1 || r.Refusals[0].Line != 6 || !strings.Contains(r.Refusals[0].Reason, "on line 2 already, with other facts") {
		t.Errorf("with other facts: %s, %+v", r.Status, r.Outcome)
	}
}

func TestTheSameFileAgainChangesNothing(t *testing.T) {
	w := newWorld(t)
	same := func(line int) string { return fmt.Sprintf("same-%d,100,Monthly\n", line) }
	first := w.receive(batch.Order{}, same)
	w.execute(nil)
	second := w.receive(batch.Order{}, same)
	w.execute(nil)
	if r := w.report(second); r.Status != batch.Published || r.Created != 0 || r.Unchanged != rows || w.shown(second) != 0 || w.shown(first) != rows {
		t.Errorf("%s, %+v", r.Status, r.Outcome)
	}
}

func TestADryRunLeavesNothing(t *testing.T) {
	w := newWorld(t)
	id := w.receive(batch.Order{DryRun: true}, func(line int) string { return map[int]string{4: "x,free,Monthly\n"}[line] })
	result, _ := w.execute(nil)
	r := w.report(id)
	if result.Status != workflow.Succeeded || r.Status != batch.Checked || r.Created != 4 || r.Refused != 1 || r.Failure != nil || r.Open {
		t.Errorf("%s, %s, %+v", result.Status, r.Status, r.Outcome)
	}
	if w.left(id) != (batch.Left{}) || w.shown(id) != 0 {
		t.Errorf("%+v left", w.left(id))
	}
}

func TestAListingOfAnotherImportIsWaitedFor(t *testing.T) {
	w := newWorld(t)
	same := func(line int) string { return fmt.Sprintf("shared-%d,100,Monthly\n", line) }
	ctx := context.Background()
	first := w.receive(batch.Order{}, same)
	in := batch.Input{ImportID: first}
	standing, err := w.service.Process(ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range standing.Chunks {
		if _, err := w.service.Transform(ctx, batch.ChunkInput{Input: in, Chunk: n}); err != nil {
			t.Fatal(err)
		}
	}
	second := w.receive(batch.Order{}, same)
	if result, _ := w.execute(nil); result.Error != "ListingsBusy" || w.report(second).Status != batch.Failed || w.left(second) != (batch.Left{}) {
		t.Errorf("while the first goes on: %s, %s", result.Error, w.report(second).Status)
	}
	if waited := w.now.Sub(begin); waited < 10*time.Second {
		t.Errorf("it waited %s for the first", waited)
	}
	w.now = begin
	if _, err := w.service.RollbackTransform(ctx, batch.ChunkInput{Input: in}); err != nil {
		t.Fatal(err)
	}
}

func TestAnUploadThatEndsEarlyIsClearedAway(t *testing.T) {
	w := newWorld(t)
	broken := io.MultiReader(strings.NewReader("id,price,price_type\n"+strings.Repeat("1,100,Monthly\n", 40_000)), iotest.ErrReader(errors.New("connection reset")))
	_, err := w.service.Receive(t.Context(), manager, broken, batch.Order{})
	if !errors.Is(err, batch.ErrUpload) {
		t.Errorf("Receive = %v", err)
	}
	if r := w.report("imp_000001"); r.Status != batch.Failed || r.Open || w.left(r.ID) != (batch.Left{}) || len(w.started) != 0 {
		t.Errorf("%+v, %+v left", r.Import, w.left(r.ID))
	}
	// One whose process died is the sweeper's, after a while.
	i := batch.Import{ID: "imp_dead", Status: batch.Receiving, CreatedAt: w.now, Open: true}
	store := w.store.Imports()
	if err := errors.Join(store.Create(t.Context(), i), store.StorePart(t.Context(), i.ID, 0, []byte("x"))); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		after time.Duration
		want  batch.Status
	}{{time.Minute, batch.Receiving}, {16 * time.Minute, batch.Failed}} {
		w.now = begin.Add(c.after)
		if _, err := w.service.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := w.report(i.ID).Status; got != c.want {
			t.Errorf("after %s it is %s", c.after, got)
		}
	}
	if w.left(i.ID) != (batch.Left{}) {
		t.Errorf("%+v left", w.left(i.ID))
	}
}

func TestTooManyRows(t *testing.T) {
	w := newWorld(t)
	w.service.SetChunkRows(1000)
	var file strings.Builder
	file.WriteString("id,price,price_type\n")
	for n := range batch.MaxRows + 1 {
		fmt.Fprintf(&file, "%d,1,Weekly\n", n)
	}
	i, err := w.service.Receive(t.Context(), manager, strings.NewReader(file.String()), batch.Order{})
	if err != nil {
		t.Fatal(err)
	}
	if result, _ := w.execute(nil); result.Error != "TooManyRows" || w.report(i.ID).Status != batch.Failed || w.left(i.ID) != (batch.Left{}) {
		t.Errorf("%s, %s", result.Error, w.report(i.ID).Status)
	}
}

func TestOnlyManagersSeeImports(t *testing.T) {
	w := newWorld(t)
	id := w.receive(batch.Order{}, nil)
	tenant := booking.Principal{ID: "mary", Role: booking.Tenant}
	if _, err := w.service.Report(t.Context(), tenant, id); booking.CodeOf(err) != booking.NotFound {
		t.Errorf("Report = %v", err)
	}
	if _, err := w.service.Resume(t.Context(), tenant, id); booking.CodeOf(err) != booking.NotFound {
		t.Errorf("Resume = %v", err)
	}
}

func TestAnImportThatWasNotStartedIsStartedByTheSweeper(t *testing.T) {
	w := newWorld(t)
	i := batch.Import{ID: "imp_marked", Status: batch.Received, Parts: 1, CreatedAt: w.now, Open: true}
	if err := w.store.Imports().Create(t.Context(), i); err != nil {
		t.Fatal(err)
	}
	sweep, err := w.service.Sweep(t.Context())
	if err != nil || sweep.Started != 1 || len(w.started) != 1 || w.started[0].Name != i.ID || !w.report(i.ID).Execution.Started {
		t.Errorf("%+v, %v, started %v", sweep, err, w.started)
	}
	if sweep, err := w.service.Sweep(t.Context()); err != nil || sweep != (batch.Sweep{}) {
		t.Errorf("while it runs: %+v, %v", sweep, err)
	}
}

func TestNothingIsPublishedBeforeAllChunksAreTransformed(t *testing.T) {
	w := newWorld(t)
	in := batch.Input{ImportID: w.receive(batch.Order{}, nil)}
	if _, err := w.service.Process(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{0, 2} {
		if _, err := w.service.Transform(t.Context(), batch.ChunkInput{Input: in, Chunk: n}); err != nil {
			t.Fatal(err)
		}
	}
	_, err := w.service.Commit(t.Context(), in)
	if e := workflow.AsError(err); e.Name != "ImportNotComplete" || !strings.Contains(e.Cause, "2 of 3 chunks") || w.shown(in.ImportID) != 0 {
		t.Errorf("Commit = %v, %d shown", err, w.shown(in.ImportID))
	}
}
