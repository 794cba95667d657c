package journaltest

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/local"
)

var appendTests = []test{
	{"Append/ReplacesTheState", func(t *testing.T, j local.Journal) {
		mustCreate(t, j, newRecord("a"))
		want := created(newRecord("a"))
		for seq := range int64(3) {
			e := entry("a", seq)
			mustAppend(t, j, e)
			clear(e.State)
			want.Seq, want.State = seq+1, entry("a", seq).State
			same(t, "the stored record", load(t, j, "a"), want)
		}
	}},
	{"Append/Success", func(t *testing.T, j local.Journal) {
		mustCreate(t, j, newRecord("a"))
		mustAppend(t, j, entry("a", 0))
		e := entry("a", 1)
		e.Status, e.Output, e.At = workflow.Succeeded, []byte(`{"paid": 1.0}`), at(time.Minute)
		mustAppend(t, j, e)
		want := created(newRecord("a"))
		want.Seq, want.State, want.Status, want.Output, want.StoppedAt = 2, e.State, workflow.Succeeded, e.Output, at(time.Minute)
		same(t, "the stored record", load(t, j, "a"), want)
	}},
	{"Append/Failure", func(t *testing.T, j local.Journal) {
		for _, status := range []workflow.Status{workflow.Failed, workflow.TimedOut, workflow.Aborted} {
			name := string(status)
			mustCreate(t, j, newRecord(name))
			e := entry(name, 0)
			e.Status, e.State, e.Error, e.Cause, e.At = status, nil, "PaymentDeclined", "no “funds” \x00", at(time.Minute)
			mustAppend(t, j, e)
			want := created(newRecord(name))
			want.Seq, want.Status, want.Error, want.Cause, want.StoppedAt = 1, status, e.Error, e.Cause, at(time.Minute)
			same(t, "the stored record", load(t, j, name), want)
		}
	}},
	{"Append/LargeState", func(t *testing.T, j local.Journal) {
		mustCreate(t, j, newRecord("a"))
		e := entry("a", 0)
		e.State = bytes.Repeat([]byte{0, 1, 0xfe, 0xff}, 1<<19)
		mustAppend(t, j, e)
		if !bytes.Equal(load(t, j, "a").State, e.State) {
			t.Error("a state of 2 MiB came back different")
		}
	}},
	{"Append/ConflictChangesNothing", func(t *testing.T, j local.Journal) {
		mustCreate(t, j, newRecord("a"))
		first := entry("a", 0)
		first.Events = events(1, 2)
		mustAppend(t, j, first)
		before := load(t, j, "a")
		for _, seq := range []int64{0, 2, -1} {
			e := entry("a", seq)
			e.State, e.Events, e.Due = []byte("stale"), events(3, 4), epoch
			if err := j.Append(t.Context(), e); !errors.Is(err, local.ErrConflict) {
				t.Errorf("Append at seq %d of an execution at 1 = %v, want ErrConflict", seq, err)
			}
		}
		same(t, "the stored record", load(t, j, "a"), before)
		same(t, "the history", history(t, j, "a"), events(1, 2))
		same(t, "what is due", due(t, j, local.Deadlines, at(30*time.Second), 10), []local.Due{})
	}},
	{"Append/NothingAfterTheEnd", func(t *testing.T, j local.Journal) {
		mustCreate(t, j, newRecord("a"))
		end := entry("a", 0)
		end.Status, end.Output = workflow.Succeeded, []byte(`1`)
		mustAppend(t, j, end)
		before := load(t, j, "a")
		e := entry("a", 1)
		e.Events = events(1, 1)
		if err := j.Append(t.Context(), e); !errors.Is(err, local.ErrConflict) {
			t.Errorf("Append to an ended execution = %v, want ErrConflict", err)
		}
		same(t, "the stored record", load(t, j, "a"), before)
		same(t, "the history", history(t, j, "a"), []workflow.HistoryEvent{})
	}},
	{"Append/Unknown", func(t *testing.T, j local.Journal) {
		if err := j.Append(t.Context(), entry("a", 0)); !errors.Is(err, workflow.ErrExecutionDoesNotExist) {
			t.Errorf("Append = %v, want ErrExecutionDoesNotExist", err)
		}
		if _, err := j.Load(t.Context(), id("a")); !errors.Is(err, workflow.ErrExecutionDoesNotExist) {
			t.Errorf("Load = %v: Append must not create", err)
		}
	}},
}
