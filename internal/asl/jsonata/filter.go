package jsonata

import "math"

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
