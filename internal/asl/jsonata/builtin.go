package jsonata

// builtins are the functions of the language as Step Functions has them: those of
// JSONata 2.0.6 without $eval, and its own $parse, $partition, $range, $hash,
// $random with a seed, and $uuid. It is filled at start-up, since the functions
// refer to it again through what they call.
var builtins map[string]*native

func init() {
	builtins = make(map[string]*native)
	for _, group := range [][]*native{textFunctions, numberFunctions, arrayFunctions, objectFunctions, dateFunctions, stateFunctions} {
		for _, f := range group {
			builtins[f.name] = f
		}
	}
}

func fn(name, sig string, params int, run func(*call) (any, error)) *native {
	n := &native{name: name, params: params, run: run}
	if sig != "" {
		n.signature = must(sig)
	}
	return n
}

// textArg is a string argument; ok is false for one that is missing.
func (c *call) textArg(i int) (string, bool) {
	s, ok := c.arg(i).(string)
	return s, ok
}

// numberArg is a number argument; ok is false for one that is missing.
func (c *call) numberArg(i int) (float64, bool) { return number(c.arg(i)) }

// arrayArg are the elements of an array argument.
func (c *call) arrayArg(i int) ([]any, bool) { return elements(c.arg(i)) }

// callback calls a function argument with as many of the given arguments as it
// takes, the first always.
func (c *call) callback(f any, args ...any) (any, error) {
	take := 1
	if callee, ok := f.(function); ok {
		take = min(max(callee.arity(), 1), len(args))
	}
	return c.ev.invoke(f, args[:take:take], nil)
}
