package jsonata

// orderBy sorts elements by the terms of an order-by clause.
func (ev *evaluator) orderBy(n *node, items []any, env *scope) ([]any, error) {
	return mergeSort(items, func(a, b any) (bool, error) {
		return ev.after(n, a, b, env, env)
	})
}

func (ev *evaluator) orderTuples(n *node, tuples []*tuple, env *scope) ([]*tuple, error) {
	return mergeSort(tuples, func(a, b *tuple) (bool, error) {
		return ev.after(n, a.at, b.at, a.scope(env), b.scope(env))
	})
}

// after reports whether a comes after b.
func (ev *evaluator) after(n *node, a, b any, envA, envB *scope) (bool, error) {
	for _, term := range n.terms {
		x, err := ev.eval(term.expr, a, envA)
		if err != nil {
			return false, err
		}
		y, err := ev.eval(term.expr, b, envB)
		if err != nil {
			return false, err
		}
		if x == undefined || y == undefined {
			// What is not there comes last, whatever the direction.
			if (x == undefined) != (y == undefined) {
				return x == undefined, nil
			}
			continue
		}
		if !hasOrder(x) || !hasOrder(y) {
			if hasOrder(x) {
				x = y
			}
			return false, failValue("T2008", x)
		}
		order, ok := orderOf(x, y)
		if !ok {
			f := failValue("T2007", x)
			f.value2 = y
			return false, f
		}
		if order != 0 {
			return order > 0 != term.descending, nil
		}
	}
	return false, nil
}

// mergeSort sorts stably; after says whether its first argument has to come after
// its second. It asks in the order in which the language does, since the function
// may be anything.
func mergeSort[T any](items []T, after func(a, b T) (bool, error)) ([]T, error) {
	if len(items) <= 1 {
		return append([]T(nil), items...), nil
	}
	middle := len(items) / 2
	left, err := mergeSort(items[:middle], after)
	if err != nil {
		return nil, err
	}
	right, err := mergeSort(items[middle:], after)
	if err != nil {
		return nil, err
	}
	out := make([]T, 0, len(items))
	for len(left) > 0 && len(right) > 0 {
		swap, err := after(left[0], right[0])
		if err != nil {
			return nil, err
		}
		if swap {
			out, right = append(out, right[0]), right[1:]
		} else {
			out, left = append(out, left[0]), left[1:]
		}
	}
	return append(append(out, left...), right...), nil
}
