package asl_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/asl"
)

// TestATransitionCostsTheSameAtAnyLength counts what a transition allocates, and how
// large the state that is journaled after it is, near the beginning and near the end of
// the longest history: neither may depend on what lies behind.
func TestATransitionCostsTheSameAtAnyLength(t *testing.T) {
	m, err := asl.Parse([]byte(`{"StartAt":"T","States":{
		"T":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"F","Payload.$":"$"},"ResultPath":"$.answer","Next":"M"},
		"M":{"Type":"Choice","Choices":[{"Variable":"$.answer.Payload","BooleanEquals":true,"Next":"T"}],"Default":"D"},
		"D":{"Type":"Succeed"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	env := asl.Env{Now: time.Unix(1_800_000_000, 0), Rand: func() uint64 { return 4 }}
	now, err := m.Start(contextOf(false), json.RawMessage(`{"id":"0123456789"}`), env)
	if err != nil {
		t.Fatal(err)
	}
	answer, last := json.RawMessage(`{"Payload":true}`), int64(0)
	step := func() {
		if now, err = m.Advance(now.State, asl.Event{Kind: asl.TaskSucceeded, TaskID: now.Commands[0].TaskID, Output: answer}, env); err != nil {
			t.Fatal(err)
		}
		last = now.Events[len(now.Events)-1].ID
	}
	measure := func() (allocations float64, size int) {
		allocations = testing.AllocsPerRun(50, step)
		state, err := now.State.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		return allocations, len(state)
	}
	for last < 1_000 {
		step()
	}
	early, small := measure()
	for last < 24_000 {
		step()
	}
	late, large := measure()
	if now.State.Status() != asl.Running {
		t.Fatal(now.State.Failure())
	}
	// Numbers of events and tasks have a digit more at the end.
	if late > early+1 || large > small+16 {
		t.Errorf("at event 1,000 a transition allocates %v times and its state has %d bytes; at event 24,000 %v times and %d bytes", early, small, late, large)
	}
	t.Logf("%v allocations, %d bytes; at the end %v and %d", early, small, late, large)
}
