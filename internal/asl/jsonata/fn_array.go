package jsonata

import (
	"math"
)

var arrayFunctions = []*native{
	fn("count", "<a:n>", 1, func(c *call) (any, error) {
		items, _ := c.arrayArg(0)
		return float64(len(items)), nil
	}),
	fn("append", "<xx:a>", 2, func(c *call) (any, error) {
		if c.arg(0) == undefined || c.arg(1) == undefined {
			return appendValues(c.arg(0), c.arg(1)), nil
		}
		out := &list{}
		if err := c.ev.push(out, elementsOf(c.arg(0))...); err != nil {
			return nil, err
		}
		return out, c.ev.push(out, elementsOf(c.arg(1))...)
	}),
	fn("reverse", "<a:a>", 1, func(c *call) (any, error) {
		items, ok := c.arrayArg(0)
		if !ok || len(items) <= 1 {
			return c.arg(0), nil
		}
		out := &list{items: make([]any, len(items))}
		for i, item := range items {
			out.items[len(items)-1-i] = item
		}
		return out, c.ev.grow(scalarSize * len(items))
	}),
	fn("shuffle", "<a:a>", 1, func(c *call) (any, error) {
		items, ok := c.arrayArg(0)
		if !ok || len(items) <= 1 {
			return c.arg(0), nil
		}
		out := &list{items: append([]any(nil), items...)}
		for i := len(out.items) - 1; i > 0; i-- {
			j := int(uniform(c.ev.rand) * float64(i+1))
			out.items[i], out.items[j] = out.items[j], out.items[i]
		}
		return out, c.ev.grow(scalarSize * len(items))
	}),
	fn("distinct", "<x:x>", 1, distinct),
	fn("sort", "<af?:a>", 2, sortArray),
	fn("zip", "<a+>", 0, zip),
	fn("map", "<af>", 2, func(c *call) (any, error) {
		return c.eachElement(func(out *list, _, answer any) error {
			if answer == undefined {
				return nil
			}
			return c.ev.push(out, answer)
		})
	}),
	fn("filter", "<af>", 2, func(c *call) (any, error) {
		return c.eachElement(func(out *list, item, answer any) error {
			if !c.ev.isTrue(answer) {
				return nil
			}
			return c.ev.push(out, item)
		})
	}),
	fn("single", "<af?>", 2, single),
	fn("reduce", "<afj?:j>", 3, reduce),
}

// eachElement calls the function argument with each element of the array.
func (c *call) eachElement(take func(out *list, item, answer any) error) (any, error) {
	items, ok := c.arrayArg(0)
	if !ok {
		return undefined, nil
	}
	out := sequenceOf()
	for i, item := range items {
		answer, err := c.callback(c.arg(1), item, float64(i), c.arg(0))
		if err != nil {
			return nil, err
		}
		if err := take(out, item, answer); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func single(c *call) (any, error) {
	items, ok := c.arrayArg(0)
	if !ok {
		return undefined, nil
	}
	out := undefined
	found := false
	for i, item := range items {
		if c.arg(1) != undefined {
			answer, err := c.callback(c.arg(1), item, float64(i), c.arg(0))
			if err != nil {
				return nil, err
			}
			if !c.ev.isTrue(answer) {
				continue
			}
		}
		if found {
			return nil, fail("D3138")
		}
		out, found = item, true
	}
	if !found {
		return nil, fail("D3139")
	}
	return out, nil
}

func reduce(c *call) (any, error) {
	items, ok := c.arrayArg(0)
	if !ok {
		return undefined, nil
	}
	f, _ := c.arg(1).(function)
	if f == nil || f.arity() < 2 {
		return nil, &failure{code: "D3050", token: undefined, index: 1}
	}
	out := c.arg(2)
	start := 0
	if out == undefined && len(items) > 0 {
		out, start = items[0], 1
	}
	for i := start; i < len(items); i++ {
		args := []any{out, items[i], float64(i), c.arg(0)}[:min(max(f.arity(), 2), 4)]
		var err error
		if out, err = c.ev.invoke(f, args, nil); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func zip(c *call) (any, error) {
	length := math.MaxInt
	for i := range c.args {
		items, _ := c.arrayArg(i)
		length = min(length, len(items))
	}
	if len(c.args) == 0 {
		length = 0
	}
	out := &list{}
	for n := range length {
		row := &list{}
		for i := range c.args {
			items, _ := c.arrayArg(i)
			if err := c.ev.push(row, items[n]); err != nil {
				return nil, err
			}
		}
		if err := c.ev.push(out, row); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// distinct keeps the first of equal elements. Scalars are found by a set, the
// others by comparing.
func distinct(c *call) (any, error) {
	items, ok := c.arrayArg(0)
	if !ok || len(items) <= 1 {
		return c.arg(0), nil
	}
	out := &list{}
	if l, ok := c.arg(0).(*list); ok {
		out.sequence = l.sequence
	}
	seen := make(map[any]bool, len(items))
	var compound []any
next:
	for _, item := range items {
		if key, ok := scalarKey(item); ok {
			if seen[key] {
				continue
			}
			seen[key] = true
		} else {
			if err := c.ev.step(len(compound)); err != nil {
				return nil, err
			}
			for _, other := range compound {
				if c.ev.same(item, other) {
					continue next
				}
			}
			compound = append(compound, item)
		}
		if err := c.ev.push(out, item); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func scalarKey(v any) (any, bool) {
	switch v := v.(type) {
	case nil, bool, string:
		return v, true
	}
	if f, ok := number(v); ok && f == f {
		return f, true
	}
	return nil, false
}

func sortArray(c *call) (any, error) {
	items, ok := c.arrayArg(0)
	if !ok || len(items) <= 1 {
		return c.arg(0), nil
	}
	if err := c.ev.grow(2 * scalarSize * len(items)); err != nil {
		return nil, err
	}
	after := func(a, b any) (bool, error) {
		v, err := c.ev.invoke(c.arg(1), []any{a, b}, nil)
		return c.ev.isTruthy(v), err
	}
	if c.arg(1) == undefined {
		if !allNumbers(items) && !allTexts(items) {
			return nil, &failure{code: "D3070", token: undefined, index: 1}
		}
		after = func(a, b any) (bool, error) {
			order, _ := orderOf(a, b)
			return order > 0, c.ev.step(1)
		}
	}
	sorted, err := mergeSort(items, after)
	return &list{items: sorted}, err
}

func allTexts(items []any) bool {
	for _, item := range items {
		if _, ok := item.(string); !ok {
			return false
		}
	}
	return true
}

// isTruthy is JavaScript's notion of true, by which the answer of a comparison
// function is judged: any array and any object is.
func (ev *evaluator) isTruthy(v any) bool {
	switch typeName(v) {
	case "array", "object", "function":
		return true
	}
	return ev.isTrue(v)
}

// uniform is a number from 0 up to, but without, 1.
func uniform(rand func() uint64) float64 { return float64(rand()>>11) / (1 << 53) }
