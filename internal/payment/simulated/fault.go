package simulated

// Fault is what goes wrong with one call, beyond what its payment method says.
type Fault int

const (
	NoFault Fault = iota
	// TimeoutBefore: the call never arrives. Nothing is executed or stored.
	TimeoutBefore
	// TimeoutAfter: the call is executed and its answer is lost. A repetition gets it.
	TimeoutAfter
	// ServerErrorBefore: the gateway answers with status 5xx without having done
	// anything, and answers the same for ever under this key.
	ServerErrorBefore
	// ServerErrorAfter: the gateway does as told and then answers with status 5xx, and
	// the same for ever under this key.
	ServerErrorAfter
)

// Faults enumerates the faults, for suites that try each.
func Faults() []Fault {
	return []Fault{NoFault, TimeoutBefore, TimeoutAfter, ServerErrorBefore, ServerErrorAfter}
}

func (f Fault) String() string {
	switch f {
	case TimeoutBefore:
		return "timeout before the effect"
	case TimeoutAfter:
		return "timeout after the effect"
	case ServerErrorBefore:
		return "server error before the effect"
	case ServerErrorAfter:
		return "server error after the effect"
	}
	return "no fault"
}
