package jsonata

import (
	"math"
)

var objectFunctions = []*native{
	fn("boolean", "<x-:b>", 1, func(c *call) (any, error) {
		is, ok := c.truth()
		if !ok {
			return undefined, nil
		}
		return is, nil
	}),
	fn("not", "<x-:b>", 1, func(c *call) (any, error) {
		is, ok := c.truth()
		if !ok {
			return undefined, nil
		}
		return !is, nil
	}),
	fn("exists", "<x:b>", 1, func(c *call) (any, error) { return c.arg(0) != undefined, nil }),
	fn("type", "<x:s>", 1, func(c *call) (any, error) {
		if c.arg(0) == undefined {
			return undefined, nil
		}
		if f, ok := c.numberArg(0); ok && math.IsInf(f, 0) {
			return nil, finite(f)
		}
		return typeName(c.arg(0)), nil
	}),
	fn("keys", "<x-:a<s>>", 1, func(c *call) (any, error) {
		out := sequenceOf()
		for _, name := range c.ev.allNames(c.arg(0)) {
			if err := c.ev.push(out, name); err != nil {
				return nil, err
			}
		}
		return out, nil
	}),
	fn("lookup", "<x-s:x>", 2, func(c *call) (any, error) {
		name, _ := c.textArg(1)
		return c.ev.lookup(c.arg(0), name)
	}),
	fn("spread", "<x-:a<o>>", 1, func(c *call) (any, error) {
		return c.ev.spread(c.arg(0))
	}),
	fn("merge", "<a<o>:o>", 1, func(c *call) (any, error) {
		items, ok := c.arrayArg(0)
		if !ok {
			return undefined, nil
		}
		out := newObject()
		for _, item := range items {
			members := membersOf(item)
			if err := c.ev.grow(64 * len(members)); err != nil {
				return nil, err
			}
			for _, name := range namesOf(item) {
				out.set(name, members[name])
			}
		}
		return out, nil
	}),
	fn("each", "<o-f:a>", 2, func(c *call) (any, error) {
		out := sequenceOf()
		members := membersOf(c.arg(0))
		for _, name := range namesOf(c.arg(0)) {
			answer, err := c.callback(c.arg(1), members[name], name, c.arg(0))
			if err != nil {
				return nil, err
			}
			if answer != undefined {
				if err := c.ev.push(out, answer); err != nil {
					return nil, err
				}
			}
		}
		return out, nil
	}),
	fn("sift", "<o-f?:o>", 2, func(c *call) (any, error) {
		out := newObject()
		members := membersOf(c.arg(0))
		for _, name := range namesOf(c.arg(0)) {
			answer, err := c.callback(c.arg(1), members[name], name, c.arg(0))
			if err != nil {
				return nil, err
			}
			if c.ev.isTrue(answer) {
				out.set(name, members[name])
			}
		}
		if len(out.names) == 0 {
			return undefined, nil
		}
		return out, c.ev.grow(64 * len(out.names))
	}),
	fn("clone", "<(oa)-:o>", 1, func(c *call) (any, error) {
		if c.arg(0) == undefined {
			return undefined, nil
		}
		return c.ev.clone(c.arg(0))
	}),
	fn("error", "<s?:x>", 1, func(c *call) (any, error) {
		message, _ := c.textArg(0)
		if message == "" {
			message = "$error() function evaluated"
		}
		return nil, &failure{code: "D3137", token: undefined, detail: message}
	}),
	fn("assert", "<bs?:x>", 2, func(c *call) (any, error) {
		if c.arg(0) == true {
			return undefined, nil
		}
		message, _ := c.textArg(1)
		if message == "" {
			message = "$assert() statement failed"
		}
		return nil, &failure{code: "D3141", token: undefined, detail: message}
	}),
}

// truth is the effective boolean of the argument. A function is true where it
// stands as a condition, and false as an argument.
func (c *call) truth() (is, ok bool) {
	if _, isFunction := c.arg(0).(function); isFunction {
		return false, true
	}
	return c.ev.truth(c.arg(0))
}

// allNames are the names of an object's members, or those of all objects of an
// array.
func (ev *evaluator) allNames(v any) []string {
	items, ok := elements(v)
	if !ok {
		return namesOf(v)
	}
	merged := newObject()
	for _, item := range items {
		if ev.spent() {
			break
		}
		for _, name := range ev.allNames(item) {
			merged.set(name, true)
		}
	}
	return namesOf(merged)
}

// spread makes an array of objects with one member each.
func (ev *evaluator) spread(v any) (any, error) {
	out := sequenceOf()
	if items, ok := elements(v); ok {
		for _, item := range items {
			inner, err := ev.spread(item)
			if err != nil {
				return nil, err
			}
			out.sequence = false
			if err := ev.push(out, elementsOf(inner)...); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	if !isObject(v) {
		return v, nil
	}
	members := membersOf(v)
	for _, name := range namesOf(v) {
		o := newObject()
		o.set(name, members[name])
		if err := ev.grow(64); err != nil {
			return nil, err
		}
		if err := ev.push(out, o); err != nil {
			return nil, err
		}
	}
	return out, nil
}
