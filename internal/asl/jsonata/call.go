package jsonata

// function is a value that can be called.
type function interface{ arity() int }

// lambda is a function that the expression defines, with what was around it.
type lambda struct {
	params    []string
	signature *signature
	body      *node
	native    *native // of a partially applied function of the language: what the body is
	input     any
	env       *scope
}

func (l *lambda) arity() int { return len(l.params) }

// native is a function of the language.
type native struct {
	name      string
	signature *signature
	params    int
	run       func(*call) (any, error)
}

func (n *native) arity() int { return n.params }

// failed names the function in an error that names none yet.
func (n *native) failed(err error) error {
	f, ok := asFailure(err)
	if !ok || f.code == "" || f.token != undefined {
		return err
	}
	out := *f
	out.token = n.name
	return &out
}

// chain is f ~> g: a function that gives g the answer of f.
type chain struct{ first, second function }

func (*chain) arity() int { return 1 }

// thunk is a call in tail position, made by the loop that the lambda returns to.
type thunk struct {
	call  *node
	input any
	env   *scope
}

// call is one call of a function of the language.
type call struct {
	ev    *evaluator
	args  []any
	input any
}

// arg is an argument; undefined where there is none.
func (c *call) arg(i int) any {
	if i < len(c.args) {
		return c.args[i]
	}
	return undefined
}

// call evaluates a call. first, if not nil, is what stands left of ~>.
func (ev *evaluator) call(n *node, input any, env *scope, first *any) (any, error) {
	proc, err := ev.eval(n.lhs, input, env)
	if err != nil {
		return nil, err
	}
	if proc == undefined && n.lhs.kind == pathNode {
		if name := n.lhs.items[0].text; ev.isTrue(env.lookup(name)) {
			return nil, &failure{code: "T1005", token: name}
		}
	}
	args := make([]any, 0, len(n.items)+1)
	if first != nil {
		args = append(args, *first)
	}
	for _, item := range n.items {
		v, err := ev.eval(item, input, env)
		if err != nil {
			return nil, err
		}
		args = append(args, v)
	}
	v, err := ev.invoke(proc, args, input)
	if f, ok := asFailure(err); ok && f.token == undefined {
		out := *f
		if name := procedureName(n.lhs); name != "" {
			out.token = name
		}
		return nil, &out
	}
	return v, err
}

func procedureName(n *node) string {
	if n.kind == pathNode {
		return n.items[0].text
	}
	return n.text
}

// invoke calls a function, and then whatever calls in tail position it answers.
func (ev *evaluator) invoke(proc any, args []any, input any) (any, error) {
	v, err := ev.invokeOnce(proc, args, input)
	for err == nil {
		t, ok := v.(*thunk)
		if !ok {
			return v, nil
		}
		v, err = ev.tailCall(t, input)
	}
	return nil, err
}

func (ev *evaluator) tailCall(t *thunk, input any) (any, error) {
	proc, err := ev.eval(t.call.lhs, t.input, t.env)
	if err != nil {
		return nil, err
	}
	args := make([]any, 0, len(t.call.items))
	for _, item := range t.call.items {
		v, err := ev.eval(item, t.input, t.env)
		if err != nil {
			return nil, err
		}
		args = append(args, v)
	}
	v, err := ev.invokeOnce(proc, args, input)
	if f, ok := asFailure(err); ok && f.token == undefined && t.call.lhs.kind == variableNode {
		out := *f
		out.token = t.call.lhs.text
		return nil, &out
	}
	return v, err
}

func (ev *evaluator) invokeOnce(proc any, args []any, input any) (any, error) {
	if err := ev.step(1); err != nil {
		return nil, err
	}
	var err error
	switch f := proc.(type) {
	case *lambda:
		if f.signature != nil {
			if args, err = f.signature.validate(args, input); err != nil {
				return nil, err
			}
		}
		return ev.enter(f, args)
	case *native:
		if f.signature != nil {
			args, err = f.signature.validate(args, input)
		}
		if err != nil {
			return nil, f.failed(err)
		}
		ev.scan(args...)
		v, err := f.run(&call{ev: ev, args: args, input: input})
		if err != nil {
			return nil, f.failed(err)
		}
		return v, nil
	case *chain:
		v, err := ev.invoke(f.first, args, nil)
		if err != nil {
			return nil, err
		}
		return ev.invoke(f.second, []any{v}, nil)
	case *matcher:
		return f.call(ev, args)
	case *transform:
		if args, err = transformSignature.validate(args, input); err != nil {
			return nil, err
		}
		return f.apply(ev, args[0])
	}
	return nil, fail("T1006")
}

// enter evaluates the body of a lambda with its parameters bound.
func (ev *evaluator) enter(f *lambda, args []any) (any, error) {
	env := newScope(f.env)
	for i, name := range f.params {
		v := undefined
		if i < len(args) {
			v = args[i]
		}
		env.bind(name, v)
	}
	if f.native != nil {
		return ev.enterNative(f.native, env)
	}
	if err := ev.step(len(args)); err != nil {
		return nil, err
	}
	return ev.eval(f.body, f.input, env)
}

// enterNative calls a partially applied function of the language.
func (ev *evaluator) enterNative(n *native, env *scope) (any, error) {
	args := make([]any, n.params)
	for i := range args {
		args[i] = env.lookup(parameterName(i))
	}
	return ev.invokeOnce(n, args, nil)
}

// parameterName names the parameters of a function of the language. No variable
// of an expression can be called so.
func parameterName(i int) string { return "(" + string(rune('a'+i)) }

// partial binds some arguments of a function and answers one that takes the rest.
func (ev *evaluator) partial(n *node, input any, env *scope) (any, error) {
	args := make([]any, len(n.items))
	for i, item := range n.items {
		if item.kind == operatorNode {
			continue
		}
		v, err := ev.eval(item, input, env)
		if err != nil {
			return nil, err
		}
		args[i] = v
	}
	proc, err := ev.eval(n.lhs, input, env)
	if err != nil {
		return nil, err
	}
	name := procedureName(n.lhs)
	if proc == undefined && n.lhs.kind == pathNode && ev.isTrue(env.lookup(name)) {
		return nil, &failure{code: "T1007", token: name}
	}
	var target *lambda
	switch f := proc.(type) {
	case *lambda:
		target = f
	case *native:
		target = &lambda{native: f, env: env}
		for i := range f.params {
			target.params = append(target.params, parameterName(i))
		}
	default:
		return nil, &failure{code: "T1008", token: name}
	}
	out := &lambda{body: target.body, native: target.native, input: target.input, env: newScope(target.env)}
	for i, param := range target.params {
		switch {
		case i < len(n.items) && n.items[i].kind == operatorNode:
			out.params = append(out.params, param)
		case i < len(n.items):
			out.env.bind(param, args[i])
		default:
			out.env.bind(param, undefined)
		}
	}
	return out, nil
}

// apply evaluates the ~> operator: a call with one more argument, a call of the
// function on the right, or a chain of two functions.
func (ev *evaluator) apply(n *node, input any, env *scope) (any, error) {
	left, err := ev.eval(n.lhs, input, env)
	if err != nil {
		return nil, err
	}
	if n.rhs.kind == functionNode {
		return ev.call(n.rhs, input, env, &left)
	}
	right, err := ev.eval(n.rhs, input, env)
	if err != nil {
		return nil, err
	}
	second, ok := right.(function)
	if !ok {
		return nil, failValue("T2006", right)
	}
	if first, ok := left.(function); ok {
		return &chain{first: first, second: second}, nil
	}
	return ev.invoke(second, []any{left}, nil)
}
