// Package journaltest is the contract of [local.Journal] as tests. Every journal
// runs it with its own set-up and nothing else:
//
//	func TestJournal(t *testing.T) {
//		journaltest.Run(t, func(t *testing.T) local.Journal { … })
//	}
//
// A journal that keeps its data on disk runs [RunDurable] as well.
package journaltest

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/local"
)

// Open answers an empty journal and cleans up by t.Cleanup.
type Open func(t *testing.T) local.Journal

// Run runs the whole contract, each test on a journal of its own.
func Run(t *testing.T, open Open) {
	for _, group := range [][]test{definitionTests, createTests, appendTests, dueTests, historyTests, listTests, concurrencyTests} {
		for _, c := range group {
			t.Run(c.name, func(t *testing.T) { c.run(t, open(t)) })
		}
	}
	runPointing(t, open)
}

type test struct {
	name string
	run  func(t *testing.T, j local.Journal)
}

// epoch is the start of every test's time. Its nanoseconds show journals that round.
var epoch = time.Date(2026, 2, 3, 4, 5, 6, 123456789, time.UTC)

func at(d time.Duration) time.Time { return epoch.Add(d) }

func id(name string) workflow.ExecutionID {
	return workflow.ExecutionID{Machine: "reservation", Name: name}
}

func newRecord(name string) local.Record {
	return local.Record{
		ExecutionID: id(name),
		Definition:  "sha256-of-it",
		Input:       json.RawMessage(`{"reservationId":"` + name + `","amount":10.50}`),
		StartedAt:   epoch,
	}
}

// created is what Create answers for r on a fresh name.
func created(r local.Record) local.Record {
	r.Seq, r.Status = 0, workflow.Running
	return r
}

func entry(name string, seq int64) local.Entry {
	return local.Entry{
		ExecutionID: id(name),
		Seq:         seq,
		Status:      workflow.Running,
		State:       fmt.Appendf(nil, "\x00state %d\xff", seq),
		Lane:        local.Deadlines,
		Due:         at(time.Minute),
		At:          at(time.Duration(seq+1) * time.Second),
	}
}

func event(id int64) workflow.HistoryEvent {
	return workflow.HistoryEvent{
		ID: id, PreviousID: id - 1, Type: "PassStateEntered",
		Timestamp: at(time.Duration(id) * time.Millisecond),
		Details:   json.RawMessage(fmt.Sprintf(`{"name":"State %d","input":"{\"a\": \"\u00e9\"}"}`, id)),
	}
}

func events(from, to int64) []workflow.HistoryEvent {
	var all []workflow.HistoryEvent
	for i := from; i <= to; i++ {
		all = append(all, event(i))
	}
	return all
}

func mustCreate(t *testing.T, j local.Journal, r local.Record) {
	t.Helper()
	if _, err := j.Create(t.Context(), r); err != nil {
		t.Fatalf("Create(%s) = %v", r.Name, err)
	}
}

func mustAppend(t *testing.T, j local.Journal, e local.Entry) {
	t.Helper()
	if err := j.Append(t.Context(), e); err != nil {
		t.Fatalf("Append(%s, seq %d) = %v", e.Name, e.Seq, err)
	}
}

func load(t *testing.T, j local.Journal, name string) local.Record {
	t.Helper()
	r, err := j.Load(t.Context(), id(name))
	if err != nil {
		t.Fatalf("Load(%s) = %v", name, err)
	}
	return r
}

func due(t *testing.T, j local.Journal, lane local.Lane, now time.Time, limit int) []local.Due {
	t.Helper()
	d, err := j.Due(t.Context(), lane, now, limit)
	if err != nil {
		t.Fatalf("Due(%v) = %v", lane, err)
	}
	return d
}

func names(d []local.Due) []string {
	out := []string{}
	for _, x := range d {
		out = append(out, x.Name)
	}
	return out
}

func history(t *testing.T, j local.Journal, name string) []workflow.HistoryEvent {
	t.Helper()
	h, err := j.History(t.Context(), id(name), 0, 1000)
	if err != nil {
		t.Fatalf("History(%s) = %v", name, err)
	}
	return h
}

// same compares what was stored with what is answered: an absent slice equals an
// empty one, times must be the same instant and in UTC. Rows are the journal's affair.
func same(t *testing.T, what string, got, want any) {
	t.Helper()
	utc := cmp.Comparer(func(a, b time.Time) bool {
		return a.Equal(b) && a.Location() == time.UTC && b.Location() == time.UTC
	})
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty(), cmpopts.IgnoreFields(local.Record{}, "Row"), utc); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", what, diff)
	}
}

func count(t *testing.T, j local.Journal, lane local.Lane) int64 {
	t.Helper()
	n, err := j.Count(context.Background(), lane)
	if err != nil {
		t.Fatalf("Count(%v) = %v", lane, err)
	}
	return n
}
