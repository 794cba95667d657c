package journaltest

import (
	"errors"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/local"
)

var createTests = []test{
	{"Create/AnswersAndStoresTheRecord", func(t *testing.T, j local.Journal) {
		r := newRecord("a")
		got, err := j.Create(t.Context(), r)
		if err != nil {
			t.Fatalf("Create = %v", err)
		}
		same(t, "Create's answer", got, created(newRecord("a")))
		clear(r.Input)
		clear(got.Input)
		same(t, "the stored record", load(t, j, "a"), created(newRecord("a")))
	}},
	{"Create/TakesNothingButTheStart", func(t *testing.T, j local.Journal) {
		r := newRecord("a")
		r.Seq, r.Status, r.State, r.Output, r.Error, r.Cause = 7, workflow.Failed, []byte("s"), []byte(`1`), "E", "c"
		r.StoppedAt = at(time.Hour)
		mustCreate(t, j, r)
		same(t, "the stored record", load(t, j, "a"), created(newRecord("a")))
	}},
	{"Create/LocalTimesBecomeUTC", func(t *testing.T, j local.Journal) {
		r := newRecord("a")
		r.StartedAt = r.StartedAt.In(time.FixedZone("there", 3600))
		got, err := j.Create(t.Context(), r)
		if err != nil {
			t.Fatalf("Create = %v", err)
		}
		same(t, "Create's answer", got, created(newRecord("a")))
		same(t, "the stored record", load(t, j, "a"), created(newRecord("a")))
	}},
	{"Create/IsDueAtOnceInBacklog", func(t *testing.T, j local.Journal) {
		mustCreate(t, j, newRecord("a"))
		same(t, "due before it started", due(t, j, local.Backlog, epoch.Add(-1), 10), []local.Due{})
		stored := created(newRecord("a"))
		same(t, "due when it started", due(t, j, local.Backlog, epoch, 10), []local.Due{{ExecutionID: id("a"), At: epoch, Created: &stored}})
		for _, lane := range []local.Lane{local.Deadlines, local.InFlight} {
			same(t, "due in "+lane.String(), due(t, j, lane, at(time.Hour), 10), []local.Due{})
		}
		if _, ok, err := j.NextDue(t.Context()); ok || err != nil {
			t.Errorf("NextDue = %v, %v; backlog is no deadline", ok, err)
		}
	}},
	{"Create/TakenName", func(t *testing.T, j local.Journal) {
		mustCreate(t, j, newRecord("a"))
		e := entry("a", 0)
		e.Events = events(1, 2)
		mustAppend(t, j, e)
		before := load(t, j, "a")

		other := newRecord("a")
		other.Input, other.Definition, other.StartedAt = []byte(`"other"`), "other", at(time.Hour)
		got, err := j.Create(t.Context(), other)
		if !errors.Is(err, workflow.ErrExecutionAlreadyExists) {
			t.Fatalf("Create of a taken name = %v, want ErrExecutionAlreadyExists", err)
		}
		same(t, "Create's answer", got, before)
		same(t, "the stored record", load(t, j, "a"), before)
		same(t, "the history", history(t, j, "a"), events(1, 2))
		same(t, "the backlog", due(t, j, local.Backlog, at(2*time.Hour), 10), []local.Due{})
	}},
	{"Create/TakenNameOfAnEndedExecution", func(t *testing.T, j local.Journal) {
		mustCreate(t, j, newRecord("a"))
		e := entry("a", 0)
		e.Status, e.Output = workflow.Succeeded, []byte(`{}`)
		mustAppend(t, j, e)
		got, err := j.Create(t.Context(), newRecord("a"))
		if !errors.Is(err, workflow.ErrExecutionAlreadyExists) || got.Status != workflow.Succeeded {
			t.Fatalf("Create = %s, %v; want the ended one and ErrExecutionAlreadyExists", got.Status, err)
		}
	}},
	{"Create/SameNameOfAnotherMachine", func(t *testing.T, j local.Journal) {
		mustCreate(t, j, newRecord("a"))
		r := newRecord("a")
		r.Machine, r.Input = "trip", []byte(`"trip"`)
		mustCreate(t, j, r)
		got, err := j.Load(t.Context(), r.ExecutionID)
		if err != nil {
			t.Fatalf("Load = %v", err)
		}
		same(t, "the trip's record", got, created(r))
		same(t, "the reservation's record", load(t, j, "a"), created(newRecord("a")))
	}},
	{"Create/SignalsStarted", func(t *testing.T, j local.Journal) {
		for i, name := range []string{"a", "b", "c"} {
			mustCreate(t, j, newRecord(name))
			if i == 0 {
				continue // two creations, one signal: it must neither block nor be lost
			}
			select {
			case <-j.Started():
			case <-time.After(10 * time.Second):
				t.Fatalf("no signal after creating %s", name)
			}
		}
	}},
	{"Load/Unknown", func(t *testing.T, j local.Journal) {
		mustCreate(t, j, newRecord("a"))
		for _, unknown := range []workflow.ExecutionID{id("b"), {Machine: "trip", Name: "a"}, {}} {
			if _, err := j.Load(t.Context(), unknown); !errors.Is(err, workflow.ErrExecutionDoesNotExist) {
				t.Errorf("Load(%v) = %v, want ErrExecutionDoesNotExist", unknown, err)
			}
		}
	}},
}
