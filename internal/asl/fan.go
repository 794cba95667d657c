package asl

import (
	"encoding/json"
	"fmt"
)

// executeFan begins the branches of a Parallel or the iterations of a Map.
func (a *advance) executeFan(f *frame, data value) {
	f.phase = phaseFan
	if f.state.kind == ParallelState {
		f.fan = &fan{children: make([]*frame, len(f.state.branches)), results: make([]value, len(f.state.branches))}
		a.event(f, "ParallelStateStarted", json.RawMessage("{}"))
		for range f.state.branches {
			a.beginBranch(f, data)
		}
		return
	}
	if err := a.prepareMap(f, data); err != nil {
		a.fail(f, asFailure(err))
		return
	}
	a.event(f, "MapStateStarted", details("length", int64(len(f.fan.items))))
	if len(f.fan.items) == 0 {
		a.fanDone(f)
		return
	}
	a.beginIterations(f)
}

func (a *advance) beginBranch(f *frame, input value) {
	i := f.fan.next
	child := &frame{parent: f, index: i, graph: f.state.branches[i], last: f.last}
	f.fan.children[i] = child
	f.fan.next++
	f.fan.running++
	a.enter(child, child.graph.startAt, input)
}

// prepareMap reads what a Map runs over, and how.
func (a *advance) prepareMap(f *frame, data value) error {
	s := a.scope(f, &data)
	v := any(nil)
	if f.state.itemsPath != nil {
		var err error
		if v, err = s.Resolve(f.state.itemsPath); err != nil {
			if missing := notFound(err); missing != nil {
				return failure{name: errPathConflict, cause: missing.StepCause(string(s.inputText(f.state.itemsPath))), evaluation: true}
			}
			return err
		}
	} else {
		v = data.get()
	}
	items, ok := v.([]any)
	if !ok {
		path := "$"
		if f.state.itemsPath != nil {
			path = f.state.itemsPath.String()
		}
		return runtimeFailure(fmt.Sprintf("Reference path \"%s\" must point to array.", path))
	}
	concurrency, err := f.state.concurrency.number(s, "MaxConcurrency")
	if err != nil {
		return err
	}
	count, err := f.state.toleratedCount.number(s, "ToleratedFailureCount")
	if err != nil {
		return err
	}
	share, err := f.state.toleratedShare.number(s, "ToleratedFailurePercentage")
	if err != nil {
		return err
	}
	f.fan = &fan{items: items, children: make([]*frame, len(items)), results: make([]value, len(items)),
		concurrency: int(concurrency), tolerated: max(int(count), int(share)*len(items)/100)}
	return nil
}

// beginIterations begins as many iterations as may run at once. A Map runs at most 40
// of them, as an inline Map does on AWS.
func (a *advance) beginIterations(f *frame) {
	const inlineLimit = 40
	most := inlineLimit
	if f.fan.concurrency > 0 {
		most = min(most, f.fan.concurrency)
	}
	for f.fan != nil && f.fan.running < most && f.fan.next < len(f.fan.items) {
		i := f.fan.next
		child := &frame{parent: f, index: i, graph: f.state.branches[0], last: f.last}
		f.fan.children[i] = child
		f.fan.next++
		f.fan.running++
		a.event(child, "MapIterationStarted", details("name", f.state.name, "index", int64(i)))
		input := goValue(f.fan.items[i])
		if f.state.itemSelector != nil {
			data, err := a.inputOf(f)
			if err == nil {
				var v any
				v, err = f.state.itemSelector.eval(a.scope(child, &data))
				input = goValue(v)
			}
			if err != nil {
				a.fail(f, asFailure(err))
				return
			}
		}
		a.enter(child, child.graph.startAt, input)
	}
}

// inputOf is a Map's input after InputPath, which its ItemSelector sees as "$".
func (a *advance) inputOf(f *frame) (value, error) { return a.effectiveInput(f) }

// childDone takes the output of a branch or iteration.
func (a *advance) childDone(child *frame, out value) {
	f := child.parent
	f.fan.children[child.index], f.fan.results[child.index] = nil, out
	f.fan.running--
	f.fan.done++
	f.last = child.last
	if f.state.kind == MapState {
		a.event(f, "MapIterationSucceeded", details("name", f.state.name, "index", int64(child.index)))
	}
	a.childEnded(f)
}

func (a *advance) childEnded(f *frame) {
	if f.fan.done+f.fan.failed == len(f.fan.children) {
		a.fanDone(f)
		return
	}
	if f.state.kind == MapState {
		a.beginIterations(f)
	}
}

func (a *advance) fanDone(f *frame) {
	results := make([]any, len(f.fan.results))
	for i := range f.fan.results {
		results[i] = f.fan.results[i].get()
	}
	a.event(f, string(f.state.kind)+"StateSucceeded", json.RawMessage("{}"))
	f.fan = nil
	a.complete(f, goValue(results))
}

// childFailed gives the branches beside the failed one up, unless the Map tolerates it.
func (a *advance) childFailed(child *frame, why failure) {
	f := child.parent
	f.last = child.last
	var told []any
	if !why.noName {
		told = append(told, "error", why.name)
	}
	if !why.noCause {
		told = append(told, "cause", why.cause)
	}
	if f.state.kind == MapState {
		a.event(f, "MapIterationFailed", details("name", f.state.name, "index", int64(child.index)))
		f.fan.failed++
		if f.fan.failed <= f.fan.tolerated {
			f.fan.children[child.index] = nil
			f.fan.results[child.index] = goValue(map[string]any{"Error": why.name, "Cause": why.cause})
			f.fan.running--
			a.childEnded(f)
			return
		}
		if f.fan.tolerated > 0 {
			why = failure{name: errExceedTolerated, cause: "The specified tolerated failure threshold was exceeded"}
			told = []any{"error", why.name, "cause", why.cause}
		}
	}
	a.event(f, string(f.state.kind)+"StateFailed", details(told...))
	a.fail(f, why)
}
