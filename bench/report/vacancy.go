package report

// Vacancy is what of `vacancy bench --json` is compared. What was not measured is nil.
type Vacancy struct {
	Service   *Load      `json:"service"`
	Sustained *Sustained `json:"sustained"`
	Spread    *Lateness  `json:"endingOver10s"`
	Burst     *Lateness  `json:"endingWithin100ms"`
}

// Load is what callers in a closed loop reached.
type Load struct {
	PerSecond float64 `json:"perSecond"`
	P50       float64 `json:"p50Ms"`
	P99       float64 `json:"p99Ms"`
}
