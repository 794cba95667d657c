package jsonpath

import (
	"errors"
	"maps"
	"slices"
)

// MaxVisits bounds how many values one evaluation may visit: a path such as
// $..*..* grows with a power of its input.
const MaxVisits = 1 << 20

// Get applies the path to root, which has to be the value that [Path.Root]
// names. The answer shares its parts with root and must not be changed.
//
// A definite path that leads nowhere is a *NotFoundError. An indefinite one
// answers a []any, empty where it finds nothing or where what precedes its first
// indefinite step leads nowhere. Giving up is a *LimitError.
func (p *Path) Get(root any) (any, error) {
	if p.simple {
		return p.getSimple(root)
	}
	ev := &evaluation{path: p, root: root}
	v, err := ev.get(p.segments, root)
	var missing *NotFoundError
	if !p.definite && errors.As(err, &missing) {
		return []any{}, nil
	}
	return v, err
}

// getSimple follows a path that leads from one value to one value.
func (p *Path) getSimple(v any) (any, error) {
	for i := range p.segments {
		s := &p.segments[i]
		switch s.kind {
		case nameSegment:
			obj, ok := v.(map[string]any)
			if !ok {
				return nil, &NotFoundError{path: p, at: i, reason: notAnObject, found: v}
			}
			next, ok := obj[s.name]
			if !ok {
				return nil, &NotFoundError{path: p, at: i, reason: p.missing(i)}
			}
			v = next
		case indexSegment:
			arr, ok := v.([]any)
			if !ok {
				return nil, p.notArray(i, v)
			}
			at, ok := within(s.index, len(arr))
			if !ok {
				return nil, &NotFoundError{path: p, at: i, reason: p.outOfRange(i)}
			}
			v = arr[at]
		default:
			next, err := s.function.apply(v)
			if err != nil {
				return nil, &NotFoundError{path: p, at: i, reason: notAggregable}
			}
			v = next
		}
	}
	return v, nil
}

// missing is the reason for an absent property: at the end of a path there are
// no results, before it a property is missing.
func (p *Path) missing(at int) notFoundReason {
	if at == len(p.segments)-1 {
		return noResults
	}
	return missingProperty
}

// outOfRange is the reason for an index that is out of range.
func (p *Path) outOfRange(at int) notFoundReason {
	if at == len(p.segments)-1 {
		return pastEnd
	}
	return noResults
}

func (p *Path) notArray(at int, found any) error {
	reason := notAnArray
	if found == nil {
		reason = nullArray
	}
	return &NotFoundError{path: p, at: at, reason: reason, found: found}
}

// within turns an index that may count from the end into one from the start.
func within(index, length int) (int, bool) {
	if index < 0 {
		index += length
	}
	return index, 0 <= index && index < length
}

// evaluation is one application of a path with indefinite steps.
type evaluation struct {
	path    *Path
	root    any // what "$" means within filters
	visits  int
	results []any
}

// get applies segments to v as a whole path.
func (ev *evaluation) get(segs []segment, v any) (any, error) {
	if scansIntoFunction(segs) {
		return ev.getScanned(segs, v)
	}
	ev.results = nil
	if err := ev.walk(segs, 0, v, true); err != nil {
		return nil, err
	}
	if isDefinite(segs) {
		if len(ev.results) == 0 {
			return nil, &NotFoundError{path: ev.path, at: len(segs) - 1, reason: noResults}
		}
		return ev.results[0], nil
	}
	if ev.results == nil {
		return []any{}, nil
	}
	return ev.results, nil
}

// getScanned applies the function at the end to all that the scan finds.
func (ev *evaluation) getScanned(segs []segment, v any) (any, error) {
	last := len(segs) - 1
	found, err := ev.get(segs[:last], v)
	if err != nil {
		return nil, err
	}
	out, err := segs[last].function.apply(found)
	if err != nil {
		return nil, &NotFoundError{path: ev.path, at: last, reason: notAggregable}
	}
	return out, nil
}

func (ev *evaluation) visit() error {
	ev.visits++
	if ev.visits > MaxVisits {
		return &LimitError{Expr: ev.path.expr}
	}
	return nil
}

// walk applies the segments from at on to v and collects what they lead to.
// definite is true while every step so far was: only then is a miss an error.
func (ev *evaluation) walk(segs []segment, at int, v any, definite bool) error {
	if err := ev.visit(); err != nil {
		return err
	}
	if at == len(segs) {
		ev.results = append(ev.results, v)
		return nil
	}
	s := &segs[at]
	if s.scan {
		return ev.scan(segs, at, v)
	}
	switch s.kind {
	case nameSegment, namesSegment:
		return ev.walkNames(segs, at, v, definite)
	case functionSegment:
		out, err := s.function.apply(v)
		if err != nil {
			return &NotFoundError{path: ev.path, at: at, reason: notAggregable}
		}
		return ev.walk(segs, at+1, out, definite)
	case wildcardSegment:
		return ev.walkChildren(segs, at, v)
	case filterSegment:
		return ev.walkFiltered(segs, at, v)
	default:
		return ev.walkElements(segs, at, v, definite)
	}
}

