package jsonpath

// CompileReference compiles a reference path: one that can only identify a
// single place (https://states-language.net/spec.html#ref-paths), made of names
// and indices.
func CompileReference(expr string) (*Path, error) {
	p, err := Compile(expr)
	if err != nil {
		return nil, err
	}
	offset := len(rootText(p.root))
	for _, s := range p.segments {
		if s.scan || s.kind != nameSegment && s.kind != indexSegment {
			return nil, &SyntaxError{
				Expr: expr, Offset: offset,
				Want: "only names and indices: a reference path identifies a single place, so '" + s.String() + "' cannot stand in it",
			}
		}
	}
	return p, nil
}

func rootText(r Root) string {
	switch r.Kind {
	case Context:
		return "$$"
	case Variable:
		return "$" + r.Name
	default:
		return "$"
	}
}

// ApplyError says that a value cannot be put where a reference path points. Step
// Functions names it States.ReferencePathConflict.
type ApplyError struct {
	path *Path
	root any
}

// Error is the cause that Step Functions gives.
func (e *ApplyError) Error() string {
	return "Unable to apply ReferencePath " + e.path.expr + " to input " + compactJSON(e.root)
}

// Set answers root with value put where the path points; root itself is not
// changed, and shares with the answer what lies beside the path. Objects on the
// way that are missing are created. The path has to be a reference path.
//
// It is an *ApplyError where a name meets anything but an object, or an index an
// element that is not there.
func (p *Path) Set(root, value any) (any, error) {
	return p.set(root, root, value, 0)
}

func (p *Path) set(root, v, value any, at int) (any, error) {
	if at == len(p.segments) {
		return value, nil
	}
	s := &p.segments[at]
	switch s.kind {
	case nameSegment:
		obj, ok := v.(map[string]any)
		if !ok {
			return nil, &ApplyError{path: p, root: root}
		}
		child, ok := obj[s.name]
		if !ok {
			child = map[string]any(nil)
		}
		changed, err := p.set(root, child, value, at+1)
		if err != nil {
			return nil, err
		}
		out := make(map[string]any, len(obj)+1)
		for name, member := range obj {
			out[name] = member
		}
		out[s.name] = changed
		return out, nil
	case indexSegment:
		arr, _ := v.([]any)
		i, ok := within(s.index, len(arr))
		if !ok {
			return nil, &ApplyError{path: p, root: root}
		}
		changed, err := p.set(root, arr[i], value, at+1)
		if err != nil {
			return nil, err
		}
		out := make([]any, len(arr))
		copy(out, arr)
		out[i] = changed
		return out, nil
	default:
		return nil, &ApplyError{path: p, root: root}
	}
}
