package workflow

// Limits of Step Functions that every runner has
// (AWS Step Functions developer guide, "Quotas").
const (
	// MaxPayload is the largest input or output of a state, a task or an
	// execution, in bytes of JSON.
	MaxPayload = 256 * 1024
	// MaxHistory is the largest number of events in an execution's history.
	MaxHistory = 25_000
)
