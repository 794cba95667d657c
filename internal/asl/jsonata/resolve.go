package jsonata

import "strconv"

// resolver turns the parser's tree into the one that is evaluated: chains of "."
// become paths of steps, predicates move to the step they follow, and each "%" is
// tied to the step it refers to.
type resolver struct{ labels int }

// maxParents bounds how many "%" an expression has: each is looked for by all
// that it is part of.
const maxParents = 200

func (r *resolver) resolve(n *node) (*node, error) {
	out, err := r.resolveKind(n)
	if err == nil && n.keepArray {
		out.keepArray = true
	}
	return out, err
}

func (r *resolver) resolveKind(n *node) (*node, error) {
	switch n.kind {
	case binaryNode:
		return r.binary(n)
	case negateNode:
		return r.negate(n)
	case arrayNode, functionNode, partialNode, blockNode:
		return r.list(n)
	case objectNode:
		out := &node{kind: objectNode, pos: n.pos}
		var err error
		out.pairs, err = r.pairs(out, n.pairs, true)
		return out, err
	case lambdaNode:
		body, err := r.resolve(n.rhs)
		if err != nil {
			return nil, err
		}
		return &node{kind: lambdaNode, pos: n.pos, params: n.params, signature: n.signature, rhs: tailCalls(body)}, nil
	case conditionNode, transformNode:
		return r.three(n)
	case nameNode:
		return &node{kind: pathNode, pos: n.pos, items: []*node{n}, keepSingleton: n.keepArray}, nil
	case parentNode:
		if r.labels++; r.labels > maxParents {
			return nil, &SyntaxError{Code: "S0500", Offset: n.pos, detail: "the expression has more than " + strconv.Itoa(maxParents) + " parent operators"}
		}
		return &node{kind: parentNode, pos: n.pos, slot: &slot{label: "!" + strconv.Itoa(r.labels), level: 1}}, nil
	case operatorNode:
		if n.text == "?" {
			return n, nil
		}
		n.kind = nameNode
		return r.resolve(n)
	case endNode:
		return nil, syntaxError("S0207", n.pos)
	}
	return n, nil
}

func (r *resolver) negate(n *node) (*node, error) {
	operand, err := r.resolve(n.lhs)
	if err != nil {
		return nil, err
	}
	if operand.kind == numberNode {
		operand.num = -operand.num
		return operand, nil
	}
	out := &node{kind: negateNode, pos: n.pos, lhs: operand}
	passUp(out, operand)
	return out, nil
}

// list resolves the nodes that have items: array, call and block.
func (r *resolver) list(n *node) (*node, error) {
	out := &node{kind: n.kind, pos: n.pos, items: make([]*node, len(n.items))}
	for i, item := range n.items {
		resolved, err := r.resolve(item)
		if err != nil {
			return nil, err
		}
		passUp(out, resolved)
		out.items[i] = resolved
		if n.kind == blockNode && (resolved.consArray || resolved.kind == pathNode && resolved.items[0].consArray) {
			out.consArray = true
		}
	}
	if n.lhs == nil {
		return out, nil
	}
	var err error
	out.lhs, err = r.resolve(n.lhs)
	return out, err
}

func (r *resolver) pairs(owner *node, pairs [][2]*node, seek bool) ([][2]*node, error) {
	out := make([][2]*node, len(pairs))
	for i, pair := range pairs {
		for j, part := range pair {
			resolved, err := r.resolve(part)
			if err != nil {
				return nil, err
			}
			if seek {
				passUp(owner, resolved)
			}
			out[i][j] = resolved
		}
	}
	return out, nil
}

// three resolves a condition or a transform.
func (r *resolver) three(n *node) (*node, error) {
	out := &node{kind: n.kind, pos: n.pos}
	for i, part := range []*node{n.lhs, n.rhs, n.third} {
		if part == nil {
			continue
		}
		resolved, err := r.resolve(part)
		if err != nil {
			return nil, err
		}
		if n.kind == conditionNode {
			passUp(out, resolved)
		}
		switch i {
		case 0:
			out.lhs = resolved
		case 1:
			out.rhs = resolved
		default:
			out.third = resolved
		}
	}
	return out, nil
}

func (r *resolver) binary(n *node) (*node, error) {
	left, err := r.resolve(n.lhs)
	if err != nil {
		return nil, err
	}
	switch n.text {
	case ".":
		return r.step(n, left)
	case "[":
		return r.predicate(n, left)
	case "{":
		if left.group != nil {
			return nil, syntaxError("S0210", n.pos)
		}
		left.group = &grouping{pos: n.pos}
		left.group.pairs, err = r.pairs(nil, n.pairs, false)
		return left, err
	case "^":
		return r.sort(n, left)
	case "@":
		return r.focus(n, left)
	case "#":
		return r.position(n, left), nil
	}
	right, err := r.resolve(n.rhs)
	if err != nil {
		return nil, err
	}
	out := &node{kind: binaryNode, pos: n.pos, text: n.text, lhs: left, rhs: right}
	switch n.text {
	case ":=":
		out.kind = bindNode
		passUp(out, right)
	case "~>":
		out.kind = applyNode
		out.keepArray = left.keepArray || right.keepArray
	default:
		passUp(out, left)
		passUp(out, right)
	}
	return out, nil
}

