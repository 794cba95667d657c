package trial_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/asl"
	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/integration"
	"github.com/vacancy/vacancy/internal/workflow/mock"
	"github.com/vacancy/vacancy/internal/workflow/trial"
)

var epoch = time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC)

func config(t *testing.T, definition string, run trial.Task) trial.Config {
	t.Helper()
	m, err := asl.Parse([]byte(definition))
	if err != nil {
		t.Fatal(err)
	}
	n := uint64(0)
	return trial.Config{
		ID: workflow.ExecutionID{Machine: "order", Name: "o-1"}, Definition: m, Run: run, Now: epoch,
		Rand: func() uint64 { n += 0x9e3779b97f4a7c15; return n },
	}
}

func testCase(t *testing.T, states, responses string) *mock.TestCase {
	t.Helper()
	c, err := mock.Parse([]byte(`{"StateMachines":{"M":{"TestCases":{"C":` + states + `}}},"MockedResponses":` + responses + `}`))
	if err != nil {
		t.Fatal(err)
	}
	tc, err := c.TestCase("M", "C")
	if err != nil {
		t.Fatal(err)
	}
	return tc
}

const retried = `{"StartAt":"Wait","States":{
	"Wait":{"Type":"Wait","Seconds":3600,"Next":"Pay"},
	"Pay":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"Pay","Payload":{}},
		"Retry":[{"ErrorEquals":["Transient"],"IntervalSeconds":60,"BackoffRate":2,"MaxAttempts":3}],
		"Catch":[{"ErrorEquals":["States.ALL"],"Next":"Undo"}],"OutputPath":"$.Payload","End":true},
	"Undo":{"Type":"Fail","Error":"Undone","Cause":"by the catch"}}}`

func TestTimeIsSkippedInTheRightOrder(t *testing.T) {
	var seen []string
	cfg := config(t, retried, trial.Mocked(testCase(t, `{"Pay":"R"}`,
		`{"R":{"0-1":{"Throw":{"Error":"Transient","Cause":"busy"}},"2":{"Return":{"Payload":"paid"}}}}`), trial.Nothing))
	cfg.Observe = func(o trial.Observation) {
		seen = append(seen, fmt.Sprintf("%s %s %s#%d %s", o.At.Sub(epoch), o.Kind, o.State, o.Attempt, o.Took))
	}
	before := time.Now()
	got, err := trial.Run(t.Context(), cfg)
	if err != nil || got.Status != workflow.Succeeded || string(got.Output) != `"paid"` {
		t.Fatalf("Run = %s %s (%s), %v", got.Status, got.Output, got.Error, err)
	}
	if took := time.Since(before); took > 10*time.Second {
		t.Errorf("an hour took %s", took)
	}
	want := []string{
		"0s TimePassed #0 1h0m0s",
		"1h0m0s TaskStarted Pay#0 0s", "1h0m0s TaskFailed Pay#0 0s", "1h0m0s TimePassed #0 1m0s",
		"1h1m0s TaskStarted Pay#1 0s", "1h1m0s TaskFailed Pay#1 0s", "1h1m0s TimePassed #0 2m0s",
		"1h3m0s TaskStarted Pay#2 0s", "1h3m0s TaskSucceeded Pay#2 0s",
	}
	if !slices.Equal(seen, want) {
		t.Errorf("observed\n%s\nwant\n%s", strings.Join(seen, "\n"), strings.Join(want, "\n"))
	}
	if n := len(got.History); n == 0 || got.History[n-1].Type != "ExecutionSucceeded" {
		t.Errorf("history %+v", got.History)
	}
}

func TestFailureIsAResult(t *testing.T) {
	cfg := config(t, retried, trial.Mocked(testCase(t, `{"Pay":"R"}`, `{"R":{"0":{"Throw":{"Error":"Declined"}}}}`), trial.Nothing))
	got, err := trial.Run(t.Context(), cfg)
	if err != nil || got.Status != workflow.Failed || got.Error != "Undone" || got.Cause != "by the catch" || got.Output != nil {
		t.Errorf("Run = %+v, %v", got, err)
	}
}

