package jsonpath

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/vacancy/vacancy/internal/asl/syntax"
)

// SyntaxError says that an expression is not a path, where, and what would have
// been right there.
type SyntaxError struct {
	Expr   string // the expression as given
	Offset int    // of the first byte that cannot be right
	Want   string // what was expected there
}

func (e *SyntaxError) Error() string {
	return syntax.Expected("path", e.Expr, e.Offset, e.Want)
}

// notFoundReason is why a definite path led nowhere.
type notFoundReason uint8

const (
	noResults       notFoundReason = iota // the last step found nothing
	pastEnd                               // an index at the end of the path was out of range
	missingProperty                       // a step before the last found nothing
	notAnObject                           // a name was applied to something else than an object
	notAnArray                            // an index was applied to something else than an array
	nullArray                             // an index was applied to null
	notAggregable                         // min, max, avg, sum or stddev found no numbers
)

// NotFoundError says that a definite path led nowhere. It is States.Runtime in
// every field for which the specification names no other error.
//
// Step Functions words it in three ways, by where the path stands: Error for
// InputPath, OutputPath and the like, FieldCause for payload templates and
// reference paths that name a value, ArgumentCause for intrinsic functions.
type NotFoundError struct {
	path   *Path
	at     int // the segment that failed
	reason notFoundReason
	found  any // what that segment was applied to
}

// Path returns the expression that led nowhere.
func (e *NotFoundError) Path() string { return e.path.expr }

// PastEnd reports that only the last step failed, an index out of range. Step
// Functions reads null there where the path stands in a payload template, and
// takes it for missing in an intrinsic function.
func (e *NotFoundError) PastEnd() bool { return e.reason == pastEnd }

// Error is the cause where a path is applied to a state's data as a whole
// (InputPath, OutputPath).
func (e *NotFoundError) Error() string {
	return "Invalid path '" + e.path.expr + "' : " + e.Reason()
}

// FieldCause is the cause where the path stands in a field: a payload template's
// "name.$", ErrorPath, CausePath. input is the JSON that it was applied to.
func (e *NotFoundError) FieldCause(field, input string) string {
	if e.reason == notAnArray {
		return e.Reason()
	}
	return "The JSONPath '" + e.path.expr + "' specified for the field '" + field +
		"' could not be found in the input '" + input + "'"
}

// ArgumentCause is the cause where the path is an argument of an intrinsic
// function. call is the whole expression, input the JSON of the state's input,
// which is named even where the path begins at the context object.
func (e *NotFoundError) ArgumentCause(call, input string) string {
	detail := e.Reason()
	if e.reason != notAnArray {
		expr := e.path.expr
		if e.path.root.Kind == Context {
			expr = expr[len("$"):]
		}
		detail = "The JsonPath argument for the field '" + expr + "' could not be found in the input '" + input + "'"
	}
	return "The function '" + call + "' had the following error: " + detail
}

// StepCause is the cause where the path is ItemsPath, which Step Functions names
// States.ReferencePathConflict. input is the JSON that it was applied to.
func (e *NotFoundError) StepCause(input string) string {
	s := e.path.segments[e.at]
	step := s.name
	if s.kind != nameSegment {
		step = s.String()
	}
	return "Unable to apply step \"" + step + "\" to input " + input
}

// Reason is what went wrong, in the words of Step Functions' JSONPath library.
func (e *NotFoundError) Reason() string {
	segs := e.path.segments
	switch e.reason {
	case missingProperty:
		return "Missing property in path " + normalized(segs[:e.at+1])
	case notAnObject:
		return "Property " + segs[e.at].String() + " not found in path " + normalized(segs[:e.at])
	case notAnArray:
		rest := strings.TrimPrefix(normalized(segs[e.at:]), "$")
		return "Filter: " + rest + " can only be applied to arrays. Current context is: " + compactJSON(e.found)
	case nullArray:
		return "The path " + normalized(segs[:e.at]) + " is null"
	case notAggregable:
		return "Aggregation function attempted to calculate value using empty array"
	default:
		return "No results for path: " + normalized(segs)
	}
}

// LimitError says that an evaluation was given up because it would have visited
// more values than [MaxVisits].
type LimitError struct{ Expr string }

func (e *LimitError) Error() string {
	return fmt.Sprintf("the path %q visits more than %d values; make it more specific", e.Expr, MaxVisits)
}

// normalized writes segments in bracket notation from the root, as Jayway names
// places: $['a'][0].
func normalized(segs []segment) string {
	var b strings.Builder
	b.WriteByte('$')
	for _, s := range segs {
		b.WriteString(s.String())
	}
	return b.String()
}

// String is the segment in Jayway's normalized notation.
func (s segment) String() string {
	dots := ""
	if s.scan {
		dots = ".."
	}
	switch s.kind {
	case nameSegment:
		return dots + "['" + s.name + "']"
	case namesSegment:
		return dots + "['" + strings.Join(s.names, "','") + "']"
	case indexSegment:
		return dots + "[" + strconv.Itoa(s.index) + "]"
	case indicesSegment:
		texts := make([]string, len(s.indices))
		for i, n := range s.indices {
			texts[i] = strconv.Itoa(n)
		}
		return dots + "[" + strings.Join(texts, ",") + "]"
	case sliceSegment:
		return dots + "[" + s.slice.String() + "]"
	case wildcardSegment:
		return dots + "[*]"
	case filterSegment:
		return dots + s.source
	default:
		return "." + s.function.name + "()"
	}
}

func (s slice) String() string {
	var from, to string
	if s.hasFrom {
		from = strconv.Itoa(s.from)
	}
	if s.hasTo {
		to = strconv.Itoa(s.to)
	}
	return from + ":" + to
}

// compactJSON writes a value for an error cause.
func compactJSON(v any) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return fmt.Sprint(v)
	}
	return strings.TrimSuffix(b.String(), "\n")
}
