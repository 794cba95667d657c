package journaltest

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/local"
)

// dueAt creates an execution and appends an entry that makes it due.
func dueAt(t *testing.T, j local.Journal, name string, lane local.Lane, due time.Time) {
	t.Helper()
	mustCreate(t, j, newRecord(name))
	e := entry(name, 0)
	e.Lane, e.Due = lane, due
	mustAppend(t, j, e)
}

var dueTests = []test{
	{"Due/EarliestFirstUpToNow", func(t *testing.T, j local.Journal) {
		dueAt(t, j, "c", local.Deadlines, at(30*time.Second))
		dueAt(t, j, "a", local.Deadlines, at(10*time.Second))
		dueAt(t, j, "d", local.Deadlines, at(30*time.Second+1))
		dueAt(t, j, "b", local.Deadlines, at(20*time.Second))
		same(t, "one before the first", names(due(t, j, local.Deadlines, at(10*time.Second-1), 10)), []string{})
		same(t, "at the third", due(t, j, local.Deadlines, at(30*time.Second), 10), []local.Due{
			{ExecutionID: id("a"), At: at(10 * time.Second)},
			{ExecutionID: id("b"), At: at(20 * time.Second)},
			{ExecutionID: id("c"), At: at(30 * time.Second)},
		})
		same(t, "limited", names(due(t, j, local.Deadlines, at(time.Hour), 2)), []string{"a", "b"})
		same(t, "again: asking changes nothing", names(due(t, j, local.Deadlines, at(time.Hour), 10)), []string{"a", "b", "c", "d"})
	}},
	{"Due/BeforeTheEpochOf1970", func(t *testing.T, j local.Journal) {
		long := time.Date(1960, 1, 1, 0, 0, 0, 0, time.UTC)
		dueAt(t, j, "old", local.Deadlines, long)
		same(t, "due", due(t, j, local.Deadlines, epoch, 10), []local.Due{{ExecutionID: id("old"), At: long}})
	}},
	{"Due/LanesAreApart", func(t *testing.T, j local.Journal) {
		dueAt(t, j, "deadline", local.Deadlines, at(2*time.Second))
		dueAt(t, j, "flight", local.InFlight, at(time.Second))
		mustCreate(t, j, newRecord("backlog"))
		for lane, want := range map[local.Lane]string{local.Deadlines: "deadline", local.InFlight: "flight", local.Backlog: "backlog"} {
			same(t, "lane "+lane.String(), names(due(t, j, lane, at(time.Hour), 10)), []string{want})
			if n := count(t, j, lane); n != 1 {
				t.Errorf("Count(%v) = %d, want 1", lane, n)
			}
		}
	}},
	{"Due/EachAppendMovesIt", func(t *testing.T, j local.Journal) {
		dueAt(t, j, "a", local.Deadlines, at(time.Second))
		e := entry("a", 1)
		e.Lane, e.Due = local.InFlight, at(2*time.Second)
		mustAppend(t, j, e)
		same(t, "deadlines", names(due(t, j, local.Deadlines, at(time.Hour), 10)), []string{})
		same(t, "in flight", due(t, j, local.InFlight, at(time.Hour), 10), []local.Due{{ExecutionID: id("a"), At: at(2 * time.Second)}})
		e = entry("a", 2)
		e.Lane, e.Due = local.Deadlines, at(3*time.Second)
		mustAppend(t, j, e)
		same(t, "deadlines", due(t, j, local.Deadlines, at(time.Hour), 10), []local.Due{{ExecutionID: id("a"), At: at(3 * time.Second)}})
		same(t, "in flight", names(due(t, j, local.InFlight, at(time.Hour), 10)), []string{})
	}},
	{"Due/AnswersWhatWasOnlyCreated", func(t *testing.T, j local.Journal) {
		dueAt(t, j, "advanced", local.InFlight, at(0))
		mustCreate(t, j, newRecord("created"))
		for name, size := range map[string]int{"small": local.SmallInput, "large": local.SmallInput + 1} {
			r := newRecord(name)
			r.Input = json.RawMessage(`"` + strings.Repeat("x", size-2) + `"`)
			mustCreate(t, j, r)
		}
		got := due(t, j, local.Backlog, at(0), 10)
		if len(got) != 3 {
			t.Fatalf("%v are due", names(got))
		}
		for _, d := range got {
			switch {
			case d.Name == "large":
				if d.Created != nil {
					t.Error("a large input is answered along")
				}
			case d.Created == nil:
				t.Errorf("%s is not answered along", d.Name)
			default:
				loaded := load(t, j, d.Name)
				same(t, d.Name, *d.Created, loaded)
				if d.Created.Row != loaded.Row {
					t.Errorf("%s has row %d and is loaded with %d", d.Name, d.Created.Row, loaded.Row)
				}
			}
		}
		for _, d := range due(t, j, local.InFlight, at(time.Hour), 10) {
			if d.Created != nil {
				t.Error("an execution that was advanced is answered as created")
			}
		}
	}},
	{"Due/NeverWithoutATime", func(t *testing.T, j local.Journal) {
		dueAt(t, j, "a", local.Deadlines, at(time.Second))
		e := entry("a", 1)
		e.Due = time.Time{}
		mustAppend(t, j, e)
		same(t, "due", names(due(t, j, local.Deadlines, at(1000*time.Hour), 10)), []string{})
		if at, ok, err := j.NextDue(t.Context()); ok || err != nil {
			t.Errorf("NextDue = %v, %v, %v; nothing is due by itself", at, ok, err)
		}
		if n := count(t, j, local.Deadlines); n != 0 {
			t.Errorf("Count = %d, want 0", n)
		}
	}},
	{"Due/NeverAfterTheEnd", func(t *testing.T, j local.Journal) {
		for _, lane := range []local.Lane{local.Deadlines, local.InFlight} {
			name := lane.String()
			dueAt(t, j, name, lane, at(time.Second))
			e := entry(name, 1)
			e.Status, e.Lane, e.Due = workflow.Failed, lane, at(time.Second)
			mustAppend(t, j, e)
			same(t, name, names(due(t, j, lane, at(time.Hour), 10)), []string{})
		}
		mustCreate(t, j, newRecord("b"))
		e := entry("b", 0)
		e.Status, e.Output = workflow.Succeeded, []byte(`1`)
		mustAppend(t, j, e)
		same(t, "backlog", names(due(t, j, local.Backlog, at(time.Hour), 10)), []string{})
	}},
	{"NextDue/IsTheEarliestDeadline", func(t *testing.T, j local.Journal) {
		next := func(want time.Time) {
			t.Helper()
			got, ok, err := j.NextDue(t.Context())
			if err != nil || !ok {
				t.Fatalf("NextDue = %v, %v", ok, err)
			}
			same(t, "NextDue", got, want)
		}
		dueAt(t, j, "flight", local.InFlight, at(time.Second))
		dueAt(t, j, "b", local.Deadlines, at(20*time.Second))
		next(at(20 * time.Second))
		dueAt(t, j, "a", local.Deadlines, at(10*time.Second))
		next(at(10 * time.Second))
		e := entry("a", 1)
		e.Due = at(40 * time.Second)
		mustAppend(t, j, e)
		next(at(20 * time.Second))
	}},
}