func TestWhatNobodyRunsIsUnrunnable(t *testing.T) {
	for name, tc := range map[string]*mock.TestCase{
		"not mocked":            testCase(t, `{}`, `{}`),
		"mocked for less calls": testCase(t, `{"Pay":"R"}`, `{"R":{"0":{"Throw":{"Error":"Transient"}}}}`),
	} {
		_, err := trial.Run(t.Context(), config(t, retried, trial.Mocked(tc, trial.Nothing)))
		var u *trial.Unrunnable
		if !errors.As(err, &u) || u.State != "Pay" {
			t.Errorf("%s: %v, want Unrunnable naming Pay", name, err)
		}
	}
}

const awaiting = `{"StartAt":"Await","States":{
	"Await":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken","TimeoutSeconds":900,
		"Parameters":{"FunctionName":"Await","Payload":{"token.$":"$$.Task.Token"}},
		"Catch":[{"ErrorEquals":["States.Timeout"],"Next":"Late"}],"End":true},
	"Late":{"Type":"Pass","Result":"late","End":true}}}`

// steps runs the step Await, which has the callback sent after a while.
func steps(t *testing.T, after time.Duration) trial.Task {
	return func(ctx context.Context, x *trial.Execution, c asl.Command) (json.RawMessage, error) {
		if task, ok := workflow.TaskFromContext(ctx); !ok || task.Key() != "order/o-1/Await" {
			t.Errorf("the task is %+v", task)
		}
		x.After(after, func() {
			err := x.SendTaskSuccess(ctx, c.Token, json.RawMessage(`"paid"`))
			if after < 15*time.Minute && err != nil || after > 15*time.Minute && !errors.Is(err, workflow.ErrTaskTimedOut) {
				t.Errorf("the callback after %s = %v", after, err)
			}
		})
		return integration.New(map[string]workflow.Handler{
			"Await": func(_ context.Context, in json.RawMessage) (json.RawMessage, error) { return in, nil },
		}, nil, slog.New(slog.DiscardHandler)).Call(ctx, c.Resource, c.Arguments)
	}
}

func TestCallbacks(t *testing.T) {
	for after, want := range map[time.Duration]string{0: `"paid"`, 899 * time.Second: `"paid"`, 901 * time.Second: `"late"`} {
		got, err := trial.Run(t.Context(), config(t, awaiting, steps(t, after)))
		if err != nil || string(got.Output) != want {
			t.Errorf("with a callback after %s: %s %s, %v; want %s", after, got.Status, got.Output, err, want)
		}
	}
	mocked := trial.Mocked(testCase(t, `{"Await":"R"}`, `{"R":{"0":{"Return":{"by":"mock"}}}}`), trial.Nothing)
	got, err := trial.Run(t.Context(), config(t, awaiting, mocked))
	if err != nil || string(got.Output) != `{"by":"mock"}` {
		t.Errorf("mocked: %s %s, %v", got.Status, got.Output, err)
	}
	thrown := trial.Mocked(testCase(t, `{"Await":"R"}`, `{"R":{"0":{"Throw":{"Error":"States.Timeout"}}}}`), trial.Nothing)
	got, err = trial.Run(t.Context(), config(t, awaiting, thrown))
	if err != nil || string(got.Output) != `"late"` {
		t.Errorf("thrown: %s %s, %v", got.Status, got.Output, err)
	}
}

func TestWaitingForEver(t *testing.T) {
	silent := func(context.Context, *trial.Execution, asl.Command) (json.RawMessage, error) {
		return json.RawMessage(`{}`), nil
	}
	_, err := trial.Run(t.Context(), config(t, strings.Replace(awaiting, `"TimeoutSeconds":900,`, "", 1), silent))
	if !errors.Is(err, trial.ErrWaitsForever) {
		t.Errorf("Run = %v, want ErrWaitsForever", err)
	}
}

func TestSleepIsAskedForEachPause(t *testing.T) {
	var slept time.Duration
	cfg := config(t, awaiting, steps(t, 10*time.Minute))
	cfg.Sleep = func(_ context.Context, d time.Duration) { slept += d }
	if _, err := trial.Run(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	if slept != 10*time.Minute {
		t.Errorf("slept %s of virtual time, want 10m", slept)
	}
}

func TestCancelledTrial(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cfg := config(t, awaiting, func(context.Context, *trial.Execution, asl.Command) (json.RawMessage, error) {
		cancel()
		return nil, ctx.Err()
	})
	if _, err := trial.Run(ctx, cfg); !errors.Is(err, context.Canceled) {
		t.Errorf("Run = %v, want context.Canceled", err)
	}
}
