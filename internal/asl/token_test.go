package asl_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/vacancy/vacancy/internal/asl"
)

const waitsForToken = `{"StartAt":"T","States":{"T":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken",
	"Parameters":{"FunctionName":"F","Payload":{"token.$":"$$.Task.Token"}},"TimeoutSeconds":60,"End":true}}}`

func TestTaskToken(t *testing.T) {
	m, err := asl.Parse([]byte(waitsForToken))
	if err != nil {
		t.Fatal(err)
	}
	seed := uint64(0)
	env := asl.Env{Now: started, Rand: func() uint64 { seed += 0x9e3779b97f4a7c15; return seed }}
	begin := func(name string) asl.Transition {
		x := contextOf(false)
		x.ExecutionName = name
		tr, err := m.Start(x, nil, env)
		if err != nil {
			t.Fatal(err)
		}
		return tr
	}
	one, other := begin("one"), begin("other")
	token := one.Commands[0].Token
	var sent struct{ Payload struct{ Token string } }
	if err := json.Unmarshal(one.Commands[0].Arguments, &sent); err != nil || sent.Payload.Token != token {
		t.Errorf("the task is sent %s, the command has the token %q", one.Commands[0].Arguments, token)
	}
	if machine, execution, ok := asl.TokenExecution(token); machine != "machine" || execution != "one" || !ok {
		t.Errorf("TokenExecution = %q, %q, %v", machine, execution, ok)
	}
	for _, forged := range []string{"", "nonsense", other.Commands[0].Token, token[:len(token)-4], token + "AAAA"} {
		ev := asl.Event{Kind: asl.TaskSucceeded, Token: forged, Output: json.RawMessage(`1`)}
		if _, err := m.Advance(one.State, ev, env); !errors.Is(err, asl.ErrNoSuchTask) {
			t.Errorf("the token %q is answered %v", forged, err)
		}
	}
	for i := range len(token) { // one character changed
		changed := []byte(token)
		changed[i] ^= 1
		ev := asl.Event{Kind: asl.TaskFailed, Token: string(changed), Error: "E"}
		if _, err := m.Advance(one.State, ev, env); !errors.Is(err, asl.ErrNoSuchTask) {
			t.Fatalf("a token with another character %d is answered %v", i, err)
		}
	}
	done, err := m.Advance(one.State, asl.Event{Kind: asl.TaskSucceeded, Token: token, Output: json.RawMessage(`{"paid":true}`)}, env)
	if err != nil || done.State.Status() != asl.Succeeded {
		t.Fatalf("its own token is answered %v", err)
	}
	if _, err := m.Advance(done.State, asl.Event{Kind: asl.TaskSucceeded, Token: token}, env); !errors.Is(err, asl.ErrNoSuchTask) {
		t.Errorf("used twice, the token is answered %v", err)
	}
	if again := begin("one").Commands[0].Token; again == token {
		t.Error("two executions have one token")
	}
}

// TestPendingAfterCrash: a task is to be run again until its call is known to have been
// made; with the same token, which may be in somebody's hands already.
func TestPendingAfterCrash(t *testing.T) {
	m, err := asl.Parse([]byte(waitsForToken))
	if err != nil {
		t.Fatal(err)
	}
	env := asl.Env{Now: started, Rand: func() uint64 { return 7 }}
	tr, err := m.Start(contextOf(false), nil, env)
	if err != nil {
		t.Fatal(err)
	}
	s := reread(t, m, tr.State)
	pending := s.Pending()
	if len(pending) != 1 || pending[0].Token != tr.Commands[0].Token || string(pending[0].Arguments) != string(tr.Commands[0].Arguments) {
		t.Fatalf("pending %+v, want %+v", pending, tr.Commands)
	}
	submit := asl.Event{Kind: asl.TaskSubmitted, TaskID: pending[0].TaskID, Output: json.RawMessage(`{}`)}
	if tr, err = m.Advance(s, submit, env); err != nil {
		t.Fatal(err)
	}
	if again := reread(t, m, tr.State).Pending(); len(again) != 0 {
		t.Errorf("pending after it was submitted: %+v", again)
	}
	if _, err := m.Advance(tr.State, submit, env); !errors.Is(err, asl.ErrNoSuchTask) {
		t.Errorf("submitted twice: %v", err)
	}
	if due, ok := tr.State.NextDue(); !ok || due.Sub(started).Seconds() != 60 {
		t.Errorf("due %v, %v", due, ok)
	}
}
