package jsonata

// transform is |pattern|update,delete|: a function that answers a changed copy.
type transform struct {
	node *node
	env  *scope
}

func (*transform) arity() int { return 1 }

var transformSignature = must("<(oa):o>")

func (t *transform) apply(ev *evaluator, v any) (any, error) {
	if v == undefined {
		return undefined, nil
	}
	if _, ok := t.env.lookup("clone").(function); !ok {
		return nil, fail("T2013")
	}
	copied, err := ev.invoke(t.env.lookup("clone"), []any{v}, nil)
	if err != nil {
		return nil, err
	}
	matches, err := ev.eval(t.node.lhs, copied, t.env)
	if err != nil {
		return nil, err
	}
	if matches == undefined {
		return copied, nil
	}
	for _, match := range elementsOf(matches) {
		if err := t.change(ev, match); err != nil {
			return nil, err
		}
	}
	return copied, nil
}

// change updates one match in place.
func (t *transform) change(ev *evaluator, match any) error {
	target, _ := match.(*object)
	update, err := ev.eval(t.node.rhs, match, t.env)
	if err != nil {
		return err
	}
	if update != undefined {
		if !isObject(update) {
			return failValue("T2011", update)
		}
		if target != nil {
			for _, name := range namesOf(update) {
				target.set(name, membersOf(update)[name])
			}
		}
	}
	if t.node.third == nil {
		return nil
	}
	names, err := ev.eval(t.node.third, match, t.env)
	if err != nil || names == undefined {
		return err
	}
	for _, name := range elementsOf(names) {
		if _, ok := name.(string); !ok {
			return failValue("T2012", names)
		}
	}
	if target != nil {
		for _, name := range elementsOf(names) {
			target.remove(name.(string))
		}
	}
	return nil
}

// clone copies a value so that it can be changed.
func (ev *evaluator) clone(v any) (any, error) {
	switch typeName(v) {
	case "array":
		items := elementsOf(v)
		if err := ev.grow(2 * scalarSize * len(items)); err != nil {
			return nil, err
		}
		out := &list{items: make([]any, len(items))}
		for i, item := range items {
			var err error
			if out.items[i], err = ev.clone(item); err != nil {
				return nil, err
			}
		}
		return out, nil
	case "object":
		members := membersOf(v)
		if err := ev.grow(64 * (len(members) + 1)); err != nil {
			return nil, err
		}
		out := newObject()
		for _, name := range namesOf(v) {
			member, err := ev.clone(members[name])
			if err != nil {
				return nil, err
			}
			out.set(name, member)
		}
		return out, nil
	case "function":
		return "", nil
	}
	return v, nil
}
