package jsonata

// scope is a frame of variables within another.
type scope struct {
	outer *scope
	names []string
	vals  []any
}

func (s *scope) bind(name string, v any) {
	for i, n := range s.names {
		if n == name {
			s.vals[i] = v
			return
		}
	}
	s.names = append(s.names, name)
	s.vals = append(s.vals, v)
}

// lookup finds a variable, or a function of the language.
func (s *scope) lookup(name string) any {
	for ; s != nil; s = s.outer {
		for i, n := range s.names {
			if n == name {
				return s.vals[i]
			}
		}
	}
	if f, ok := builtins[name]; ok {
		return f
	}
	return undefined
}

// of binds what a tuple carries.
func (t *tuple) scope(outer *scope) *scope {
	s := &scope{outer: outer}
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
