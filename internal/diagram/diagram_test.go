package diagram_test

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/diagram"
	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/statemachine"
)

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s:\n--- got\n%s--- want\n%s", path, got, want)
	}
}

func read(t *testing.T, definition string) diagram.Chart {
	t.Helper()
	c, err := diagram.Read([]byte(definition))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// everything has each kind of state, names that are no identifiers, and each kind of
// rule of a Choice.
const everything = `{"StartAt":"Fan out: all","States":{
	"Fan out: all":{"Type":"Parallel","Branches":[
		{"StartAt":"end","States":{"end":{"Type":"Pass","End":true}}},
		{"StartAt":"B","States":{"B":{"Type":"Wait","Seconds":1,"Next":"B2"},"B2":{"Type":"Succeed"}}}],"Next":"Each"},
	"Each":{"Type":"Map","ItemProcessor":{"StartAt":"Item","States":{"Item":{"Type":"Task","Resource":"r","End":true}}},
		"Catch":[{"ErrorEquals":["A","B"],"Next":"Gone"},{"ErrorEquals":["States.ALL"],"Next":"Gone"}],"Next":"Which"},
	"Which":{"Type":"Choice","Choices":[
		{"Variable":"$.status","StringEquals":"PAID","Next":"Done"},
		{"And":[{"Variable":"$.n","NumericGreaterThanEquals":2},{"Or":[{"Variable":"$.a","IsPresent":true},{"Variable":"$.b","IsNull":false}]}],"Next":"Done"},
		{"Not":{"Variable":"$.x","StringMatchesPath":"$.y"},"Next":"Gone"},
		{"Condition":"{% $n < 3 %}","Next":"Gone"}],"Default":"Fan out: all"},
	"Done":{"Type":"Succeed"},
	"Gone":{"Type":"Fail","Error":"Gone"}}}`

func TestEveryKindOfStateIsDrawn(t *testing.T) {
	golden(t, "everything.mmd", diagram.Mermaid(read(t, everything), nil))
}

func TestOurDefinitionsAreDrawn(t *testing.T) {
	for name, source := range statemachine.Definitions() {
		text := diagram.Mermaid(read(t, string(source)), nil)
		for _, s := range read(t, string(source)).States {
			if !strings.Contains(text, s.Name) {
				t.Errorf("%s: %s is not in the diagram", name, s.Name)
			}
		}
	}
}

func events(t *testing.T, lines ...string) []workflow.HistoryEvent {
	t.Helper()
	var out []workflow.HistoryEvent
	for i, line := range lines {
		kind, name, _ := strings.Cut(line, " ")
		out = append(out, workflow.HistoryEvent{ID: int64(i + 1), PreviousID: int64(i), Type: kind, Details: []byte(`{"name":"` + name + `"}`)})
	}
	return out
}

const loop = `{"StartAt":"Try","States":{
	"Try":{"Type":"Task","Resource":"r","Catch":[{"ErrorEquals":["States.ALL"],"Next":"Pause"}],"Next":"Done"},
	"Pause":{"Type":"Wait","Seconds":1,"Next":"Try"},
	"Done":{"Type":"Succeed"},"Unused":{"Type":"Succeed"}}}`

func TestThePathOfAnExecution(t *testing.T) {
	history := events(t, "ExecutionStarted", "TaskStateEntered Try", "TaskScheduled", "TaskFailed", "TaskStateExited Try",
		"WaitStateEntered Pause", "WaitStateExited Pause", "TaskStateEntered Try", "TaskScheduled", "TaskSucceeded", "TaskStateExited Try",
		"SucceedStateEntered Done", "SucceedStateExited Done", "ExecutionSucceeded")
	path, err := diagram.PathOf(history)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "loop.mmd", diagram.Mermaid(read(t, loop), path))
}

