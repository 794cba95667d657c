package asl_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"github.com/vacancy/vacancy/internal/asl"
)

type rapidChooser struct{ t *rapid.T }

func (c rapidChooser) below(n int) int { return rapid.IntRange(0, n-1).Draw(c.t, "choice") }

// replay answers the choices that another run made, so that two runs are the same.
type recorder struct {
	chooser
	made []int
}

func (r *recorder) below(n int) int {
	c := r.chooser.below(n)
	r.made = append(r.made, c)
	return c
}

type replay struct{ made []int }

func (r *replay) below(int) int {
	c := r.made[0]
	r.made = r.made[1:]
	return c
}

// TestStateSurvivesEncodingAnywhere runs made-up executions twice: as they are, and with
// the state written and read again before every event. Both have the same history to the
// last byte; and what is in flight is what Pending and NextDue say it is.
func TestStateSurvivesEncodingAnywhere(t *testing.T) {
	ended := map[asl.Status]int{}
	rapid.Check(t, func(t *rapid.T) {
		v := &inventor{chooser: rapidChooser{t}}
		source, err := json.Marshal(v.machine(2))
		if err != nil {
			t.Fatal(err)
		}
		m, err := asl.Parse(source)
		if err != nil {
			t.Skip("made up badly")
		}
		input := pick(v, answers...)
		choices := &recorder{chooser: v.chooser}
		plain := newRandomRun(m, choices, func(s *asl.State) *asl.State { return s })
		if err := plain.run(input, 60); err != nil {
			t.Fatalf("%v\n%s", err, source)
		}
		encoded := newRandomRun(m, &replay{choices.made}, func(s *asl.State) *asl.State { return reread(t, m, s) })
		if err := encoded.run(input, 60); err != nil {
			t.Fatalf("%v\n%s", err, source)
		}
		if !reflect.DeepEqual(plain.events, encoded.events) {
			t.Fatalf("the histories differ\n%s\n%s\n%s", source, short(plain.events), short(encoded.events))
		}
		if plain.state.Status() != encoded.state.Status() || !bytes.Equal(plain.state.Output(), encoded.state.Output()) {
			t.Fatalf("%s and %s\n%s", plain.state.Output(), encoded.state.Output(), source)
		}
		for i, e := range plain.events {
			if e.ID != int64(i+1) || e.PreviousID >= e.ID || !json.Valid(e.Details) {
				t.Fatalf("event %d is %+v (%s)", i+1, e, e.Details)
			}
		}
		ended[plain.state.Status()]++
	})
	for _, status := range []asl.Status{asl.Succeeded, asl.Failed} {
		if ended[status] == 0 {
			t.Errorf("no execution ended %s: %v; the test shows little", status, ended)
		}
	}
}

type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

// reread writes a state, reads it and checks that nothing of it is lost.
func reread(t fataler, m *asl.Machine, s *asl.State) *asl.State {
	t.Helper()
	b, err := s.MarshalBinary()
	if err != nil {
		t.Fatalf("MarshalBinary: %v", err)
	}
	again, err := m.DecodeState(b)
	if err != nil {
		t.Fatalf("DecodeState: %v", err)
	}
	b2, err := again.MarshalBinary()
	if err != nil || !bytes.Equal(b, b2) {
		t.Fatalf("encoded twice: %v\n%q\n%q", err, b, b2)
	}
	due, ok := s.NextDue()
	due2, ok2 := again.NextDue()
	if !due.Equal(due2) || ok != ok2 {
		t.Fatalf("due %v %v, then %v %v", due, ok, due2, ok2)
	}
	if p, p2 := s.Pending(), again.Pending(); !reflect.DeepEqual(p, p2) {
		t.Fatalf("pending %+v, then %+v", p, p2)
	}
	return again
}
