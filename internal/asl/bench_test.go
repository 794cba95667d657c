package asl_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/asl"
)

// reservation is our own definition, with its placeholders filled in.
func reservation(tb testing.TB) *asl.Machine {
	tb.Helper()
	source, err := os.ReadFile("../../statemachine/reservation.asl.json")
	if err != nil {
		tb.Fatal(err)
	}
	m, err := asl.Parse([]byte(strings.NewReplacer("${NotificationTopic}", "arn:aws:sns:us-east-1:111111111111:t", "${", "", "}\"", "\"").Replace(string(source))))
	if err != nil {
		m, err = asl.Parse(source)
	}
	if err != nil {
		tb.Fatal(err)
	}
	return m
}

const reservationInput = `{"reservationId":"res_0d9k1m6a2s5ug0o2qk7o5v1b3c","apartmentId":"apt_1c8j0l5z1r4tf9n1pj6n4u0a2b","tenantId":"usr_7d2k9m4a8s1ug6o3","epoch":3}`

const reservationAnswer = `{"ExecutedVersion":"$LATEST","Payload":{"reservationId":"res_0d9k1m6a2s5ug0o2qk7o5v1b3c","apartmentId":"apt_1c8j0l5z1r4tf9n1pj6n4u0a2b","tenantId":"usr_7d2k9m4a8s1ug6o3","epoch":3,"gatewayRef":"pi_3","status":"HELD","paymentStatus":"AUTHORIZED","timeoutSeconds":900,"secondsLeft":893},"StatusCode":200}`

// BenchmarkReservation takes our reservation from its start to Paid, with the state
// encoded after every event, as the runner does. transitions/s counts the state
// transitions of Step Functions: the states entered.
func BenchmarkReservation(b *testing.B) {
	for _, encode := range []bool{false, true} {
		b.Run(fmt.Sprintf("encode=%t", encode), func(b *testing.B) {
			m := reservation(b)
			now := time.Unix(1_800_000_000, 0)
			seed := uint64(1)
			env := asl.Env{Now: now, Rand: func() uint64 { seed += 0x9e3779b97f4a7c15; return seed }}
			x, input, answer := contextOf(false), json.RawMessage(reservationInput), json.RawMessage(reservationAnswer)
			entered, size := 0, 0
			b.ReportAllocs()
			for b.Loop() {
				t, err := m.Start(x, input, env)
				if err != nil {
					b.Fatal(err)
				}
				for {
					for _, e := range t.Events {
						if strings.HasSuffix(e.Type, "StateEntered") {
							entered++
						}
					}
					if encode {
						state, err := t.State.MarshalBinary()
						if err != nil {
							b.Fatal(err)
						}
						size = max(size, len(state))
					}
					if t.State.Status() != asl.Running {
						break
					}
					ev := asl.Event{Kind: asl.TaskSucceeded, TaskID: t.Commands[0].TaskID, Output: answer}
					if t.Commands[0].Token != "" {
						ev = asl.Event{Kind: asl.TaskSucceeded, Token: t.Commands[0].Token, Output: json.RawMessage(`{"paid":true}`)}
					}
					if t, err = m.Advance(t.State, ev, env); err != nil {
						b.Fatal(err)
					}
				}
				if t.State.Status() != asl.Succeeded {
					b.Fatal(t.State.Failure())
				}
			}
			b.ReportMetric(float64(entered)/b.Elapsed().Seconds(), "transitions/s")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(entered), "ns/transition")
			if encode {
				b.ReportMetric(float64(size), "state-bytes")
			}
		})
	}
}

// BenchmarkDecodeState reads a waiting execution, as a runner does when its callback comes.
func BenchmarkDecodeState(b *testing.B) {
	m := reservation(b)
	r := newRandomRun(m, &bytesChooser{}, func(s *asl.State) *asl.State { return s })
	t, err := m.Start(contextOf(false), json.RawMessage(reservationInput), r.env())
	if err != nil {
		b.Fatal(err)
	}
	if t, err = m.Advance(t.State, asl.Event{Kind: asl.TaskSucceeded, TaskID: 1, Output: json.RawMessage(reservationAnswer)}, r.env()); err != nil {
		b.Fatal(err)
	}
	encoded, err := t.State.MarshalBinary()
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := m.DecodeState(encoded); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkMap runs a Map of 10,000 items, each one task, encoding the state after
// every event.
func BenchmarkMap(b *testing.B) {
	m, err := asl.Parse([]byte(`{"StartAt":"M","States":{"M":{"Type":"Map","End":true,"ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},
		"StartAt":"T","States":{"T":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","OutputPath":"$.Payload","End":true}}}}}}`))
	if err != nil {
		b.Fatal(err)
	}
	const items = 10_000
	input := json.RawMessage("[" + strings.Repeat(`{"row":"12345"},`, items-1) + "0]")
	answer := json.RawMessage(`{"Payload":1}`)
	env := asl.Env{Now: time.Unix(1_800_000_000, 0), Rand: func() uint64 { return 4 }}
	b.ReportAllocs()
	for b.Loop() {
		t, err := m.Start(contextOf(false), input, env)
		if err != nil {
			b.Fatal(err)
		}
		queue := t.Commands
		for len(queue) > 0 {
			if t, err = m.Advance(t.State, asl.Event{Kind: asl.TaskSucceeded, TaskID: queue[0].TaskID, Output: answer}, env); err != nil {
				b.Fatal(err)
			}
			queue = append(queue[1:], t.Commands...)
			if _, err := t.State.MarshalBinary(); err != nil {
				b.Fatal(err)
			}
		}
		if t.State.Status() != asl.Succeeded {
			b.Fatal(t.State.Failure())
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/items, "ns/item")
}

// BenchmarkHistoryLength loops through a Choice and a Pass, a Map with one item at a time
// after another, until the history is nearly full: a transition costs the same at its end
// as at its beginning.
func BenchmarkHistoryLength(b *testing.B) {
	m, err := asl.Parse([]byte(`{"StartAt":"Add","States":{
		"Add":{"Type":"Pass","Parameters":{"n.$":"States.MathAdd($.n, 1)"},"Next":"More"},
		"More":{"Type":"Choice","Choices":[{"Variable":"$.n","NumericLessThan":6000,"Next":"Add"}],"Default":"Done"},
		"Done":{"Type":"Succeed"}}}`))
	if err != nil {
		b.Fatal(err)
	}
	env := asl.Env{Now: time.Unix(1_800_000_000, 0), Rand: func() uint64 { return 4 }}
	b.ReportAllocs()
	for b.Loop() {
		t, err := m.Start(contextOf(false), json.RawMessage(`{"n":0}`), env)
		if err != nil || t.State.Status() != asl.Succeeded {
			b.Fatal(err, t.State.Status())
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/12_000, "ns/transition")
}
