package jsonata

import (
	"errors"
	"strings"

	"github.com/vacancy/vacancy/internal/asl/syntax"
)

// ErrorName is the error by which Step Functions reports a query that failed.
const ErrorName = "States.QueryEvaluationError"

// Error is a failed evaluation. Its error name is [ErrorName].
type Error struct {
	expr   string
	Code   string // the code of the JSONata language, such as T0410; empty for limits and for "returned nothing"
	Detail string // what went wrong, without the expression and the field it stands in
	kind   errorKind
}

type errorKind uint8

const (
	threw       errorKind = iota // the expression threw an error
	nothing                      // it returned undefined
	wrongType                    // it returned a value of another type than the field takes
	outOfBounds                  // it ran into a limit
)

func (e *Error) Error() string {
	return "the JSONata expression " + e.Detail
}

// Undefined reports that the expression returned nothing.
func (e *Error) Undefined() bool { return e.kind == nothing }

// FieldCause is the cause that Step Functions gives. field is the field that the
// expression stands in, within the state, such as "Output/result" or "Items".
func (e *Error) FieldCause(field string) string {
	return "The JSONata expression '" + e.expr + "' specified for the field '" + field + "' " + e.Detail
}

// UnexpectedType is the error of an expression whose value cannot stand in its
// field. want names the type that can: array, object, string, number or boolean.
func (e *Expr) UnexpectedType(want string, got any) *Error {
	return &Error{
		expr: e.src, kind: wrongType,
		Detail: "returned an unexpected result type. Expected '" + want + "', but was '" + typeName(got) +
			"' for value: " + jsonText(got),
	}
}

// failure is an error within an evaluation, before it is put into words.
type failure struct {
	code   string
	token  any // the operator or the function; undefined while it is not known
	value  any
	value2 any
	exp    any
	index  int
	plural any    // the type of the elements that an argument should have
	detail string // the words themselves
}

func fail(code string) *failure { return &failure{code: code, token: undefined} }

func failValue(code string, v any) *failure { return &failure{code: code, token: undefined, value: v} }

func (f *failure) Error() string { return f.message() }

// asFailure finds the failure in an error of an evaluation.
func asFailure(err error) (*failure, bool) {
	var f *failure
	ok := errors.As(err, &f)
	return f, ok
}

// message fills the template of the code.
func (f *failure) message() string {
	template, ok := messages[f.code]
	if !ok {
		return f.detail
	}
	plain, _ := f.token.(string)
	return strings.NewReplacer(
		"{{{token}}}", plain, "{{{message}}}", f.detail, "{{{functionName}}}", f.detail,
		"{{token}}", jsonText(f.token), "{{value}}", jsonText(f.value), "{{value2}}", jsonText(f.value2),
		"{{index}}", jsonText(float64(f.index)), "{{type}}", jsonText(f.plural), "{{exp}}", jsonText(f.exp),
	).Replace(template)
}

// failed makes the error of an evaluation.
func (e *Expr) failed(err error) *Error {
	f, ok := asFailure(err)
	if !ok {
		f = &failure{detail: err.Error()}
	}
	if f.code == "" {
		return &Error{expr: e.src, kind: outOfBounds, Detail: "threw an error during evaluation: " + f.detail}
	}
	return &Error{expr: e.src, Code: f.code, Detail: "threw an error during evaluation. " + f.code + ": " + f.message()}
}

// SyntaxError says that an expression is no JSONata, where, and why.
type SyntaxError struct {
	Code   string // the code of the JSONata language, such as S0202
	Expr   string
	Offset int // of the first byte that cannot be right
	token  any
	value  any
	detail string
}

func syntaxError(code string, offset int) *SyntaxError {
	return &SyntaxError{Code: code, Offset: offset, token: undefined, value: undefined}
}

// Message is what Step Functions says of the expression, in the words of the
// JSONata language.
func (e *SyntaxError) Message() string {
	if e.detail != "" {
		return e.detail
	}
	f := failure{code: e.Code, token: e.token, value: e.value}
	return f.message()
}

func (e *SyntaxError) Error() string {
	return "invalid JSONata expression " + jsonText(syntax.Excerpt(e.Expr, e.Offset)) + ": at offset " + numberText(float64(e.Offset)) + ": " + e.Message()
}
