package asl_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/vacancy/vacancy/internal/asl"
)

const maxPayload = 256 * 1024

// quoted is a JSON string of n bytes, quotes included.
func quoted(n int) json.RawMessage {
	return json.RawMessage(`"` + strings.Repeat("x", n-2) + `"`)
}

// ends runs a definition whose task, if it has one, answers once with answer.
func ends(t *testing.T, definition string, input, answer json.RawMessage) *virtual {
	t.Helper()
	m, err := asl.Parse([]byte(definition))
	if err != nil {
		t.Fatal(err)
	}
	v := newVirtual(m, map[string][]mockedAttempt{"T": {{Result: answer}}})
	if err := v.run(contextOf(false), input); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestPayloadLimits(t *testing.T) {
	task := `{"StartAt":"T","States":{"T":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","OutputPath":null,"End":true%s},"C":{"Type":"Succeed"}}}`
	caught := `,"Catch":[{"ErrorEquals":["States.ALL"],"ResultPath":"$.e","Next":"C"}]`
	tooLarge := "The state/task '%s' returned a result with a size exceeding the maximum number of bytes service limit."
	for _, c := range []struct {
		name, definition string
		input, answer    json.RawMessage
		output, cause    string
	}{
		{"an answer of 256 KiB", fmt.Sprintf(task, ""), json.RawMessage(`{}`), quoted(maxPayload), `{}`, ""},
		{"an answer of one byte more", fmt.Sprintf(task, ""), json.RawMessage(`{}`), quoted(maxPayload + 1), "", fmt.Sprintf(tooLarge, "lambda")},
		{"it can be caught", fmt.Sprintf(task, caught), json.RawMessage(`{}`), quoted(maxPayload + 1),
			`{"e":{"Cause":"` + fmt.Sprintf(tooLarge, "lambda") + `","Error":"States.DataLimitExceeded"}}`, ""},
		{"a function's own ARN names it", strings.Replace(fmt.Sprintf(task, ""), "arn:aws:states:::lambda:invoke", "arn:aws:lambda:us-east-1:111111111111:function:F", 1),
			json.RawMessage(`{}`), quoted(maxPayload + 1), "", fmt.Sprintf(tooLarge, "arn:aws:lambda:us-east-1:111111111111:function:F")},
		{"an output that a state makes cannot be caught",
			`{"StartAt":"P","States":{"P":{"Type":"Parallel","Branches":[{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}},{"StartAt":"B","States":{"B":{"Type":"Pass","End":true}}}],
				"Catch":[{"ErrorEquals":["States.ALL"],"Next":"C"}],"End":true},"C":{"Type":"Succeed"}}}`,
			quoted(maxPayload - 10), nil, "", fmt.Sprintf(tooLarge, "P")},
		{"unless a ResultSelector takes little of it",
			`{"StartAt":"P","States":{"P":{"Type":"Parallel","ResultSelector":{"few":2},"Branches":[{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}},{"StartAt":"B","States":{"B":{"Type":"Pass","End":true}}}],"End":true}}}`,
			quoted(maxPayload - 10), nil, `{"few":2}`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := ends(t, c.definition, c.input, c.answer)
			name, cause := v.state.Failure()
			if string(v.state.Output()) != c.output || cause != c.cause || c.cause != "" && name != "States.DataLimitExceeded" {
				t.Errorf("it ends %s with %s, %s: %s\nwant %s, %s", v.state.Status(), short(string(v.state.Output())), name, cause, c.output, c.cause)
			}
		})
	}
}

// TestHistoryLimit counts the events of an endless loop: the last is number 25,000 and
// tells why.
func TestHistoryLimit(t *testing.T) {
	for _, loop := range []string{`{"Type":"Pass","Next":"A"}`, `{"Type":"Wait","Seconds":0,"Next":"A"}`, `{"Type":"Choice","Choices":[{"Variable":"$","IsNull":false,"Next":"A"}]}`} {
		v := ends(t, `{"StartAt":"A","States":{"A":`+loop+`}}`, json.RawMessage(`{}`), nil)
		last := v.events[len(v.events)-1]
		if len(v.events) != 25_000 || last.ID != 25_000 || last.Type != "ExecutionFailed" || v.state.Status() != asl.Failed {
			t.Errorf("%s: %d events, the last %d %s, %s", loop, len(v.events), last.ID, last.Type, v.state.Status())
		}
	}
}

// TestHistoryLimitCountsBranches takes a Parallel of endless loops to the limit.
func TestHistoryLimitCountsBranches(t *testing.T) {
	branch := `{"StartAt":"%[1]s","States":{"%[1]s":{"Type":"Pass","Next":"%[1]s"}}}`
	v := ends(t, `{"StartAt":"P","States":{"P":{"Type":"Parallel","End":true,"Branches":[`+fmt.Sprintf(branch, "A")+`,`+fmt.Sprintf(branch, "B")+`]}}}`, json.RawMessage(`{}`), nil)
	if len(v.events) != 25_000 || v.state.Status() != asl.Failed {
		t.Errorf("%d events, %s", len(v.events), v.state.Status())
	}
}

// TestLoopWithLargePayload takes an endless loop with 20 KB to pass on to its end: 0.6 GB
// of history, in transitions that each write little of it.
func TestLoopWithLargePayload(t *testing.T) {
	if testing.Short() {
		t.Skip("it writes 0.6 GB of history")
	}
	m, err := asl.Parse([]byte(`{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"A"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	env := asl.Env{Now: started, Rand: func() uint64 { return 1 }}
	tr, err := m.Start(contextOf(false), quoted(20_000), env)
	events := 0
	for ; err == nil; tr, err = m.Advance(tr.State, asl.Event{Kind: asl.Tick}, env) {
		events += len(tr.Events)
		written := 0
		for _, e := range tr.Events {
			written += len(e.Details)
		}
		if written > 17<<20 {
			t.Fatalf("a transition writes %d bytes", written)
		}
		if tr.State.Status() != asl.Running {
			break
		}
		if due, ok := tr.State.NextDue(); !ok || due.After(env.Now) {
			t.Fatalf("it is due %v, %v", due, ok)
		}
	}
	if err != nil || events != 25_000 {
		t.Errorf("%d events, %v", events, err)
	}
}