// A saga's way forward, the failure that was caught, the retries and the way back.
func TestWhatBecameOfEachState(t *testing.T) {
	history := events(t, "ExecutionStarted",
		"TaskStateEntered Reserve", "TaskScheduled", "TaskSucceeded", "TaskStateExited Reserve",
		"TaskStateEntered Pay", "TaskScheduled", "TaskTimedOut", "TaskScheduled", "TaskFailed", "TaskStateExited Pay",
		"TaskStateEntered RefundPayment", "TaskScheduled", "TaskFailed", "TaskScheduled", "TaskSucceeded", "TaskStateExited RefundPayment",
		"TaskStateEntered CancelReservation", "TaskScheduled", "TaskFailed", "ExecutionFailed")
	path, err := diagram.PathOf(history)
	if err != nil {
		t.Fatal(err)
	}
	want := []diagram.Visit{
		{State: "Reserve", Type: "Task", Mark: diagram.Taken, Times: 1, Left: 1},
		{State: "Pay", Type: "Task", Mark: diagram.Caught, Times: 1, Left: 1, Failures: 2},
		{State: "RefundPayment", Type: "Task", Mark: diagram.Undone, Times: 1, Left: 1, Failures: 1},
		{State: "CancelReservation", Type: "Task", Mark: diagram.Failed, Times: 1, Failures: 1},
	}
	got := path.Visits()
	for i := range got {
		got[i].EnteredAt, got[i].LeftAt = time.Time{}, time.Time{}
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestWhereAnExecutionIsAndWhereItFailed(t *testing.T) {
	entered := []string{"ExecutionStarted", "TaskStateEntered Try", "TaskScheduled"}
	for end, want := range map[string]string{"": "class Try current", "ExecutionFailed": "class Try failed", "ExecutionTimedOut": "class Try failed", "ExecutionAborted": "class Try failed"} {
		lines := entered
		if end != "" {
			lines = append(entered[:3:3], end)
		}
		path, err := diagram.PathOf(events(t, lines...))
		if err != nil {
			t.Fatal(err)
		}
		if text := diagram.Mermaid(read(t, loop), path); !strings.Contains(text, want) || strings.Contains(text, "✓") {
			t.Errorf("%q: %s", end, text)
		}
	}
}

// In a Parallel, what led to an event is told by its PreviousID, not by the event before it.
func TestInterleavedBranches(t *testing.T) {
	history := []workflow.HistoryEvent{
		{ID: 1, Type: "ExecutionStarted"},
		{ID: 2, PreviousID: 1, Type: "ParallelStateEntered", Details: []byte(`{"name":"Fan out: all"}`)},
		{ID: 3, PreviousID: 2, Type: "ParallelStateStarted"},
		{ID: 4, PreviousID: 3, Type: "WaitStateEntered", Details: []byte(`{"name":"B"}`)},
		{ID: 5, PreviousID: 4, Type: "WaitStateExited", Details: []byte(`{"name":"B"}`)},
		{ID: 6, PreviousID: 3, Type: "PassStateEntered", Details: []byte(`{"name":"end"}`)},
		{ID: 7, PreviousID: 5, Type: "SucceedStateEntered", Details: []byte(`{"name":"B2"}`)},
	}
	path, err := diagram.PathOf(history)
	if err != nil {
		t.Fatal(err)
	}
	text := diagram.Mermaid(read(t, everything), path)
	if !strings.Contains(text, "B --> B2: ✓ 1\n") || !strings.Contains(text, "class state_1,state_2,B2 current") || !strings.Contains(text, "class B taken") {
		t.Error(text)
	}
}

// One arrow stands for the plain transition and the caught error that lead to one state.
func TestTransitionsToOneStateAreOneArrow(t *testing.T) {
	text := diagram.Mermaid(read(t, `{"StartAt":"A","States":{"A":{"Type":"Task","Resource":"r","Next":"B",
		"Catch":[{"ErrorEquals":["States.ALL"],"Next":"B"}]},"B":{"Type":"Succeed"}}}`), nil)
	if !strings.Contains(text, "A --> B: also on States.ALL\n") || strings.Count(text, "A -->") != 1 {
		t.Error(text)
	}
}

func TestWhatCannotBeDrawn(t *testing.T) {
	for _, definition := range []string{``, `[]`, `{"StartAt":"A","States":[]}`, `{"States":{"A":{"Next":1}}}`} {
		if _, err := diagram.Read([]byte(definition)); err == nil {
			t.Errorf("%q was drawn", definition)
		}
	}
	if _, err := diagram.PathOf([]workflow.HistoryEvent{{ID: 1, Type: "TaskStateEntered", Details: []byte(`{`)}}); err == nil {
		t.Error("details that are no JSON were taken")
	}
}
