package local_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/local"
	"github.com/vacancy/vacancy/internal/workflow/local/memory"
)

// everyKindOfStep has a step of each kind that the journal sees differently: a
// task, a retried task, a callback, a timer, a timeout, tasks beside each other.
var everyKindOfStep = `{"StartAt":"Request","States":{
	"Request":` + invoke("Request", `"Next":"Flaky"`) + `,
	"Flaky":` + invoke("Flaky", `"Retry":[{"ErrorEquals":["Transient"],"IntervalSeconds":2,"MaxAttempts":5}],"Next":"Await"`) + `,
	"Await":` + await("Await", `"TimeoutSeconds":900,"Next":"Pause"`) + `,
	"Pause":{"Type":"Wait","Seconds":30,"Next":"Unheard"},
	"Unheard":` + await("Unheard", `"TimeoutSeconds":60,"Catch":[{"ErrorEquals":["States.Timeout"],"ResultPath":null,"Next":"Both"}],"Next":"Both"`) + `,
	"Both":{"Type":"Parallel","Next":"Last","Branches":[
		{"StartAt":"Left","States":{"Left":` + invoke("Left", `"End":true`) + `}},
		{"StartAt":"Right","States":{"Right":` + invoke("Right", `"End":true`) + `}}]},
	"Last":` + invoke("Last", `"End":true`) + `}}`

// world is everything outside of the runner. It outlives crashes, and it insists.
type world struct {
	t      *testing.T
	disk   local.Journal
	runner *local.Runner

	mu     sync.Mutex
	runs   map[string]int // of each task, by its key
	tokens []string       // not answered yet

	stores *faulty // the step Await writes its token to the journal's file; nil: anywhere
}

