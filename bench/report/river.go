// Package report is what the benchmarks print and read: what River did, what Vacancy
// did, and the ratios of both.
package report

// River is what `bench/river --json` measured. Times are in milliseconds.
type River struct {
	Machine    Machine    `json:"machine"`
	Version    string     `json:"riverVersion"`
	PostgreSQL PostgreSQL `json:"postgresql"`
	Callers    int        `json:"callers"`

	// Holds are placed with none of the queue's workers running.
	HoldsPerSecond float64 `json:"holdsPerSecond"`
	HoldP50        float64 `json:"holdP50Ms"`
	HoldP99        float64 `json:"holdP99Ms"`
	HoldMax        float64 `json:"holdMaxMs"`

	// Sustained is the same with the workers running, and with what they do beside.
	Sustained Sustained `json:"sustained"`
	Spread    Lateness  `json:"endingOver10s"`
	Burst     Lateness  `json:"endingWithin100ms"`
}

// Machine is where it was measured.
type Machine struct {
	OS         string `json:"os"`
	Arch       string `json:"arch"`
	Processors int    `json:"processors"`
	Go         string `json:"go"`
}

// PostgreSQL is the server, and the settings that make its commits durable as it
// answered them.
type PostgreSQL struct {
	Version           string `json:"version"`
	Fsync             string `json:"fsync"`
	SynchronousCommit string `json:"synchronousCommit"`
	FullPageWrites    string `json:"fullPageWrites"`
}

// Sustained is a rate at which holds are placed while the queue works.
type Sustained struct {
	PerSecond float64 `json:"perSecond"`
	P50       float64 `json:"p50Ms"`
	P99       float64 `json:"p99Ms"`
}

// Lateness says how long after its deadline a hold was durably reverted.
type Lateness struct {
	Holds int     `json:"holds"`
	P50   float64 `json:"p50Ms"`
	P99   float64 `json:"p99Ms"`
	Last  float64 `json:"lastMs"`
}
