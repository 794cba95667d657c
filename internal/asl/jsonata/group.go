package jsonata

// groupBy makes an object of the elements of a value: the pairs' first parts name
// the members, and elements with the same name are taken together for the second.
func (ev *evaluator) groupBy(pairs [][2]*node, v any, env *scope) (any, error) {
	items := elementsOf(v)
	if len(items) == 0 {
		items = []any{undefined}
	}
	type member struct {
		pair int
		data []any
	}
	members := make(map[string]*member, len(pairs))
	out := newObject()
	for _, item := range items {
		context, scope := item, env
		if t, ok := item.(*tuple); ok {
			context, scope = t.at, t.scope(env)
		}
		for i, pair := range pairs {
			key, err := ev.eval(pair[0], context, scope)
			if err != nil {
				return nil, err
			}
			if key == undefined {
				continue
			}
			name, ok := key.(string)
			if !ok {
				return nil, failValue("T1003", key)
			}
			m := members[name]
			if m == nil {
				m = &member{pair: i}
				members[name] = m
				out.set(name, undefined)
				if err := ev.grow(len(name) + 64); err != nil {
					return nil, err
				}
			} else if m.pair != i {
				return nil, failValue("D1009", key)
			}
			m.data = append(m.data, item)
		}
	}
	for _, name := range append([]string(nil), namesOf(out)...) {
		m := members[name]
		context, scope := groupContext(m.data), env
		if _, ok := m.data[0].(*tuple); ok {
			t := mergeTuples(m.data)
			context, scope = t.at, t.scope(env)
		}
		value, err := ev.eval(pairs[m.pair][1], context, scope)
		if err != nil {
			return nil, err
		}
		if value == undefined {
			out.remove(name)
		} else {
			out.set(name, value)
		}
	}
	return out, nil
}

// groupContext is what the elements of one group are to the value's expression:
// a single one is itself, several are an array into which arrays are put with
// their elements.
func groupContext(data []any) any {
	if len(data) == 1 {
		return data[0]
	}
	out := &list{}
	for _, item := range data {
		if items, ok := elements(item); ok {
			out.items = append(out.items, items...)
		} else {
			out.items = append(out.items, item)
		}
	}
	return out
}

// mergeTuples collects what several tuples carry under each name.
func mergeTuples(data []any) *tuple {
	if len(data) == 1 {
		return data[0].(*tuple)
	}
	first := data[0].(*tuple)
	out := first.with(first.at, 0)
	for _, item := range data[1:] {
		t := item.(*tuple)
		out.at = appendValues(out.at, t.at)
		for name, v := range t.bindings {
			if old, ok := out.bindings[name]; ok {
				v = appendValues(old, v)
			}
			out.bindings[name] = v
		}
	}
	return out
}

// appendValues makes one array of two values.
func appendValues(a, b any) any {
	if a == undefined {
		return b
	}
	if b == undefined {
		return a
	}
	x, y := elementsOf(a), elementsOf(b)
	out := make([]any, 0, len(x)+len(y))
	return &list{items: append(append(out, x...), y...)}
}
