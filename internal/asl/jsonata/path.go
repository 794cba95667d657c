package jsonata

import "math"

// path evaluates the steps of a path one after the other, each on every element
// of the answer of the one before.
func (ev *evaluator) path(n *node, input any, env *scope) (any, error) {
	if v, done, err := ev.directPath(n, input, env); done || err != nil {
		return v, err
	}
	var in []any
	if items, ok := elements(input); ok && n.items[0].kind != variableNode {
		in = items
	} else {
		in = []any{input}
	}
	var out *list
	var tuples []*tuple
	carrying, started := false, false
	for i, step := range n.items {
		carrying = carrying || step.tuple
		var err error
		switch {
		case i == 0 && step.consArray:
			var v any
			if v, err = ev.eval(step, &list{items: in, sequence: true}, env); err == nil {
				out = asList(v)
			}
		case carrying:
			if !started {
				tuples, started = tuplesOf(in), true
			}
			tuples, err = ev.tupleStep(step, tuples, env)
		default:
			out, err = ev.pathStep(step, in, env, i == len(n.items)-1)
		}
		if err != nil {
			return nil, err
		}
		if carrying {
			continue
		}
		if len(out.items) == 0 {
			break
		}
		if step.focus == "" {
			in = out.items
		}
	}
	return ev.pathResult(n, out, tuples, carrying, env)
}

func tuplesOf(items []any) []*tuple {
	out := make([]*tuple, len(items))
	for i, item := range items {
		out[i] = &tuple{at: item}
	}
	return out
}

// asList is a value as the list of a path's step.
func asList(v any) *list {
	switch v := v.(type) {
	case *list:
		return v
	case []any:
		return &list{items: v}
	case undefinedValue:
		return sequenceOf()
	}
	return sequenceOf(v)
}

// directPath follows names through objects, which needs no sequences. It gives
// up, not done, at the first thing that is more.
func (ev *evaluator) directPath(n *node, input any, env *scope) (v any, done bool, err error) {
	if n.keepSingleton || n.tuple || n.group != nil {
		return nil, false, nil
	}
	v = input
	for i, step := range n.items {
		if step.stages != nil || step.predicates != nil || step.group != nil || step.tuple || step.keepArray {
			return nil, false, nil
		}
		switch {
		case step.kind == variableNode && i == 0:
			if step.text != "" {
				v = env.lookup(step.text)
			}
		case step.kind == nameNode:
			switch from := v.(type) {
			case map[string]any:
				member, ok := from[step.text]
				if !ok {
					return undefined, true, nil
				}
				v = member
			case *object:
				member, ok := from.values[step.text]
				if !ok {
					return undefined, true, nil
				}
				v = member
			case []any, *list:
				return nil, false, nil
			default:
				return undefined, true, nil
			}
		default:
			return nil, false, nil
		}
	}
	if ev.depth >= maxDepth {
		return nil, false, errTooDeep
	}
	if l, ok := v.(*list); ok && l.sequence {
		return nil, false, nil
	}
	return v, true, ev.step(len(n.items))
}

func (ev *evaluator) pathResult(n *node, out *list, tuples []*tuple, carrying bool, env *scope) (any, error) {
	if carrying {
		out = sequenceOf()
		out.tuples = n.tuple
		for _, t := range tuples {
			var item any = t
			if !n.tuple {
				item = t.at
			}
			if err := ev.push(out, item); err != nil {
				return nil, err
			}
		}
	}
	if n.keepSingleton {
		if out.cons && !out.sequence {
			out = sequenceOf(out)
		} else if !out.keepSingleton {
			marked := *out
			out = &marked
		}
		out.keepSingleton = true
	}
	if n.group == nil {
		return out, nil
	}
	if carrying {
		stream := &list{tuples: true}
		for _, t := range tuples {
			stream.items = append(stream.items, t)
		}
		return ev.groupBy(n.group.pairs, stream, env)
	}
	return ev.groupBy(n.group.pairs, out, env)
}

