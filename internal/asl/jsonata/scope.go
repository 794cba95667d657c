package jsonata

// scope is a frame of variables within another.
type scope struct {
	outer *scope
	vars  []binding
	room  [2]binding // for the variables of most frames
}

type binding struct {
	name  string
	value any
}

func newScope(outer *scope) *scope {
	s := &scope{outer: outer}
	s.vars = s.room[:0]
	return s
}

func (s *scope) bind(name string, v any) {
	for i := range s.vars {
		if s.vars[i].name == name {
			s.vars[i].value = v
			return
		}
	}
	s.vars = append(s.vars, binding{name, v})
}

// lookup finds a variable, or a function of the language.
func (s *scope) lookup(name string) any {
	for ; s != nil; s = s.outer {
		for i := range s.vars {
			if s.vars[i].name == name {
				return s.vars[i].value
			}
		}
	}
	if f, ok := builtins[name]; ok {
		return f
	}
	return undefined
}

// scope is a frame of what a tuple carries.
func (t *tuple) scope(outer *scope) *scope {
	s := newScope(outer)
	for name, v := range t.bindings {
		s.bind(name, v)
	}
	return s
}

// with is the tuple with another value and one more binding, if any.
func (t *tuple) with(at any, extra int) *tuple {
	out := &tuple{at: at, bindings: make(map[string]any, len(t.bindings)+extra)}
	for name, v := range t.bindings {
		out.bindings[name] = v
	}
	return out
}
