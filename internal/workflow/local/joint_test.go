package local_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/local"
	"github.com/vacancy/vacancy/internal/workflow/local/memory"
)

// jointMachine asks, then waits for a token that its step stores.
var jointMachine = `{"StartAt":"Ask","States":{"Ask":` + invoke("Ask", `"Next":"Await"`) + `,
	"Await":` + await("Await", `"TimeoutSeconds":900,"Catch":[{"ErrorEquals":["Refused"],"ResultPath":"$.why","Next":"Last"}],"Next":"Last"`) + `,
	"Last":` + invoke("Ask", `"End":true`) + `}}`

// scene is one execution of jointMachine and the step that stores its token.
type scene struct {
	*testing.T
	disk    local.Journal
	journal *faulty
	runner  *local.Runner
}

// play runs jointMachine with the step until the end of the test.
func play(t *testing.T, step func(s *scene, ctx context.Context, token string) error) *scene {
	t.Helper()
	s := &scene{T: t, disk: memory.New()}
	s.journal = newFaulty(s.disk, 0, noFault)
	s.runner = open(t, local.Config{
		Journal: s.journal, Definitions: definitions(map[string]string{"machine": jointMachine}),
		Joint: map[string]json.RawMessage{"Await": json.RawMessage(`{}`)},
		Steps: map[string]workflow.Handler{"Ask": echo, "Await": func(ctx context.Context, in json.RawMessage) (json.RawMessage, error) {
			var ask struct{ Token string }
			if err := json.Unmarshal(in, &ask); err != nil {
				return nil, err
			}
			return json.RawMessage(`{}`), step(s, ctx, ask.Token)
		}},
	})
	start(t, s.runner, "a", `{}`)
	return s
}

// seq answers how many entries the journal has.
func (s *scene) seq() int64 {
	rec, err := s.disk.Load(s.Context(), id("a"))
	if err != nil {
		s.Error(err)
	}
	return rec.Seq
}

// events answers the history's kinds of events that are about Await.
func (s *scene) events() (kinds []string) {
	events, err := s.disk.History(s.Context(), id("a"), 0, 1000)
	if err != nil {
		s.Error(err)
	}
	at := slices.IndexFunc(events, func(e workflow.HistoryEvent) bool { return e.Type == "TaskStateExited" })
	if at < 0 {
		return nil
	}
	for _, e := range events[at+1:] {
		kinds = append(kinds, e.Type)
	}
	return kinds
}

func (s *scene) want(kinds ...string) {
	s.Helper()
	if got := s.events(); len(got) < len(kinds) || !slices.Equal(got[:len(kinds)], kinds) {
		s.Errorf("the history of Await begins with %v, want %v", got, kinds)
	}
}

var nothing = func() error { return nil }

func TestAJointIsOneEntry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t, func(s *scene, ctx context.Context, token string) error {
			if n := s.seq(); n != 0 {
				s.Errorf("the journal has %d entries before the step writes, want none", n)
			}
			err := s.journal.store(ctx, nothing)
			if n := s.seq(); n != 1 {
				s.Errorf("%d entries came with the write, want 1", n)
			}
			return errors.Join(err, s.journal.store(ctx, nothing)) // a second write carries nothing
		})
		synctest.Wait()
		s.want("TaskStateEntered", "TaskScheduled", "TaskStarted", "TaskSubmitted")
		if n, stats := s.seq(), s.runner.Stats(); n != 1 || stats.Transitions != 1 || stats.Active != 0 {
			t.Errorf("%d entries; %+v, want one transition and nothing driven", n, stats)
		}
		due, err := s.disk.Due(t.Context(), local.Deadlines, time.Now().Add(15*time.Minute), 10)
		if err != nil || len(due) != 1 {
			t.Errorf("due at its timeout are %v, %v", due, err)
		}
		if x := ended(t, s.runner, "a"); x.Error != workflow.Timeout || x.StoppedAt.Sub(x.StartedAt) != 15*time.Minute {
			t.Errorf("it ended by %s after %s", x.Error, x.StoppedAt.Sub(x.StartedAt))
		}
	})
}

// TestACallbackFromWithinTheStep: the token is known once the step has written, and is taken
// though the step goes on.
func TestACallbackFromWithinTheStep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t, func(s *scene, ctx context.Context, token string) error {
			if err := s.journal.store(ctx, nothing); err != nil {
				return err
			}
			began := time.Now()
			err := s.runner.SendTaskSuccess(ctx, token, json.RawMessage(`{"paid":true}`))
			if took := time.Since(began); took > 0 {
				s.Errorf("it took %s", took)
			}
			return err
		})
		if x := ended(t, s.runner, "a"); string(x.Output) != `{"paid":true}` {
			t.Errorf("ended %s with %s", x.Status, x.Output)
		}
		s.want("TaskStateEntered", "TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded")
	})
}

