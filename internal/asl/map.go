package asl

import (
	"encoding/json"
	"fmt"
	"math"
)

// executeMap reads what a Map runs over, and how, and begins its iterations.
func (a *advance) executeMap(f *frame, data value) {
	s := a.scope(f, &data)
	concurrency, err := f.state.concurrency.whole(s)
	if err != nil {
		a.fail(f, asFailure(err))
		return
	}
	items, err := a.mapItems(f, s)
	if err != nil {
		a.fail(f, asFailure(err))
		return
	}
	a.event(f, "MapStateStarted", newDetails(16).number("length", int64(len(items))))
	tolerated, err := f.state.toleratedFailures(s, len(items))
	if err == nil && f.state.batcher != nil {
		items, err = f.state.batcher.batches(s, items)
	}
	if err != nil {
		a.fail(f, asFailure(err))
		return
	}
	f.fan = &fan{items: items, total: len(items), data: &data, tolerated: tolerated,
		concurrency: int(min(concurrency, math.MaxInt32))}
	if f.state.distributed {
		a.event(f, "MapRunStarted", newDetails(128).text("mapRunArn", mapRunARN(a.state.context.StateMachineARN, f)))
	}
	if len(items) == 0 {
		a.fanDone(f)
		return
	}
	a.beginIterations(f)
}

// mapRunARN names the run of a distributed Map.
func mapRunARN(machineARN string, f *frame) string {
	return machineARN + "/" + f.state.name + ":" + itoa(int(f.enteredID))
}

// mapItems answers the array that a Map runs over.
func (a *advance) mapItems(f *frame, s *scope) ([]json.RawMessage, error) {
	v := *s.data
	switch {
	case f.state.items != nil:
		got, err := f.state.items.eval(s)
		if err != nil {
			return nil, err
		}
		if _, ok := got.([]any); !ok {
			return nil, unexpectedItems(f.state.items, got)
		}
		v = goValue(got)
	case f.state.itemsPath != nil:
		got, err := s.value(f.state.itemsPath)
		if missing := notFound(err); missing != nil {
			return nil, failure{name: errPathConflict, cause: missing.StepCause(string(s.inputText(f.state.itemsPath))), evaluation: true}
		}
		if err != nil {
			return nil, err
		}
		v = got
	}
	items, ok := splitArray(v.text())
	switch {
	case ok:
		return items, nil
	case f.state.jsonata:
		return nil, failure{name: errQuery, cause: "Map state input must be an array but was: " + string(v.text()), evaluation: true}
	}
	path := "$"
	if f.state.itemsPath != nil {
		path = f.state.itemsPath.String()
	}
	return nil, runtimeFailure(fmt.Sprintf("Reference path \"%s\" must point to array.", path))
}

// unexpectedItems is the failure of Items that are no array.
func unexpectedItems(t template, got any) error {
	if q := asQuery(t); q != nil {
		return q.unexpected("array", got)
	}
	return failure{name: errQuery, cause: "Map state input must be an array but was: " + string(encodeJSON(got)), evaluation: true}
}

// toleratedFailures answers how many of the items may fail.
func (s *state) toleratedFailures(sc *scope, items int) (int, error) {
	count, err := s.toleratedCount.whole(sc)
	if err != nil {
		return 0, err
	}
	percent, err := s.toleratedShare.value(sc, "float")
	if err != nil {
		return 0, err
	}
	if percent < 0 || percent > 100 {
		return 0, runtimeFailure("ToleratedFailurePercentage must be between 0 and 100.")
	}
	share := int64(math.Floor(percent / 100 * float64(items)))
	return int(min(max(count, share), int64(items))), nil
}

// beginIterations begins as many iterations as may run at once.
func (a *advance) beginIterations(f *frame) {
	most := inlineConcurrency
	if f.state.distributed {
		most = distributedConcurrency
	}
	if f.fan.concurrency > 0 {
		most = min(most, f.fan.concurrency)
	}
	for f.fan != nil && len(f.fan.live) < most && f.fan.next < f.fan.total {
		a.beginIteration(f)
	}
}

func (a *advance) beginIteration(f *frame) {
	child := f.child(f.state.branches[0], f.last)
	if !f.state.distributed {
		a.event(child, "MapIterationStarted", iterationDetails(child))
	}
	input := rawValue(f.fan.items[child.index])
	if f.state.itemSelector != nil {
		data, err := a.mapData(f)
		if err != nil {
			a.fail(f, asFailure(err))
			return
		}
		if input, err = a.scope(child, data).written(f.state.itemSelector); err != nil {
			a.fail(f, asFailure(err))
			return
		}
	}
	f.fan.live = append(f.fan.live, child)
	f.fan.next++
	a.enter(child, child.graph.startAt, input)
}

// mapData is a Map's input after InputPath, which its ItemSelector sees.
func (a *advance) mapData(f *frame) (*value, error) {
	if f.fan.data == nil {
		data, err := a.effectiveInput(f)
		if err != nil {
			return nil, err
		}
		f.fan.data = &data
	}
	return f.fan.data, nil
}

// batches puts items together as an ItemBatcher says.
func (b *batcher) batches(s *scope, items []json.RawMessage) ([]json.RawMessage, error) {
	most, err := b.maxItems.whole(s)
	if err != nil {
		return nil, err
	}
	bytes, err := b.maxBytes.whole(s)
	if err != nil {
		return nil, err
	}
	head := []byte(`{"Items":[`)
	if b.input != nil {
		v, err := b.input.eval(s)
		if err != nil {
			return nil, err
		}
		head = append(append([]byte(`{"BatchInput":`), encodeJSON(v)...), `,"Items":[`...)
	}
	limit := maxPayload
	if bytes > 0 {
		limit = int(min(bytes, maxPayload))
	}
	var all []json.RawMessage
	for len(items) > 0 {
		batch := append(json.RawMessage{}, head...)
		n := 0
		for n < len(items) && (most == 0 || int64(n) < most) && (n == 0 || len(batch)+len(items[n])+3 <= limit) {
			if n > 0 {
				batch = append(batch, ',')
			}
			batch = append(batch, items[n]...)
			n++
		}
		all, items = append(all, append(batch, `]}`...)), items[n:]
	}
	return all, nil
}
