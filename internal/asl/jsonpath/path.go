// Package jsonpath compiles and evaluates JSONPath as AWS Step Functions does.
//
// Step Functions evaluates paths with the Jayway implementation, and its error
// causes are that library's words, so the dialect here is Jayway's where the
// Amazon States Language (https://states-language.net/spec.html#path) is silent:
// a definite path that leads nowhere is an error, an indefinite one answers an
// array, and one that finds nothing answers an empty array.
//
// Values are those of encoding/json with UseNumber: map[string]any, []any,
// string, bool, nil and json.Number. The members of an object are visited in
// the order of their names, since a Go map keeps no other.
package jsonpath

// RootKind says what a path is applied to.
type RootKind uint8

const (
	Input    RootKind = iota // "$": the input (or result) of the state
	Context                  // "$$": the context object
	Variable                 // "$name": a workflow variable
)

// Root is the beginning of a path.
type Root struct {
	Kind RootKind
	Name string // the variable's name without "$"; empty for the other kinds
}

// Path is a compiled path. It is immutable and safe for concurrent use.
type Path struct {
	expr     string
	root     Root
	segments []segment
	definite bool
	named    bool     // it is nothing but names
	names    []string // if named
	simple   bool     // only names, single indices and functions: evaluated without a result list
}

// segmentKind is one of the steps that a path is made of.
type segmentKind uint8

const (
	nameSegment     segmentKind = iota // .a or ['a']
	namesSegment                       // ['a','b']
	indexSegment                       // [0], [-1]
	indicesSegment                     // [0,2]
	sliceSegment                       // [1:3]
	wildcardSegment                    // .* or [*]
	filterSegment                      // [?(...)]
	functionSegment                    // .length()
)

// segment is one compiled step of a path.
type segment struct {
	kind     segmentKind
	scan     bool // preceded by "..": applied to every descendant
	name     string
	names    []string
	index    int
	indices  []int
	slice    slice
	filter   condition
	source   string // a filter as written, for error causes
	function *function
}

// slice is [from:to]; either end may be missing.
type slice struct {
	from, to       int
	hasFrom, hasTo bool
}

// String returns the expression as it was compiled.
func (p *Path) String() string { return p.expr }

// Root says what the path has to be applied to: the argument root of [Path.Get]
// is that value.
func (p *Path) Root() Root { return p.root }

// Definite reports whether the path identifies a single value. The answer of an
// indefinite path is always an array.
func (p *Path) Definite() bool { return p.definite }

// Names answers the names that the path is made of, if it is made of nothing else:
// a and b of $.a.b, none of $. Who has a value as text can find it there.
func (p *Path) Names() (names []string, ok bool) { return p.names, p.named }

func onlyNames(segments []segment) ([]string, bool) {
	names := make([]string, len(segments))
	for i, s := range segments {
		if s.kind != nameSegment || s.scan {
			return nil, false
		}
		names[i] = s.name
	}
	return names, true
}

// isDefinite applies Jayway's rule: a union of names is definite at the end of a
// path, where it answers one merged object.
func isDefinite(segments []segment) bool {
	if scansIntoFunction(segments) {
		return true
	}
	for i, s := range segments {
		if s.scan {
			return false
		}
		switch s.kind {
		case nameSegment, indexSegment, functionSegment:
		case namesSegment:
			if i != len(segments)-1 {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// scansIntoFunction reports a path such as $..price.sum(): its function takes
// all that the scan found as one array.
func scansIntoFunction(segments []segment) bool {
	return len(segments) > 1 && segments[0].scan && segments[len(segments)-1].kind == functionSegment
}

// isSimple reports whether every segment leads from one value to one value.
func isSimple(segments []segment) bool {
	for _, s := range segments {
		if s.scan {
			return false
		}
		switch s.kind {
		case nameSegment, indexSegment, functionSegment:
		default:
			return false
		}
	}
	return true
}