// pathStep evaluates a step on each element and puts the answers into one
// sequence.
func (ev *evaluator) pathStep(step *node, in []any, env *scope, last bool) (*list, error) {
	if step.kind == sortNode {
		sorted, err := ev.orderBy(step, in, env)
		if err != nil {
			return nil, err
		}
		v, err := ev.stages(step.stages, &list{items: sorted, sequence: true}, env)
		return asList(v), err
	}
	var results []any
	for _, item := range in {
		v, err := ev.eval(step, item, env)
		if err != nil {
			return nil, err
		}
		for _, s := range step.stages {
			if v, err = ev.filter(s.filter, v, env); err != nil {
				return nil, err
			}
		}
		if v != undefined {
			results = append(results, v)
		}
	}
	if last && len(results) == 1 {
		switch v := results[0].(type) {
		case []any:
			return &list{items: v}, nil
		case *list:
			if !v.sequence {
				return v, nil
			}
		}
	}
	out := sequenceOf()
	for _, v := range results {
		var err error
		if l, ok := v.(*list); ok && l.cons {
			err = ev.push(out, v)
		} else if items, ok := elements(v); ok {
			err = ev.push(out, items...)
		} else {
			err = ev.push(out, v)
		}
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// stages applies the filters of a step; positions are bound only where tuples
// carry them.
func (ev *evaluator) stages(stages []stage, v any, env *scope) (any, error) {
	for _, s := range stages {
		if s.filter == nil {
			continue
		}
		var err error
		if v, err = ev.filter(s.filter, v, env); err != nil {
			return nil, err
		}
	}
	return v, nil
}

// tupleStep evaluates a step on each tuple. What the step answers becomes the
// value of a new tuple with the bindings of the old and those of the step.
func (ev *evaluator) tupleStep(step *node, in []*tuple, env *scope) ([]*tuple, error) {
	if step.kind == sortNode {
		sorted, err := ev.orderTuples(step, in, env)
		if err != nil {
			return nil, err
		}
		if step.index != "" {
			for i, t := range sorted {
				sorted[i] = t.with(t.at, 1)
				sorted[i].bindings[step.index] = float64(i)
			}
		}
		return ev.tupleStages(step.stages, sorted, env)
	}
	var out []*tuple
	for _, t := range in {
		v, err := ev.eval(step, t.at, t.scope(env))
		if err != nil {
			return nil, err
		}
		if v == undefined {
			continue
		}
		if l, ok := v.(*list); ok && l.tuples {
			for _, item := range l.items {
				inner := item.(*tuple)
				merged := t.with(inner.at, len(inner.bindings))
				for name, bound := range inner.bindings {
					merged.bindings[name] = bound
				}
				out = append(out, merged)
			}
			continue
		}
		for i, item := range elementsOf(v) {
			next := t.with(item, 3)
			if step.focus != "" {
				next.bindings[step.focus] = item
				next.at = t.at
			}
			if step.index != "" {
				next.bindings[step.index] = float64(i)
			}
			if step.ancestor != nil {
				next.bindings[step.ancestor.label] = t.at
			}
			out = append(out, next)
		}
		if err := ev.grow(64 * (len(elementsOf(v)) + 1)); err != nil {
			return nil, err
		}
	}
	return ev.tupleStages(step.stages, out, env)
}

func (ev *evaluator) tupleStages(stages []stage, in []*tuple, env *scope) ([]*tuple, error) {
	for _, s := range stages {
		if s.filter == nil {
			for i, t := range in {
				in[i] = t.with(t.at, 1)
				in[i].bindings[s.index] = float64(i)
			}
			continue
		}
		var kept []*tuple
		if s.filter.kind == numberNode {
			if i, ok := position(s.filter.num, len(in)); ok {
				kept = []*tuple{in[i]}
			}
		} else {
			for i, t := range in {
				times, err := ev.keeps(s.filter, t.at, t.scope(env), i, len(in))
				if err != nil {
					return nil, err
				}
				for range times {
					kept = append(kept, t)
				}
			}
		}
		in = kept
	}
	return in, nil
}

// position is the element that a number in brackets means.
func position(f float64, length int) (int, bool) {
	f = math.Floor(f)
	if f < 0 {
		f += float64(length)
	}
	return int(f), f >= 0 && f < float64(length)
}

// filter applies a predicate to the elements of a value.
func (ev *evaluator) filter(predicate *node, v any, env *scope) (any, error) {
	items := elementsOf(v)
	if v == undefined {
		items = nil
	}
	out := sequenceOf()
	if predicate.kind == numberNode {
		i, ok := position(predicate.num, len(items))
		if !ok || items[i] == undefined {
			return out, nil
		}
		switch item := items[i].(type) {
		case []any, *list:
			return item, nil
		}
		return out, ev.push(out, items[i])
	}
	if l, ok := v.(*list); ok && l.tuples {
		out.tuples = true
	}
	for i, item := range items {
		context, scope := item, env
		if t, ok := item.(*tuple); ok {
			context, scope = t.at, t.scope(env)
		}
		times, err := ev.keeps(predicate, context, scope, i, len(items))
		if err != nil {
			return nil, err
		}
		for range times {
			if err := ev.push(out, item); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// keeps says how often a predicate keeps the element at index: a number or
// numbers name the elements to keep, anything else is true or not.
func (ev *evaluator) keeps(predicate *node, item any, env *scope, index, length int) (int, error) {
	v, err := ev.eval(predicate, item, env)
	if err != nil {
		return 0, err
	}
	var numbers []any
	if isNumber(v) {
		numbers = []any{v}
	} else if items, ok := elements(v); ok && allNumbers(items) {
		numbers = items
	} else {
		if ev.isTrue(v) {
			return 1, nil
		}
		return 0, nil
	}
	times := 0
	for _, n := range numbers {
		f, _ := number(n)
		if err := finite(f); err != nil {
			return 0, err
		}
		if i, ok := position(f, length); ok && i == index {
			times++
		}
	}
	return times, nil
}

func allNumbers(items []any) bool {
	for _, item := range items {
		if !isNumber(item) {
			return false
		}
	}
	return true
}
