package asl_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/vacancy/vacancy/internal/asl"
)

// FuzzParse feeds anything to Parse. What it takes can be looked at, diagnosed and run.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`{}`, `{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}`,
		`{"StartAt":"A","QueryLanguage":"JSONata","States":{"A":{"Type":"Map","Items":"{% [1] %}","ItemProcessor":{"StartAt":"B","States":{"B":{"Type":"Succeed"}}},"End":true}}}`,
		`{"StartAt":"A","States":{"A":{"Type":"Choice","Choices":[{"Not":{"Variable":"$.x","NumericLessThan":1},"Next":"A"}]}}}`,
		`{"StartAt":"A","States":{"A":{"Type":"Task","Resource":"arn:aws:states:::a:b.waitForTaskToken","Parameters":{"t.$":"$$.Task.Token"},"Catch":[{"ErrorEquals":["States.ALL"],"Next":"B"}],"Next":"B"},"B":{"Type":"Wait","TimestampPath":"$.t","End":true}}}`,
	} {
		f.Add([]byte(seed))
	}
	if own, err := os.ReadFile("../../statemachine/reservation.asl.json"); err == nil {
		f.Add(own)
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		m, err := asl.Parse(src)
		for _, p := range asl.Diagnose(src, asl.Standard) {
			if p.Line < 1 || p.Column < 1 || p.Message == "" {
				t.Fatalf("a problem without a place: %+v", p)
			}
		}
		if err != nil {
			return
		}
		if v := m.View(); v.StartAt == "" || len(v.States) == 0 {
			t.Fatalf("an empty view of %s", src)
		}
		r := newRandomRun(m, &bytesChooser{}, func(s *asl.State) *asl.State { return reread(t, m, s) })
		if err := r.run(`{"x":1,"t":"2026-01-01T00:00:00Z"}`, 50); err != nil && err.Error() == "" {
			t.Fatal(err)
		}
	})
}

// FuzzAdvance makes a machine and a run of it out of the input. It must neither panic
// nor hang, and every state must survive encoding.
func FuzzAdvance(f *testing.F) {
	f.Add([]byte{}, []byte{1, 2, 3})
	f.Add([]byte{2, 6, 1, 0, 7, 3, 0, 1, 2, 3, 4, 5, 6, 7, 1, 1, 2, 0, 0, 3}, []byte{0, 1, 0, 2, 0, 3})
	f.Fuzz(func(t *testing.T, definition, events []byte) {
		if len(definition) > 2000 || len(events) > 2000 {
			return
		}
		v := &inventor{chooser: &bytesChooser{definition}}
		source, err := json.Marshal(v.machine(3))
		if err != nil {
			t.Fatal(err)
		}
		m, err := asl.Parse(source)
		if err != nil {
			return
		}
		r := newRandomRun(m, &bytesChooser{events}, func(s *asl.State) *asl.State { return reread(t, m, s) })
		if err := r.run(answers[len(events)%len(answers)], 200); err != nil {
			t.Fatalf("%v\n%s", err, source)
		}
	})
}

// FuzzDecodeState reads damaged states. None of them may be more than an error.
func FuzzDecodeState(f *testing.F) {
	source := []byte(`{"StartAt":"P","States":{"P":{"Type":"Parallel","End":true,"Branches":[
		{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":5,"End":true}}},
		{"StartAt":"M","States":{"M":{"Type":"Map","End":true,"ItemProcessor":{"StartAt":"T","States":{
			"T":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","End":true,"Retry":[{"ErrorEquals":["A"]}]}}}}}}]}}}`)
	m, err := asl.Parse(source)
	if err != nil {
		f.Fatal(err)
	}
	r := newRandomRun(m, &bytesChooser{}, func(s *asl.State) *asl.State {
		b, err := s.MarshalBinary()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
		return s
	})
	if err := r.run(`[1,2,3]`, 4); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := m.DecodeState(b)
		if err != nil {
			return
		}
		s.NextDue()
		s.Pending()
		if _, err := s.MarshalBinary(); err != nil {
			t.Fatal(err)
		}
		run := newRandomRun(m, &bytesChooser{}, func(s *asl.State) *asl.State { return s })
		if s.Status() == asl.Running {
			if _, err := m.Advance(s, asl.Event{Kind: asl.Tick}, run.env()); err != nil {
				t.Fatal(err)
			}
		}
	})
}
