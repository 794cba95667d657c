package local

import (
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/asl"
	"github.com/vacancy/vacancy/internal/workflow"
)

// awaiting answers a run that waits for a callback for ten seconds from epoch.
func awaiting(t *testing.T, epoch time.Time) (x *run, token string) {
	t.Helper()
	m, err := asl.Parse([]byte(`{"StartAt":"Await","States":{
		"Await":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken","TimeoutSeconds":10,
			"Parameters":{"FunctionName":"F","Payload":{"t.$":"$$.Task.Token"}},"Catch":[{"ErrorEquals":["States.Timeout"],"Next":"Late"}],"End":true},
		"Late":{"Type":"Pass","Result":"late","End":true}}}`))
	if err != nil {
		t.Fatal(err)
	}
	x = newRun(workflow.ExecutionID{Machine: "m", Name: "a"}, Deadlines)
	x.machine, x.rec = &machine{Machine: m}, Record{ExecutionID: x.id, Status: workflow.Running, Input: []byte(`{}`), StartedAt: epoch}
	tr := at(x, epoch)
	if err := tr.apply(nil); err != nil || len(x.waiting) != 1 {
		t.Fatalf("start: %d commands, %v", len(x.waiting), err)
	}
	command := x.waiting[0]
	x.waiting = nil
	tr = at(x, epoch)
	if err := tr.apply([]message{{at: epoch, event: asl.Event{Kind: asl.TaskSubmitted, TaskID: command.TaskID, Output: []byte(`{}`)}}}); err != nil {
		t.Fatal(err)
	}
	return x, command.Token
}

func at(x *run, now time.Time) *transition {
	return &transition{run: x, env: asl.Env{Now: now, Rand: rand.Uint64}, context: func() asl.ExecutionContext { return asl.ExecutionContext{} }, lateness: -1}
}

// TestADeadlineThatHadPassedGoesBeforeTheCallback applies a callback long after it
// came, as when the journal was slow. What counts is when it came.
func TestADeadlineThatHadPassedGoesBeforeTheCallback(t *testing.T) {
	epoch := time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC)
	for came, want := range map[time.Duration]string{
		9 * time.Second:      `"paid"`,
		10*time.Second - 1:   `"paid"`,
		10 * time.Second:     `"late"`,
		10*time.Second + 1:   `"late"`,
		10*time.Minute - 1e9: `"late"`,
	} {
		x, token := awaiting(t, epoch)
		reply := make(chan error, 1)
		tr := at(x, epoch.Add(10*time.Minute))
		err := tr.apply([]message{{at: epoch.Add(came), reply: reply, event: asl.Event{Kind: asl.TaskSucceeded, Token: token, Output: []byte(`"paid"`)}}})
		if err != nil {
			t.Fatal(err)
		}
		tr.answer(nil)
		if got := string(x.state.Output()); got != want {
			t.Errorf("a callback that came after %s led to %s, want %s", came, got, want)
		}
		if err := <-reply; (err == nil) != (want == `"paid"`) || err != nil && !errors.Is(err, workflow.ErrTaskTimedOut) {
			t.Errorf("a callback that came after %s was answered %v", came, err)
		}
	}
}
