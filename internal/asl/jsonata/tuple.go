package jsonata

func tuplesOf(items []any) []*tuple {
	out := make([]*tuple, len(items))
	for i, item := range items {
		out[i] = &tuple{at: item}
	}
	return out
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