// TestWhatComesBeforeTheWriteIsJournaledFirst: the entry is taken back from the step, and with what
// led to it journaled by itself.
func TestWhatComesBeforeTheWriteIsJournaledFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t, func(s *scene, ctx context.Context, _ string) error {
			if err := s.runner.Stop(ctx, id("a"), "Enough", ""); err != nil {
				s.Errorf("Stop = %v", err)
			}
			return s.journal.store(ctx, nothing)
		})
		if x := ended(t, s.runner, "a"); x.Status != workflow.Aborted {
			t.Errorf("ended %s", x.Status)
		}
		synctest.Wait()
		s.want("TaskStateEntered", "TaskScheduled", "TaskStarted", "ExecutionAborted")
		if n := s.seq(); n != 2 {
			t.Errorf("%d entries, want 2", n)
		}
	})
}

// TestASlowStepIsInTheHistory, whose write comes after the entry was taken back.
func TestASlowStepIsInTheHistory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t, func(s *scene, ctx context.Context, _ string) error {
			<-time.After(time.Second)
			return s.journal.store(ctx, nothing)
		})
		<-time.After(500 * time.Millisecond)
		s.want("TaskStateEntered", "TaskScheduled", "TaskStarted")
		if n := s.seq(); n != 1 {
			t.Errorf("%d entries while it is slow, want 1", n)
		}
		<-time.After(time.Second)
		s.want("TaskStateEntered", "TaskScheduled", "TaskStarted", "TaskSubmitted")
	})
}

func TestAStepThatWritesNothing(t *testing.T) {
	for name, step := range map[string]struct {
		fails  bool
		stores func() error // nil: not at all
		want   []string
	}{
		"answers":                    {want: []string{"TaskSubmitted"}},
		"fails":                      {fails: true, want: []string{"TaskFailed", "TaskStateExited"}},
		"is refused by the store":    {fails: true, stores: func() error { return workflow.Error{Name: "Refused"} }, want: []string{"TaskFailed", "TaskStateExited"}},
		"fails after it has written": {fails: true, stores: nothing, want: []string{"TaskSubmitted", "TaskFailed", "TaskStateExited"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				calls := 0
				s := play(t, func(s *scene, ctx context.Context, _ string) error {
					calls++
					if step.stores != nil {
						if err := s.journal.store(ctx, step.stores); err != nil {
							return err
						}
					}
					if step.fails {
						return workflow.Error{Name: "Refused", Cause: "by the test"}
					}
					return nil
				})
				<-time.After(time.Second)
				s.want(append([]string{"TaskStateEntered", "TaskScheduled", "TaskStarted"}, step.want...)...)
				if calls != 1 {
					t.Errorf("it was called %d times", calls)
				}
				if x, err := s.runner.Describe(t.Context(), id("a")); err != nil || (x.Status == workflow.Succeeded) != step.fails {
					t.Errorf("it is %s, %v", x.Status, err)
				}
			})
		})
	}
}

// TestAJournalThatDoesNotJoin has every entry to itself.
func TestAJournalThatDoesNotJoin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		journal := memory.New()
		r := open(t, local.Config{
			Journal: journal, Definitions: definitions(map[string]string{"machine": jointMachine}),
			Joint: map[string]json.RawMessage{"Await": json.RawMessage(`{}`)}, Steps: map[string]workflow.Handler{"Ask": echo, "Await": echo},
		})
		start(t, r, "a", `{}`)
		synctest.Wait()
		if rec, err := journal.Load(t.Context(), id("a")); err != nil || rec.Seq != 2 {
			t.Errorf("%d entries, %v; want 2", rec.Seq, err)
		}
	})
}

// TestACallbackThatLeadsToAJointIsJournaledFirst: who sent it is told once it is durable.
func TestACallbackThatLeadsToAJointIsJournaledFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var tokens []string
		journal := newFaulty(memory.New(), 0, noFault)
		r := open(t, local.Config{
			Journal: journal, Joint: map[string]json.RawMessage{"Await": json.RawMessage(`{}`)},
			Definitions: definitions(map[string]string{"machine": `{"StartAt":"First","States":{"First":` + await("Await", `"Next":"Second"`) + `,"Second":` + await("Await", `"End":true`) + `}}`}),
			Steps: map[string]workflow.Handler{"Await": func(ctx context.Context, in json.RawMessage) (json.RawMessage, error) {
				var ask struct{ Token string }
				if err := json.Unmarshal(in, &ask); err != nil {
					return nil, err
				}
				return json.RawMessage(`{}`), journal.store(ctx, func() error { tokens = append(tokens, ask.Token); return nil })
			}},
		})
		start(t, r, "a", `{}`)
		for n := range 2 {
			synctest.Wait()
			if len(tokens) != n+1 {
				t.Fatalf("%d tokens were stored, want %d", len(tokens), n+1)
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			if err := r.SendTaskSuccess(ctx, tokens[n], json.RawMessage(`{}`)); err != nil {
				t.Fatal(err)
			}
			cancel()
			events, err := journal.History(t.Context(), id("a"), 0, 100)
			if err != nil || !slices.ContainsFunc(events[5*n+3:], func(e workflow.HistoryEvent) bool { return e.Type == "TaskSucceeded" }) {
				t.Errorf("callback %d was answered before it was in the history: %v, %v", n, events, err)
			}
		}
		if x := ended(t, r, "a"); x.Status != workflow.Succeeded {
			t.Errorf("ended %s", x.Status)
		}
	})
}
