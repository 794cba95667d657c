package jsonata

// seek looks for the step that slot refers to, from n backwards.
func seek(n *node, s *slot) error {
	switch n.kind {
	case nameNode, wildcardNode:
		s.level--
		if s.level == 0 {
			if n.ancestor != nil {
				s.label = n.ancestor.label
			}
			n.ancestor = s
			n.tuple = true
		}
	case parentNode:
		s.level++
	case blockNode:
		if last := len(n.items) - 1; last >= 0 {
			n.tuple = true
			return seek(n.items[last], s)
		}
	case pathNode:
		n.tuple = true
		i := len(n.items) - 1
		if err := seek(n.items[i], s); err != nil {
			return err
		}
		for i--; s.level > 0 && i >= 0; i-- {
			if err := seek(n.items[i], s); err != nil {
				return err
			}
		}
	default:
		return syntaxError("S0217", n.pos)
	}
	return nil
}

// passUp hands the parents that value still seeks to the node it is part of.
func passUp(owner, value *node) {
	if owner == nil {
		return
	}
	owner.seeking = append(owner.seeking, value.seeking...)
	if value.kind == parentNode {
		owner.seeking = append(owner.seeking, value.slot)
	}
}

// settle looks along a path for the parents that its last step seeks.
func settle(path *node) error {
	last := path.items[len(path.items)-1]
	slots := last.seeking
	if last.kind == parentNode {
		slots = append(slots[:len(slots):len(slots)], last.slot)
	}
	for _, s := range slots {
		i := len(path.items) - 2
		for s.level > 0 {
			if i < 0 {
				path.seeking = append(path.seeking, s)
				break
			}
			step := path.items[i]
			i--
			// Consecutive steps that bind a variable have one parent.
			for i >= 0 && step.focus != "" && path.items[i].focus != "" {
				step = path.items[i]
				i--
			}
			if err := seek(step, s); err != nil {
				return err
			}
		}
	}
	return nil
}
