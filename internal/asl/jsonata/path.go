package jsonata

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
