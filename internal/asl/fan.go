package asl

import (
	"encoding/binary"
	"encoding/json"
	"slices"
)

// Step Functions runs at most so many iterations of an inline Map at a time. Its
// distributed Map goes up to 10,000 child executions on as many machines; here they
// share one process and one state.
const (
	inlineConcurrency      = 40
	distributedConcurrency = 100
)

// executeFan begins the branches of a Parallel or the iterations of a Map.
func (a *advance) executeFan(f *frame, data value) {
	f.phase = phaseFan
	if f.state.kind == MapState {
		a.executeMap(f, data)
		return
	}
	f.fan = &fan{total: len(f.state.branches)}
	a.event(f, "ParallelStateStarted", nil)
	started := f.last
	for i, branch := range f.state.branches {
		child := f.child(branch, started)
		f.fan.live = append(f.fan.live, child)
		f.fan.next = i + 1
		a.enter(child, branch.startAt, data)
	}
}

// child makes the frame of the next branch or iteration.
func (f *frame) child(g *graph, last int64) *frame {
	child := &frame{parent: f, index: f.fan.next, graph: g, home: f.home, last: last}
	if f.state.distributed {
		child.home, child.quiet, child.last = child, 1, 1 // its own ExecutionStarted
	}
	return child
}

// abandon gives a fan up: nothing in it goes on.
func (f *fan) abandon() {
	if f == nil {
		return
	}
	for _, child := range f.live {
		child.phase = phaseDone
		child.fan.abandon()
		child.fan = nil
	}
	f.live = nil
}

// remove takes a child that has ended out of those that run.
func (f *fan) remove(child *frame) {
	f.live = slices.DeleteFunc(f.live, func(c *frame) bool { return c == child })
}

// childDone takes the output of a branch or iteration.
func (a *advance) childDone(child *frame, out value) {
	f := child.parent
	f.fan.remove(child)
	f.fan.results = f.fan.results.add(child.index, out.text())
	if f.state.kind == MapState && !f.state.distributed {
		a.event(child, "MapIterationSucceeded", iterationDetails(child))
	}
	a.childEnded(child)
}

func iterationDetails(child *frame) details {
	return newDetails(64).text("name", child.parent.state.name).number("index", int64(child.index))
}

// childEnded goes on after a child: with the next, or with the state itself.
func (a *advance) childEnded(child *frame) {
	f := child.parent
	if child.home != child {
		f.last = child.last
	}
	switch {
	case len(f.fan.live) == 0 && f.fan.next == f.fan.total:
		a.fanDone(f)
	case f.state.kind == MapState:
		a.beginIterations(f)
	}
}

func (a *advance) fanDone(f *frame) {
	if f.state.distributed {
		a.event(f, "MapRunSucceeded", nil)
	}
	a.event(f, string(f.state.kind)+"StateSucceeded", nil)
	results := f.fan.results.array(f.fan.total)
	f.fan = nil
	if len(results) > maxPayload && f.state.selector == nil && f.state.output == nil {
		a.fail(f, dataLimit(f))
		return
	}
	a.complete(f, rawValue(results))
}

// childFailed gives the branches beside the failed one up, unless the Map tolerates it.
func (a *advance) childFailed(child *frame, why failure) {
	f := child.parent
	f.fan.remove(child)
	why.evaluation = false // it has its state in its cause already
	if f.state.kind == MapState {
		if !f.state.distributed {
			a.event(child, "MapIterationFailed", iterationDetails(child))
		}
		f.fan.failed++
		if f.fan.failed <= f.fan.tolerated {
			f.fan.results = f.fan.results.add(child.index, encodeJSON(why.report()))
			a.childEnded(child)
			return
		}
	}
	if child.home != child {
		f.last = child.last
	}
	if f.state.kind == MapState {
		a.mapFailed(f, why)
		return
	}
	why.ownEvent = true
	a.fail(f, why)
}

// mapFailed fails a Map of which more iterations failed than it tolerates.
func (a *advance) mapFailed(f *frame, why failure) {
	if f.state.distributed || f.fan.tolerated > 0 {
		why = failure{name: errExceedTolerated, cause: "The specified tolerated failure threshold was exceeded"}
	}
	if f.state.distributed {
		a.event(f, "MapRunFailed", newDetails(128).failure(&why))
	} else {
		for _, other := range f.fan.live {
			a.event(other, "MapIterationAborted", iterationDetails(other))
		}
	}
	why.ownEvent = true
	a.fail(f, why)
}

// resultLog is the outputs of children in the order in which they ended: for each its
// index, the length of its JSON and the JSON. A state with many results is encoded after
// every event; so they are kept as they are encoded.
type resultLog []byte

func (l resultLog) add(index int, text json.RawMessage) resultLog {
	l = binary.AppendUvarint(l, uint64(index))
	l = binary.AppendUvarint(l, uint64(len(text)))
	return append(l, text...)
}

// each visits the results; it answers false where the log is damaged.
func (l resultLog) each(visit func(index int, text json.RawMessage)) bool {
	for len(l) > 0 {
		index, n := binary.Uvarint(l)
		if n <= 0 || index > 1<<31 {
			return false
		}
		l = l[n:]
		size, n := binary.Uvarint(l)
		if n <= 0 || size > uint64(len(l)-n) {
			return false
		}
		l = l[n:]
		visit(int(index), json.RawMessage(l[:size:size]))
		l = l[size:]
	}
	return true
}

// array writes the results of all children in their order.
func (l resultLog) array(total int) json.RawMessage {
	ordered := make([]json.RawMessage, total)
	l.each(func(index int, text json.RawMessage) { ordered[index] = text })
	b := append(make([]byte, 0, len(l)+2), '[')
	for i, text := range ordered {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, text...)
	}
	return append(b, ']')
}
