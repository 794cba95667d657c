package jsonata

// The limits that Step Functions sets to one evaluation. Measured on AWS: an
// evaluation nests 100 deep and no deeper; a value holds at most 873,782 numbers.
const (
	maxDepth = 100
	maxValue = 873_782 * scalarSize // bytes that one array or text may hold

	scalarSize = 8
)

// Limits of our own, in place of the time that AWS gives: they end an evaluation
// at the same point however fast the machine is.
const (
	maxSteps     = 2_000_000
	maxAllocated = 256 << 20 // bytes, all that an evaluation has built so far
)

var (
	errTooDeep = &failure{detail: "Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive."}
	errTooLong = &failure{detail: "Expression evaluation timeout: Check for infinite loop"}
	errTooBig  = &failure{detail: "Expression evaluation memory limit exceeded: Check for excessive memory usage"}
)

// step counts work that takes no memory.
func (ev *evaluator) step(n int) error {
	if ev.steps += n; ev.steps > maxSteps {
		return errTooLong
	}
	return nil
}

// grow accounts for a value of so many bytes before it is built.
func (ev *evaluator) grow(bytes int) error {
	if bytes > maxValue {
		return errTooBig
	}
	if ev.allocated += bytes; ev.allocated > maxAllocated {
		return errTooBig
	}
	return nil
}

// push appends to a sequence within the limits.
func (ev *evaluator) push(l *list, items ...any) error {
	if len(l.items)+len(items) > maxValue/scalarSize {
		return errTooBig
	}
	if ev.allocated += len(items) * 2 * scalarSize; ev.allocated > maxAllocated {
		return errTooBig
	}
	l.items = append(l.items, items...)
	return nil
}