func (w *world) count(ctx context.Context, in json.RawMessage) (json.RawMessage, error) {
	task, ok := workflow.TaskFromContext(ctx)
	if !ok {
		return nil, errors.New("the handler was not told its task")
	}
	if !w.journaled(task) {
		w.t.Errorf("%s runs before the journal knows of it", task.Key())
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.runs[task.Key()]++
	return in, nil
}

// journaled reports whether a crash now would find that the task is to be run: it
// is in the history, or it is the first, which the record leads to by itself.
func (w *world) journaled(task workflow.Task) bool {
	if rec, err := w.disk.Load(context.Background(), task.ExecutionID); err == nil && rec.Seq == 0 && task.State == "Request" {
		return true
	}
	events, err := w.disk.History(context.Background(), task.ExecutionID, 0, 1000)
	if err != nil {
		return false
	}
	return slices.ContainsFunc(events, func(e workflow.HistoryEvent) bool {
		return e.Type == "TaskStateEntered" && strings.Contains(string(e.Details), `"`+task.State+`"`)
	})
}

func (w *world) handlers() map[string]workflow.Handler {
	return map[string]workflow.Handler{
		"Request": w.count, "Left": w.count, "Right": w.count, "Last": w.count, "Unheard": w.count,
		"Flaky": func(ctx context.Context, in json.RawMessage) (json.RawMessage, error) {
			if task, _ := workflow.TaskFromContext(ctx); task.Attempt == 0 {
				_, _ = w.count(ctx, in)
				return nil, workflow.Error{Name: "Transient"}
			}
			return w.count(ctx, in)
		},
		"Await": func(ctx context.Context, in json.RawMessage) (json.RawMessage, error) {
			var ask struct{ Token string }
			if err := json.Unmarshal(in, &ask); err != nil {
				return nil, err
			}
			if w.stores != nil {
				return w.storeToken(ctx, ask.Token)
			}
			w.keep(ask.Token)
			return w.count(ctx, in)
		},
	}
}

func (w *world) keep(token string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tokens = append(w.tokens, token)
}

// storeToken writes the token to the journal's file, again where a write fails.
func (w *world) storeToken(ctx context.Context, token string) (json.RawMessage, error) {
	task, _ := workflow.TaskFromContext(ctx)
	write := func() error {
		w.keep(token)
		w.mu.Lock()
		defer w.mu.Unlock()
		w.runs[task.Key()]++
		return nil
	}
	err := w.stores.store(ctx, write)
	if err != nil {
		err = w.stores.store(ctx, write)
	}
	return json.RawMessage(`{}`), err
}

// pay answers each token until a runner takes it or says that it is over.
func (w *world) pay(ctx context.Context) {
	w.mu.Lock()
	tokens := slices.Clone(w.tokens)
	w.mu.Unlock()
	for _, token := range tokens {
		call, cancel := context.WithTimeout(ctx, time.Second)
		err := w.runner.SendTaskSuccess(call, token, json.RawMessage(`{"paid":true}`))
		cancel()
		if err == nil || errors.Is(err, workflow.ErrTaskTimedOut) {
			w.mu.Lock()
			w.tokens = slices.DeleteFunc(w.tokens, func(t string) bool { return t == token })
			w.mu.Unlock()
		}
	}
}

type life struct {
	writes  int
	record  local.Record
	history []workflow.HistoryEvent
	runs    map[string]int
}

// live runs one execution from start to end on a journal with one fault, with a
// new runner after a crash.
func live(t *testing.T, at int, f fault, joint bool) life {
	disk := memory.New()
	w := &world{t: t, disk: disk, runs: map[string]int{}}
	journal := newFaulty(disk, at, f)
	open := func() (stop func() error) {
		cfg := local.Config{
			Journal: journal, Steps: w.handlers(), ShutdownGrace: time.Nanosecond,
			Definitions: definitions(map[string]string{"machine": everyKindOfStep}),
		}
		if joint {
			w.stores, cfg.Joint = journal, map[string]json.RawMessage{"Await": json.RawMessage(`{}`)}
		}
		w.runner, stop = run(t, cfg)
		return stop
	}
	stop := open()
	l := life{runs: w.runs}
	started := false
	for tick := 0; !l.record.Status.Ended(); tick++ {
		if tick > 10_000 {
			t.Fatalf("the execution does not end: %+v", l.record)
		}
		if journal.dead() {
			_ = stop()
			journal = newFaulty(disk, 0, noFault)
			stop = open()
		}
		if !started {
			_, err := w.runner.Start(t.Context(), id("a"), json.RawMessage(`{"n":1}`))
			started = err == nil
		}
		w.pay(t.Context())
		<-time.After(100 * time.Millisecond)
		l.record, _ = disk.Load(t.Context(), id("a"))
	}
	if err := stop(); err != nil {
		t.Errorf("shutting down: %v", err)
	}
	l.writes = journal.writes
	var err error
	if l.history, err = disk.History(t.Context(), id("a"), 0, 1000); err != nil {
		t.Fatal(err)
	}
	return l
}

// types are the kinds of events in the history, sorted, for branches beside each
// other come in any order. Whether a task was submitted is left out: when its
// call runs again after a crash, the callback of the first call may be faster.
func (l life) types() []string {
	var types []string
	for _, e := range l.history {
		if e.Type != "TaskSubmitted" {
			types = append(types, e.Type)
		}
	}
	slices.Sort(types)
	return types
}

// TestFaultAtEveryBoundary puts every fault at every write of the journal, one at
// a time. The execution ends as without a fault, with the same history; every
// task ran, and none more often than the fault explains.
func TestFaultAtEveryBoundary(t *testing.T) { faultAtEveryBoundary(t, false) }

// TestFaultAtEveryBoundaryWithAJoint is the same where a step's own write carries what led to
// it. When that write's outcome is not known its task, and the one before, run again.
func TestFaultAtEveryBoundaryWithAJoint(t *testing.T) { faultAtEveryBoundary(t, true) }

func faultAtEveryBoundary(t *testing.T, joint bool) {
	var want life
	synctest.Test(t, func(t *testing.T) { want = live(t, 0, noFault, joint) })
	fewest := 12
	if joint {
		fewest = 10
	}
	if want.record.Status != workflow.Succeeded || want.writes < fewest || len(want.runs) != 7 {
		t.Fatalf("without a fault: %s (%s: %s), %d writes, tasks %v", want.record.Status, want.record.Error, want.record.Cause, want.writes, want.runs)
	}
	t.Logf("%d boundaries, 4 faults each", want.writes)
	for at := 1; at <= want.writes; at++ {
		for _, f := range []fault{errorBefore, errorAfter, crashBefore, crashAfter} {
			t.Run(fmt.Sprintf("%s/write %d", f, at), func(t *testing.T) {
				var got life
				synctest.Test(t, func(t *testing.T) { got = live(t, at, f, joint) })
				if got.record.Status != want.record.Status || string(got.record.Output) != string(want.record.Output) {
					t.Errorf("ended %s with %s (%s: %s), want %s with %s", got.record.Status, got.record.Output,
						got.record.Error, got.record.Cause, want.record.Status, want.record.Output)
				}
				if !slices.Equal(got.types(), want.types()) {
					t.Errorf("history\n got %v\nwant %v", got.types(), want.types())
				}
				for i, e := range got.history {
					if e.ID != int64(i+1) {
						t.Errorf("event %d has the id %d", i+1, e.ID)
					}
				}
				again := 0
				if f == crashBefore || f == crashAfter || joint {
					again = 1
				}
				for _, key := range slices.Sorted(maps.Keys(want.runs)) {
					if n := got.runs[key]; n < want.runs[key] || n > want.runs[key]+again {
						t.Errorf("%s ran %d times, want %d and at most %d more", key, n, want.runs[key], again)
					}
				}
				if len(got.runs) != len(want.runs) {
					t.Errorf("tasks %v, want %v", got.runs, want.runs)
				}
			})
		}
	}
}