// step appends what follows a "." to the path on its left.
func (r *resolver) step(n, left *node) (*node, error) {
	path := left
	known := 0 // steps that were looked at when they were added, but for the last: "[]" may follow it
	if left.kind != pathNode {
		path = &node{kind: pathNode, pos: n.pos, items: []*node{left}}
	} else {
		known = len(left.items) - 1
	}
	if left.kind == parentNode {
		path.seeking = []*slot{left.slot}
	}
	right, err := r.resolve(n.rhs)
	if err != nil {
		return nil, err
	}
	if right.kind == pathNode {
		path.items = append(path.items, right.items...)
	} else {
		if right.predicates != nil {
			right.stages, right.predicates = right.predicates, nil
		}
		path.items = append(path.items, right)
	}
	for _, s := range path.items[known:] {
		switch s.kind {
		case numberNode:
			return nil, &SyntaxError{Code: "S0213", Offset: s.pos, value: s.num}
		case valueNode:
			return nil, &SyntaxError{Code: "S0213", Offset: s.pos, value: s.lit}
		case stringNode:
			s.kind = nameNode
		}
		if s.keepArray {
			path.keepSingleton = true
		}
	}
	for _, s := range []*node{path.items[0], path.items[len(path.items)-1]} {
		if s.kind == arrayNode {
			s.consArray = true
		}
	}
	return path, settle(path)
}

func lastStep(n *node) *node {
	if n.kind == pathNode {
		return n.items[len(n.items)-1]
	}
	return n
}

func (r *resolver) predicate(n, left *node) (*node, error) {
	step := lastStep(left)
	if step.group != nil {
		return nil, syntaxError("S0209", n.pos)
	}
	filter, err := r.resolve(n.rhs)
	if err != nil {
		return nil, err
	}
	if filter.seeking != nil {
		for _, s := range filter.seeking {
			if s.level == 1 {
				if err := seek(step, s); err != nil {
					return nil, err
				}
			} else {
				s.level--
			}
		}
		passUp(step, filter)
	}
	if left.kind == pathNode {
		step.stages = append(step.stages, stage{filter: filter})
	} else {
		step.predicates = append(step.predicates, stage{filter: filter})
	}
	return left, nil
}

func (r *resolver) sort(n, left *node) (*node, error) {
	path := left
	if left.kind != pathNode {
		path = &node{kind: pathNode, pos: n.pos, items: []*node{left}}
	}
	step := &node{kind: sortNode, pos: n.pos, text: "^"}
	for _, term := range n.terms {
		expr, err := r.resolve(term.expr)
		if err != nil {
			return nil, err
		}
		passUp(step, expr)
		step.terms = append(step.terms, sortTerm{descending: term.descending, expr: expr})
	}
	path.items = append(path.items, step)
	return path, settle(path)
}

func (r *resolver) focus(n, left *node) (*node, error) {
	step := lastStep(left)
	if step.stages != nil || step.predicates != nil {
		return nil, syntaxError("S0215", n.pos)
	}
	if step.kind == sortNode {
		return nil, syntaxError("S0216", n.pos)
	}
	if n.keepArray {
		step.keepArray = true
	}
	step.focus = n.rhs.text
	step.tuple = true
	return left, nil
}

func (r *resolver) position(n, left *node) *node {
	path := left
	step := lastStep(left)
	if left.kind != pathNode {
		path = &node{kind: pathNode, pos: n.pos, items: []*node{left}}
		if step.predicates != nil {
			step.stages, step.predicates = step.predicates, nil
		}
	}
	if step.stages == nil {
		step.index = n.rhs.text
	} else {
		step.stages = append(step.stages, stage{index: n.rhs.text})
	}
	step.tuple = true
	return path
}

// tailCalls marks the calls whose answer is the answer of the lambda they stand
// in, so that recursion of that form does not nest.
func tailCalls(n *node) *node {
	switch n.kind {
	case functionNode:
		if n.predicates == nil && n.group == nil {
			return &node{kind: thunkNode, pos: n.pos, lhs: n}
		}
	case conditionNode:
		n.rhs = tailCalls(n.rhs)
		if n.third != nil {
			n.third = tailCalls(n.third)
		}
	case blockNode:
		if last := len(n.items) - 1; last >= 0 {
			n.items[last] = tailCalls(n.items[last])
		}
	}
	return n
}
