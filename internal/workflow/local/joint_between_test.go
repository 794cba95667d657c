package local_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/local"
	"github.com/vacancy/vacancy/internal/workflow/local/memory"
)

// TestWhatLedToTheStepIsDurableBeforeItWrites: a message that changes nothing takes the entry back from the
// step, too. Its write then comes after the entry, or the task before would run again after a crash.
func TestWhatLedToTheStepIsDurableBeforeItWrites(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		play(t, func(s *scene, ctx context.Context, token string) error {
			s.journal.slow = 10 * time.Millisecond
			go func() {
				if err := s.runner.SendTaskSuccess(s.Context(), ofAnEarlierTask(s.T, token), json.RawMessage(`{}`)); !errors.Is(err, workflow.ErrTaskTimedOut) {
					s.Errorf("the callback = %v", err)
				}
			}()
			<-time.After(time.Millisecond)
			return s.journal.store(ctx, func() error {
				if n := s.seq(); n == 0 {
					s.Error("the token is stored, and the journal has nothing of what led to it")
				}
				return nil
			})
		})
		<-time.After(time.Second)
	})
}

// ofAnEarlierTask makes of a token that of the execution's first task.
func ofAnEarlierTask(t *testing.T, token string) string {
	text, err := base64.RawURLEncoding.DecodeString(token)
	parts := strings.Split(string(text), "\x00")
	if err != nil || len(parts) < 4 {
		t.Fatalf("the token %q is of another format: %v", token, err)
	}
	parts[3] = "1"
	return base64.RawURLEncoding.EncodeToString([]byte(strings.Join(parts, "\x00")))
}

// TestALateAnswerIsNotThatOfTheNextCall: the write of a call failed with an outcome that is not known,
// so the step is called again while the first call still runs.
func TestALateAnswerIsNotThatOfTheNextCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		s := play(t, func(s *scene, ctx context.Context, _ string) error {
			calls++
			if calls == 1 {
				s.journal.mu.Lock()
				s.journal.at, s.journal.fault = s.journal.writes+1, errorBefore
				s.journal.mu.Unlock()
				err := s.journal.store(ctx, nothing)
				<-time.After(300 * time.Millisecond)
				return errors.Join(workflow.Error{Name: "Refused"}, err)
			}
			err := s.journal.store(ctx, nothing)
			<-time.After(300 * time.Millisecond)
			return err
		})
		<-time.After(time.Second)
		s.want("TaskStateEntered", "TaskScheduled", "TaskStarted", "TaskSubmitted")
		if x, err := s.runner.Describe(t.Context(), id("a")); err != nil || x.Status != workflow.Running || calls != 2 {
			t.Errorf("%s, %v, after %d calls, want that it waits", x.Status, err, calls)
		}
	})
}

// messaging is a journal in which something happens to an execution just as its entry is offered to a step.
type messaging struct {
	*faulty
	message func()
	broken  atomic.Bool // its appends fail
}

func (m *messaging) Join(ctx context.Context, j *local.Joint) context.Context {
	m.message()
	return m.faulty.Join(ctx, j)
}

func (m *messaging) Append(ctx context.Context, e local.Entry) error {
	if m.broken.Load() {
		return errInjected
	}
	return m.faulty.Append(ctx, e)
}

// TestATaskThatIsNeverCalledIsNotWaitedFor: the journal fails until the runner is stopped.
func TestATaskThatIsNeverCalledIsNotWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		journal := &messaging{faulty: newFaulty(memory.New(), 0, noFault)}
		var r *local.Runner
		journal.message = func() {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			if err := r.Stop(ctx, id("a"), "Enough", ""); !errors.Is(err, context.Canceled) {
				t.Errorf("Stop = %v, want that it is not waited for", err)
			}
			journal.broken.Store(true)
		}
		var stop func() error
		r, stop = run(t, local.Config{
			Journal: journal, Definitions: definitions(map[string]string{"machine": jointMachine}),
			Joint: map[string]json.RawMessage{"Await": json.RawMessage(`{}`)}, ShutdownGrace: time.Second,
			Steps: map[string]workflow.Handler{"Ask": echo, "Await": echo},
		})
		start(t, r, "a", `{}`)
		<-time.After(time.Second)
		if !journal.broken.Load() {
			t.Fatal("no entry was offered to the step")
		}
		if err := stop(); err != nil {
			t.Errorf("Run = %v, want nil: no handler runs", err)
		}
	})
}

// TestAJointAtTheHistorysLimit: the execution fails by its 25,000th event, whichever of the events of
// a joint entry that is.
func TestAJointAtTheHistorysLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var passes strings.Builder // so many that the event is one of those
		for n := range 10 {
			next := "P" + strconv.Itoa(n+1)
			if n == 9 {
				next = "Ask"
			}
			passes.WriteString(`"P` + strconv.Itoa(n) + `":{"Type":"Pass","Next":"` + next + `"},`)
		}
		machine := `{"StartAt":"P0","States":{` + passes.String() + `"Ask":` + invoke("Ask", `"Next":"Await"`) + `,
			"Await":` + await("Await", `"TimeoutSeconds":900,"Next":"Ask"`) + `}}`
		disk := memory.New()
		journal, tokens := newFaulty(disk, 0, noFault), make(chan string, 1)
		r := open(t, local.Config{
			Journal: journal, Definitions: definitions(map[string]string{"machine": machine}),
			Joint: map[string]json.RawMessage{"Await": json.RawMessage(`{}`)},
			Steps: map[string]workflow.Handler{"Ask": echo, "Await": func(ctx context.Context, in json.RawMessage) (json.RawMessage, error) {
				var ask struct{ Token string }
				if err := json.Unmarshal(in, &ask); err != nil {
					return nil, err
				}
				err := journal.store(ctx, nothing)
				tokens <- ask.Token
				return json.RawMessage(`{}`), err
			}},
		})
		start(t, r, "a", `{}`)
		for range 2270 {
			token := <-tokens
			synctest.Wait() // a callback before the step's answer would save the event of that
			if err := r.SendTaskSuccess(t.Context(), token, json.RawMessage(`{}`)); err != nil {
				t.Fatal(err)
			}
		}
		<-time.After(time.Second)
		events, err := disk.History(t.Context(), id("a"), workflow.MaxHistory-1, 10)
		if err != nil || len(events) != 1 || events[0].Type != "ExecutionFailed" {
			t.Errorf("the history ends with %+v, %v", events, err)
		}
		if x, err := r.Describe(t.Context(), id("a")); err != nil || x.Status != workflow.Failed {
			t.Errorf("it is %s, %v", x.Status, err)
		}
	})
}
