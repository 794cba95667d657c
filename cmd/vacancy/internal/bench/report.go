package bench

import "time"

// Report is what a run measured. What was not measured is absent.
type Report struct {
	Machine      Machine    `json:"machine"`
	SyncsPerSec  float64    `json:"syncsPerSecond,omitempty"`
	Service      *Service   `json:"service,omitempty"`
	Sustained    *Sustained `json:"sustained,omitempty"`
	HTTP         *HTTP      `json:"http,omitempty"`
	EndingSpread *Lateness  `json:"endingOver10s,omitempty"`
	EndingBurst  *Lateness  `json:"endingWithin100ms,omitempty"`
	Waiting      *Waiting   `json:"waiting,omitempty"`
	Past         *Past      `json:"past,omitempty"`
	River        *River     `json:"river,omitempty"`
	Targets      []Target   `json:"targets"`
}

// Machine is where it was measured.
type Machine struct {
	OS         string `json:"os"`
	Arch       string `json:"arch"`
	Processors int    `json:"processors"`
	Go         string `json:"go"`
	Version    string `json:"version"`
}

// Service is holds placed through the domain service alone, each durable and with the
// first journal entry of its execution committed.
type Service struct {
	Load
	// Backlog is how many executions had not been advanced when the callers stopped, and
	// Drained how long it took until every one waited for its payment.
	Backlog int64        `json:"backlog"`
	Drained Milliseconds `json:"drainedMs"`
}

// Sustained is the rate at which holds can be placed for ever: every execution waits
// for its payment when its hold is counted.
type Sustained struct {
	PerSecond float64 `json:"perSecond"`
	Holds     int     `json:"holds"`
}

// HTTP is what the server does for callers through HTTP and GraphQL, beside a mutation
// that does nothing.
type HTTP struct {
	Holds   Load `json:"holds"`
	Nothing Load `json:"nothing"`
}

// Lateness says how long after its deadline a hold was durably reverted.
type Lateness struct {
	Holds int          `json:"holds"`
	P50   Milliseconds `json:"p50Ms"`
	P99   Milliseconds `json:"p99Ms"`
	Last  Milliseconds `json:"lastMs"`
}

// Waiting is what executions cost that wait for their payment.
type Waiting struct {
	Executions        int          `json:"executions"`
	ResidentBytes     int64        `json:"residentBytes"` // of the server's process, with all of them waiting
	IdleBytes         int64        `json:"idleBytes"`     // of the same server with none
	BytesPerExecution float64      `json:"bytesPerExecution"`
	ReadyAfterKill    Milliseconds `json:"readyAfterKillMs"` // from starting the process to its answering /readyz
	ReadyAfterStop    Milliseconds `json:"readyAfterStopMs"`
}

// River is what `go -C bench run ./river --json` printed in the same run.
type River struct {
	HoldsPerSecond float64 `json:"holdsPerSecond"`
	EndingSpread   struct {
		P99 Milliseconds `json:"p99Ms"`
	} `json:"endingOver10s"`
	EndingBurst struct {
		Last Milliseconds `json:"lastMs"`
	} `json:"endingWithin100ms"`
}

// Options say what to measure, and for how long.
type Options struct {
	Scenarios []string      // of Scenarios; empty: all of them
	Callers   int           // at once
	Duration  time.Duration // of each load
	Holds     int           // that end together, in the scenario "ending"
	Waiting   int           // executions, in the scenario "waiting"
	Past      int           // finished reservations, in the scenario "past"
	Settle    time.Duration // how long a server is left alone before its memory is measured
	River     *River        // to compare with, if it was measured
	Version   string        // of this program

	// Dir is where data directories are made; it should be on the disk that matters.
	Dir string
	// Token signs a token of a tenant with the key in a data directory.
	Token func(dataDir string) (string, error)
	// Executable and its arguments start this program: what follows them is a command
	// line of vacancy's. Its environment is this process's, with Environment added.
	Executable  []string
	Environment []string
	// Progress hears what is being done, and how far it is.
	Progress Progress
}
