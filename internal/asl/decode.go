package asl

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"time"
)

// DecodeState reads what MarshalBinary wrote, of this or an earlier release, for an
// execution of this definition.
func (m *Machine) DecodeState(b []byte) (*State, error) {
	if len(b) == 0 || b[0] != codecVersion {
		return nil, fmt.Errorf("%w: it does not begin with a version that this release knows", errTruncated)
	}
	r := reader{b: b[1:]}
	s := &State{}
	x := &s.context
	for _, text := range []*string{&x.ExecutionARN, &x.ExecutionName, &x.RoleARN, &x.StateMachineARN, &x.StateMachineName} {
		*text = r.text()
	}
	x.StartTime = r.time()
	s.status = Status(r.text())
	s.output = r.bytes()
	s.failed.name, s.failed.cause = r.text(), r.text()
	s.input = r.bytes()
	s.deadline = r.time()
	s.last = r.number()
	s.tasks = r.number()
	if r.flag() {
		s.root = r.frame(nil, m.top)
	}
	if r.err == nil && len(r.b) > 0 {
		r.err = errTruncated
	}
	return s, r.err
}

// reader reads what a writer wrote. The first thing that does not fit is its err;
// what is read after it is zero.
type reader struct {
	b   []byte
	err error
}

func (r *reader) fail() { r.b, r.err = nil, errTruncated }

func (r *reader) number() int64 {
	n, size := binary.Varint(r.b)
	if size <= 0 {
		r.fail()
		return 0
	}
	r.b = r.b[size:]
	return n
}

func (r *reader) unsigned() uint64 {
	n, size := binary.Uvarint(r.b)
	if size <= 0 {
		r.fail()
		return 0
	}
	r.b = r.b[size:]
	return n
}

// count reads a number of things that each take at least a byte, so a damaged state
// cannot ask for more memory than it has bytes.
func (r *reader) count() int {
	n := r.number()
	if n < 0 || n > int64(len(r.b)) {
		r.fail()
		return 0
	}
	return int(n)
}

func (r *reader) flag() bool {
	if len(r.b) == 0 || r.b[0] > 1 {
		r.fail()
		return false
	}
	set := r.b[0] == 1
	r.b = r.b[1:]
	return set
}

func (r *reader) chunk() []byte {
	n := r.unsigned()
	if n > uint64(len(r.b)) {
		r.fail()
		return nil
	}
	p := r.b[:n:n]
	r.b = r.b[n:]
	return p
}

func (r *reader) text() string { return string(r.chunk()) }

func (r *reader) bytes() []byte {
	if !r.flag() {
		return nil
	}
	return append([]byte{}, r.chunk()...)
}

func (r *reader) time() time.Time {
	if !r.flag() {
		return time.Time{}
	}
	seconds, nanos := r.number(), r.number()
	return time.Unix(seconds, nanos).UTC()
}

func (r *reader) json() value {
	raw := json.RawMessage(r.bytes())
	if r.err == nil && !json.Valid(raw) {
		r.fail()
	}
	return rawValue(raw)
}

func (r *reader) frame(parent *frame, g *graph) *frame {
	f := &frame{parent: parent, graph: g}
	if parent != nil {
		f.home = parent.home
		if parent.state.distributed {
			f.home = f
		}
	}
	name := r.text()
	if f.state = g.states[name]; f.state == nil {
		if r.err == nil {
			r.b, r.err = nil, fmt.Errorf("%w: it is in the state %q, which the definition does not have", errTruncated, name)
		}
		return f
	}
	f.input = r.json()
	f.enteredAt = r.time()
	f.enteredID, f.last, f.quiet = r.number(), r.number(), r.number()
	if n := r.count(); n > 0 {
		f.attempts = make([]int, n)
		for i := range f.attempts {
			f.attempts[i] = int(r.number())
		}
		if n != len(f.state.retry) {
			r.fail()
		}
	}
	if raw := r.bytes(); raw != nil {
		v, err := decodeJSON(raw)
		variables, ok := v.(map[string]any)
		if err != nil || !ok {
			r.fail()
		}
		f.variables = variables
	}
	if len(r.b) == 0 || r.b[0] > byte(phaseDone) {
		r.fail()
		return f
	}
	f.phase, r.b = phase(r.b[0]), r.b[1:]
	f.until = r.time()
	if f.phase == phaseTask {
		f.task = r.task()
	}
	if r.flag() {
		r.fan(f)
	}
	return f
}

func (r *reader) task() task {
	t := task{id: r.number(), nonce: [2]uint64{r.unsigned(), r.unsigned()}}
	t.arguments = r.bytes()
	t.deadline = r.time()
	t.heartbeat = time.Duration(r.number())
	t.beatBy = r.time()
	t.submitted = r.flag()
	return t
}

func (r *reader) fan(f *frame) {
	fan := &fan{}
	f.fan = fan
	items := r.count()
	if items > 0 {
		fan.items = make([]json.RawMessage, items)
		for i := range fan.items {
			fan.items[i] = append(json.RawMessage{}, r.chunk()...)
			if r.err == nil && !json.Valid(fan.items[i]) {
				r.fail()
			}
		}
	}
	for _, n := range []*int{&fan.total, &fan.next, &fan.failed, &fan.concurrency, &fan.tolerated} {
		v := r.number()
		if v < 0 || v > math.MaxInt32 {
			r.fail()
			return
		}
		*n = int(v)
	}
	fan.results = append(resultLog{}, r.chunk()...)
	sound := fan.results.each(func(index int, text json.RawMessage) {
		if index >= fan.next || !json.Valid(text) {
			r.fail()
		}
	})
	live := r.count()
	children := len(f.state.branches)
	if f.state.kind == MapState {
		children = len(fan.items)
	}
	if !sound || r.err != nil || len(f.state.branches) == 0 || fan.total != children || fan.next > fan.total || live > fan.next {
		r.fail()
		return
	}
	for before := -1; live > 0 && r.err == nil; live-- {
		index := int(r.number())
		if index <= before || index >= fan.next {
			r.fail()
			return
		}
		before = index
		graph := f.state.branches[0]
		if f.state.kind == ParallelState {
			graph = f.state.branches[index]
		}
		child := r.frame(f, graph)
		child.index = index
		fan.live = append(fan.live, child)
	}
}
