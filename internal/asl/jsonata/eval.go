package jsonata

import (
	"math"
	"time"
)

// evaluator is one evaluation of an expression.
type evaluator struct {
	rand      func() uint64
	now       time.Time
	depth     int
	steps     int
	allocated int
}

// eval evaluates a node and reduces a sequence that is its answer: none is
// undefined, a single one is itself.
func (ev *evaluator) eval(n *node, input any, env *scope) (any, error) {
	if ev.depth++; ev.depth > maxDepth {
		return nil, errTooDeep
	}
	if ev.steps++; ev.steps > maxSteps {
		return nil, errTooLong
	}
	v, err := ev.evalKind(n, input, env)
	if err != nil {
		return nil, err
	}
	for i := range n.predicates {
		if v, err = ev.filter(n.predicates[i].filter, v, env); err != nil {
			return nil, err
		}
	}
	if n.group != nil && n.kind != pathNode {
		if v, err = ev.groupBy(n.group.pairs, v, env); err != nil {
			return nil, err
		}
	}
	ev.depth--
	if l, ok := v.(*list); ok && l.sequence && !l.tuples {
		if n.keepArray {
			l.keepSingleton = true
		}
		switch {
		case len(l.items) == 0:
			return undefined, nil
		case len(l.items) == 1 && !l.keepSingleton:
			return l.items[0], nil
		}
	}
	return v, nil
}

func (ev *evaluator) evalKind(n *node, input any, env *scope) (any, error) {
	switch n.kind {
	case pathNode:
		return ev.path(n, input, env)
	case binaryNode:
		return ev.binary(n, input, env)
	case nameNode:
		return ev.lookup(input, n.text)
	case stringNode:
		return n.text, nil
	case numberNode:
		return n.num, nil
	case valueNode:
		return n.lit, nil
	case variableNode:
		if n.text == "" {
			return input, nil
		}
		return env.lookup(n.text), nil
	case wildcardNode:
		return ev.wildcard(input)
	case descendantNode:
		return ev.descendants(input)
	case parentNode:
		return env.lookup(n.slot.label), nil
	case negateNode:
		return ev.negate(n, input, env)
	case arrayNode:
		return ev.array(n, input, env)
	case objectNode:
		return ev.groupBy(n.pairs, input, env)
	case conditionNode:
		return ev.condition(n, input, env)
	case blockNode:
		return ev.block(n, input, env)
	case bindNode:
		v, err := ev.eval(n.rhs, input, env)
		if err == nil {
			env.bind(n.lhs.text, v)
		}
		return v, err
	case regexNode:
		return &matcher{pattern: n.regex}, nil
	case functionNode:
		return ev.call(n, input, env, nil)
	case lambdaNode:
		return &lambda{params: n.params, signature: n.signature, body: n.rhs, input: input, env: env}, nil
	case thunkNode:
		return &thunk{call: n.lhs, input: input, env: env}, nil
	case partialNode:
		return ev.partial(n, input, env)
	case applyNode:
		return ev.apply(n, input, env)
	case transformNode:
		return &transform{node: n, env: env}, nil
	}
	return undefined, nil
}

func (ev *evaluator) condition(n *node, input any, env *scope) (any, error) {
	c, err := ev.eval(n.lhs, input, env)
	if err != nil {
		return nil, err
	}
	if f, ok := c.(float64); ok && math.IsInf(f, 0) {
		return nil, finite(f)
	}
	if ev.isTrue(c) {
		return ev.eval(n.rhs, input, env)
	}
	if n.third != nil {
		return ev.eval(n.third, input, env)
	}
	return undefined, nil
}

func (ev *evaluator) block(n *node, input any, env *scope) (v any, err error) {
	v = undefined
	inner := newScope(env)
	for _, item := range n.items {
		if v, err = ev.eval(item, input, inner); err != nil {
			return nil, err
		}
	}
	return v, nil
}

func (ev *evaluator) negate(n *node, input any, env *scope) (any, error) {
	v, err := ev.eval(n.lhs, input, env)
	if err != nil || v == undefined {
		return v, err
	}
	f, ok := number(v)
	if !ok {
		return nil, &failure{code: "D1002", token: "-", value: v}
	}
	if err := finite(f); err != nil {
		return nil, err
	}
	return -f, nil
}

// finite refuses to go on with a number that JSON has not.
func finite(f float64) error {
	if math.IsInf(f, 0) {
		return failValue("D1001", f)
	}
	return nil
}

// array evaluates an array constructor. A nested constructor is one element;
// every other array is put in with its elements.
func (ev *evaluator) array(n *node, input any, env *scope) (any, error) {
	out := &list{items: make([]any, 0, len(n.items)), cons: n.consArray}
	for _, item := range n.items {
		v, err := ev.eval(item, input, env)
		if err != nil {
			return nil, err
		}
		if v == undefined {
			continue
		}
		items, isArray := elements(v)
		if item.kind == arrayNode || !isArray {
			err = ev.push(out, v)
		} else {
			err = ev.push(out, items...)
		}
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// lookup finds a member, in each element of an array.
func (ev *evaluator) lookup(input any, name string) (any, error) {
	switch input := input.(type) {
	case map[string]any:
		if v, ok := input[name]; ok {
			return v, nil
		}
	case *object:
		if v, ok := input.values[name]; ok {
			return v, nil
		}
	case []any:
		return ev.lookupEach(input, name)
	case *list:
		return ev.lookupEach(input.items, name)
	}
	return undefined, nil
}

func (ev *evaluator) lookupEach(items []any, name string) (any, error) {
	if err := ev.step(len(items)); err != nil {
		return nil, err
	}
	out := sequenceOf()
	for _, item := range items {
		v, err := ev.lookup(item, name)
		if err != nil {
			return nil, err
		}
		if v == undefined {
			continue
		}
		if inner, ok := elements(v); ok {
			err = ev.push(out, inner...)
		} else {
			err = ev.push(out, v)
		}
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// wildcard answers the values of all members.
func (ev *evaluator) wildcard(input any) (any, error) {
	out := sequenceOf()
	add := func(v any) error {
		if _, ok := elements(v); !ok {
			return ev.push(out, v)
		}
		// As concatenation does in the language, this makes a plain array of a sequence.
		out.sequence = false
		return ev.flatten(v, out)
	}
	if items, ok := elements(input); ok {
		for _, item := range items {
			if err := add(item); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	members := membersOf(input)
	for _, name := range namesOf(input) {
		if err := add(members[name]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (ev *evaluator) flatten(v any, into *list) error {
	items, ok := elements(v)
	if !ok {
		return ev.push(into, v)
	}
	for _, item := range items {
		if err := ev.flatten(item, into); err != nil {
			return err
		}
	}
	return nil
}

// descendants answers a value and everything below it but the arrays.
func (ev *evaluator) descendants(input any) (any, error) {
	if input == undefined {
		return undefined, nil
	}
	out := sequenceOf()
	if err := ev.descend(input, out); err != nil {
		return nil, err
	}
	if len(out.items) == 1 {
		return out.items[0], nil
	}
	return out, nil
}

func (ev *evaluator) descend(v any, into *list) error {
	if items, ok := elements(v); ok {
		for _, item := range items {
			if err := ev.descend(item, into); err != nil {
				return err
			}
		}
		return nil
	}
	if err := ev.push(into, v); err != nil {
		return err
	}
	members := membersOf(v)
	for _, name := range namesOf(v) {
		if err := ev.descend(members[name], into); err != nil {
			return err
		}
	}
	return nil
}
