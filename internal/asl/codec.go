package asl

import (
	"encoding/binary"
	"errors"
	"time"
)

// codecVersion is the first byte of an encoded state. A release that writes another
// still reads this one.
const codecVersion = 1

var errTruncated = errors.New("the encoded state is damaged")

// MarshalBinary writes the state compactly; payloads stay the JSON they are.
func (s *State) MarshalBinary() ([]byte, error) {
	w := writer{b: make([]byte, 0, max(1024, s.size+s.size/8))}
	w.b = append(w.b, codecVersion)
	x := &s.context
	for _, text := range []string{x.ExecutionARN, x.ExecutionName, x.RoleARN, x.StateMachineARN, x.StateMachineName} {
		w.text(text)
	}
	w.time(x.StartTime)
	w.text(string(s.status))
	w.bytes(s.output)
	w.text(s.failed.name)
	w.text(s.failed.cause)
	w.bytes(s.input)
	w.time(s.deadline)
	w.number(s.last)
	w.number(s.tasks)
	w.flag(s.root != nil)
	if s.root != nil {
		w.frame(s.root)
	}
	s.size = len(w.b)
	return w.b, nil
}

// writer appends values to what it has written.
type writer struct{ b []byte }

func (w *writer) number(n int64) { w.b = binary.AppendVarint(w.b, n) }

func (w *writer) flag(set bool) {
	if set {
		w.b = append(w.b, 1)
	} else {
		w.b = append(w.b, 0)
	}
}

func (w *writer) text(s string) {
	w.b = binary.AppendUvarint(w.b, uint64(len(s)))
	w.b = append(w.b, s...)
}

// bytes keeps nil and empty apart.
func (w *writer) bytes(p []byte) {
	w.flag(p != nil)
	if p != nil {
		w.b = binary.AppendUvarint(w.b, uint64(len(p)))
		w.b = append(w.b, p...)
	}
}

func (w *writer) time(t time.Time) {
	w.flag(!t.IsZero())
	if !t.IsZero() {
		w.number(t.Unix())
		w.number(int64(t.Nanosecond()))
	}
}

func (w *writer) frame(f *frame) {
	w.text(f.state.name)
	w.bytes(f.input.text())
	w.time(f.enteredAt)
	w.number(f.enteredID)
	w.number(f.last)
	w.number(f.quiet)
	w.number(int64(len(f.attempts)))
	for _, n := range f.attempts {
		w.number(int64(n))
	}
	var variables []byte
	if len(f.variables) > 0 {
		variables = encodeJSON(f.variables)
	}
	w.bytes(variables)
	w.b = append(w.b, byte(f.phase))
	w.time(f.until)
	if f.phase == phaseTask {
		w.task(&f.task)
	}
	w.flag(f.fan != nil)
	if f.fan != nil {
		w.fan(f.fan)
	}
}

func (w *writer) task(t *task) {
	w.number(t.id)
	w.b = binary.AppendUvarint(w.b, t.nonce[0])
	w.b = binary.AppendUvarint(w.b, t.nonce[1])
	w.bytes(t.arguments)
	w.time(t.deadline)
	w.number(int64(t.heartbeat))
	w.time(t.beatBy)
	w.flag(t.submitted)
}

func (w *writer) fan(f *fan) {
	if f.encoded == nil { // once: they never change, and there may be thousands
		f.encoded = binary.AppendVarint(f.encoded, int64(len(f.items)))
		for _, item := range f.items {
			f.encoded = binary.AppendUvarint(f.encoded, uint64(len(item)))
			f.encoded = append(f.encoded, item...)
		}
	}
	w.b = append(w.b, f.encoded...)
	for _, n := range []int{f.total, f.next, f.failed, f.concurrency, f.tolerated} {
		w.number(int64(n))
	}
	w.b = binary.AppendUvarint(w.b, uint64(len(f.results)))
	w.b = append(w.b, f.results...)
	w.number(int64(len(f.live)))
	for _, child := range f.live {
		w.number(int64(child.index))
		w.frame(child)
	}
}