func (ev *evaluation) walkNames(segs []segment, at int, v any, definite bool) error {
	s := &segs[at]
	obj, ok := v.(map[string]any)
	if !ok {
		if definite {
			return &NotFoundError{path: ev.path, at: at, reason: notAnObject, found: v}
		}
		return nil
	}
	last := at == len(segs)-1
	if s.kind == nameSegment {
		next, ok := obj[s.name]
		switch {
		case ok:
			return ev.walk(segs, at+1, next, definite)
		case definite && !last:
			return &NotFoundError{path: ev.path, at: at, reason: missingProperty}
		}
		return nil
	}
	if last {
		merged := make(map[string]any, len(s.names))
		for _, name := range s.names {
			if member, ok := obj[name]; ok {
				merged[name] = member
			}
		}
		return ev.walk(segs, at+1, merged, definite)
	}
	for _, name := range s.names {
		if member, ok := obj[name]; ok {
			if err := ev.walk(segs, at+1, member, false); err != nil {
				return err
			}
		}
	}
	return nil
}

// walkElements applies an index, a union of indices or a slice.
func (ev *evaluation) walkElements(segs []segment, at int, v any, definite bool) error {
	s := &segs[at]
	arr, ok := v.([]any)
	if !ok {
		if definite {
			return ev.path.notArray(at, v)
		}
		return nil
	}
	one := func(index int, definite bool) error {
		if i, ok := within(index, len(arr)); ok {
			return ev.walk(segs, at+1, arr[i], definite)
		}
		return nil
	}
	switch s.kind {
	case indexSegment:
		return one(s.index, definite)
	case indicesSegment:
		for _, index := range s.indices {
			if err := one(index, false); err != nil {
				return err
			}
		}
	default:
		from, to := s.slice.bounds(len(arr))
		for i := from; i < to; i++ {
			if err := one(i, false); err != nil {
				return err
			}
		}
	}
	return nil
}

// bounds are the first and the end index of the slice in an array of the given
// length. A negative index counts from the end; where both are given that is
// done for each element, so that [1:-1] is empty, as in Jayway.
func (s slice) bounds(length int) (from, to int) {
	to = length
	if s.hasTo {
		to = s.to
	}
	from = s.from
	if !s.hasTo && from < 0 {
		from = max(0, from+length)
	}
	if !s.hasFrom && to < 0 {
		to += length
	}
	if s.hasFrom && s.hasTo {
		from = max(from, -length)
	}
	return from, min(to, length)
}

func (ev *evaluation) walkChildren(segs []segment, at int, v any) error {
	switch v := v.(type) {
	case map[string]any:
		for _, name := range sortedNames(v) {
			if err := ev.walk(segs, at+1, v[name], false); err != nil {
				return err
			}
		}
	case []any:
		if at == len(segs)-1 {
			ev.visits += len(v)
			ev.results = append(ev.results, v...)
			return ev.visit()
		}
		for _, element := range v {
			if err := ev.walk(segs, at+1, element, false); err != nil {
				return err
			}
		}
	}
	return nil
}

// walkFiltered keeps the elements of an array for which the filter holds, or
// the object itself.
func (ev *evaluation) walkFiltered(segs []segment, at int, v any) error {
	filter := segs[at].filter
	switch v := v.(type) {
	case map[string]any:
		if filter.holds(ev, v) {
			return ev.walk(segs, at+1, v, false)
		}
	case []any:
		for _, element := range v {
			if err := ev.visit(); err != nil {
				return err
			}
			if filter.holds(ev, element) {
				if err := ev.walk(segs, at+1, element, false); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// scan applies a step to v and to everything below it.
func (ev *evaluation) scan(segs []segment, at int, v any) error {
	if err := ev.visit(); err != nil {
		return err
	}
	if err := ev.scanOne(segs, at, v); err != nil {
		return err
	}
	switch v := v.(type) {
	case map[string]any:
		for _, name := range sortedNames(v) {
			if err := ev.scan(segs, at, v[name]); err != nil {
				return err
			}
		}
	case []any:
		for _, element := range v {
			if err := ev.scan(segs, at, element); err != nil {
				return err
			}
		}
	}
	return nil
}

// scanOne applies the step after ".." at one place of the scan.
func (ev *evaluation) scanOne(segs []segment, at int, v any) error {
	s := &segs[at]
	switch s.kind {
	case nameSegment, namesSegment:
		obj, ok := v.(map[string]any)
		if !ok || s.kind == namesSegment && at == len(segs)-1 && !hasAll(obj, s.names) {
			return nil
		}
		return ev.walkNames(segs, at, v, false)
	case wildcardSegment:
		return ev.walkChildren(segs, at, v)
	case filterSegment:
		// An array's elements are met one by one further down the scan.
		if obj, ok := v.(map[string]any); ok && s.filter.holds(ev, obj) {
			return ev.walk(segs, at+1, v, false)
		}
		return nil
	default:
		return ev.walkElements(segs, at, v, false)
	}
}

func hasAll(obj map[string]any, names []string) bool {
	for _, name := range names {
		if _, ok := obj[name]; !ok {
			return false
		}
	}
	return true
}

func sortedNames(obj map[string]any) []string {
	return slices.Sorted(maps.Keys(obj))
}
