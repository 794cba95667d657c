// Package intrinsic compiles and evaluates the intrinsic functions of the Amazon
// States Language (https://states-language.net/spec.html#intrinsic-functions),
// such as States.Format('Hello {}', $.name), as AWS Step Functions evaluates them.
//
// Values are those of encoding/json with UseNumber. The members of an object are
// written in the order of their names, since a Go map keeps no other.
package intrinsic

import (
	"errors"

	"github.com/vacancy/vacancy/internal/asl/jsonpath"
)

// Env is what an evaluation needs of the state it belongs to.
type Env interface {
	// Resolve answers the value of a path, as (*jsonpath.Path).Get does for the
	// value that the path's root names.
	Resolve(*jsonpath.Path) (any, error)
	// Rand answers uniformly distributed bits, for States.UUID and States.MathRandom.
	Rand() uint64
}

// Call is a compiled invocation. It is immutable and safe for concurrent use.
type Call struct {
	expr string
	root *invocation
}

// String returns the expression as it was compiled.
func (c *Call) String() string { return c.expr }

// Eval evaluates the call. The answer may share parts with what env resolved and
// must not be changed. The error is always an *Error.
func (c *Call) Eval(env Env) (any, error) {
	v, err := c.root.eval(env)
	if err != nil {
		return nil, c.failure(env, err)
	}
	return v, nil
}

// failure gives an error the name and the cause that Step Functions gives it.
func (c *Call) failure(env Env, err error) error {
	var missing *jsonpath.NotFoundError
	if !errors.As(err, &missing) {
		return &Error{Name: "States.IntrinsicFailure", Cause: "The function '" + c.expr + "' had the following error: " + err.Error()}
	}
	var input string
	if v, err := env.Resolve(wholeInput); err == nil {
		input = string(appendJSON(nil, v))
	}
	return &Error{Name: "States.Runtime", Cause: missing.ArgumentCause(c.expr, input)}
}

// wholeInput is what a cause names as the input in which a path found nothing.
var wholeInput = func() *jsonpath.Path {
	p, err := jsonpath.Compile("$")
	if err != nil {
		panic(err)
	}
	return p
}()

// Paths lists the paths that the call resolves, in the order they stand in it.
func (c *Call) Paths() []*jsonpath.Path { return c.root.paths(nil) }

// Check reports what is certain to fail when the call is evaluated: a function
// with too few or too many arguments, or an escape that does not exist. Step
// Functions finds these only when the state runs, so they do not keep a call from
// compiling.
func (c *Call) Check() error { return c.root.check() }

// argument is an argument of an invocation.
type argument interface {
	eval(Env) (any, error)
	paths([]*jsonpath.Path) []*jsonpath.Path
	check() error
}

// literal is a number, a boolean, null or a string without its escapes.
type literal struct {
	value any
	raw   string // of a string: as written between the quotes, for States.Format
	err   error  // an escape that does not exist: an error when evaluated
}

func (l literal) eval(Env) (any, error)                       { return l.value, l.err }
func (l literal) paths(all []*jsonpath.Path) []*jsonpath.Path { return all }
func (l literal) check() error                                { return l.err }

// reference is an argument that is a path.
type reference struct{ path *jsonpath.Path }

func (r reference) eval(env Env) (any, error)                   { return env.Resolve(r.path) }
func (r reference) paths(all []*jsonpath.Path) []*jsonpath.Path { return append(all, r.path) }
func (r reference) check() error                                { return nil }

// invocation is a function with its arguments.
type invocation struct {
	fn       *function
	args     []argument
	template *template // of States.Format with a literal template
}

func (i *invocation) eval(env Env) (any, error) {
	if err := i.fn.arity(len(i.args)); err != nil {
		return nil, err
	}
	args := make([]any, len(i.args))
	for n, arg := range i.args {
		if n == 0 && i.template != nil {
			continue
		}
		v, err := arg.eval(env)
		if err != nil {
			return nil, err
		}
		args[n] = v
	}
	if i.template != nil {
		return i.template.fill(args[1:])
	}
	return i.fn.apply(env, args)
}

func (i *invocation) paths(all []*jsonpath.Path) []*jsonpath.Path {
	for _, arg := range i.args {
		all = arg.paths(all)
	}
	return all
}

func (i *invocation) check() error {
	if err := i.fn.arity(len(i.args)); err != nil {
		return err
	}
	for n, arg := range i.args {
		if n == 0 && i.template != nil {
			continue
		}
		if err := arg.check(); err != nil {
			return err
		}
	}
	if i.template != nil {
		return i.template.check(len(i.args) - 1)
	}
	return nil
}
