package bench

import "fmt"

// Target is a figure that a run must reach.
type Target struct {
	What  string  `json:"what"`
	Want  float64 `json:"want"`
	Got   float64 `json:"got"`
	Most  bool    `json:"most"`  // Want is the most allowed, not the least
	Ratio bool    `json:"ratio"` // of two figures of the same run: it holds on any machine
	Unit  string  `json:"unit"`
	Met   bool    `json:"met"`
}

// targets compares a report with what issue 3 wants of a machine with two processors.
// Only what was measured is compared.
func targets(r Report) []Target {
	var all []Target
	least := func(what string, want, got float64, unit string, ratio bool) {
		all = append(all, Target{What: what, Want: want, Got: got, Unit: unit, Ratio: ratio, Met: got >= want})
	}
	most := func(what string, want, got float64, unit string) {
		all = append(all, Target{What: what, Want: want, Got: got, Unit: unit, Most: true, Met: got <= want})
	}
	if s := r.Service; s != nil {
		least("holds through the service", 20_000, s.PerSecond, "/s", false)
		most("a hold through the service, p99", 15, float64(s.P99), "ms")
		most("every execution waits after", 30_000, float64(s.Drained), "ms")
		if r.SyncsPerSec > 0 {
			least("holds for each sync of this disk", 3, s.PerSecond/r.SyncsPerSec, "", true)
		}
		if r.River != nil {
			least("times River's holds", 5, s.PerSecond/r.River.HoldsPerSecond, "", true)
		}
	}
	if s := r.Sustained; s != nil {
		least("holds without backlog", 4_000, s.PerSecond, "/s", false)
		if r.River != nil {
			least("times River's holds, without backlog", 1, s.PerSecond/r.River.HoldsPerSecond, "", true)
		}
	}
	if h := r.HTTP; h != nil {
		least("holds through HTTP and GraphQL", 10_000, h.Holds.PerSecond, "/s", false)
		least("of a mutation that does nothing", 1.0/3, h.Holds.PerSecond/h.Nothing.PerSecond, "", true)
	}
	if l := r.EndingSpread; l != nil {
		most(fmt.Sprintf("%d holds ending over 10 s, p99", l.Holds), 25, float64(l.P99), "ms")
		if r.River != nil {
			all = append(all, atMostTimes("their p99 against River's", 1, float64(l.P99)/float64(r.River.EndingSpread.P99)))
		}
	}
	if l := r.EndingBurst; l != nil {
		most(fmt.Sprintf("%d holds ending within 100 ms, the last", l.Holds), 2_000, float64(l.Last), "ms")
	}
	if w := r.Waiting; w != nil {
		if w.Executions >= 1_000_000 {
			most("resident with a million executions waiting", 400, float64(w.ResidentBytes)/(1<<20), "MiB")
		}
		most(fmt.Sprintf("ready after a kill with %d waiting", w.Executions), 3_000, float64(w.ReadyAfterKill), "ms")
	}
	if p := r.Past; p != nil {
		all = append(all, atMostTimes(fmt.Sprintf("times the cost of a hold, with %d finished", p.Finished), 1.2, p.Before.PerSecond/p.After.PerSecond))
	}
	return all
}

func atMostTimes(what string, want, got float64) Target {
	return Target{What: what, Want: want, Got: got, Most: true, Ratio: true, Met: got <= want}
}

// MissedRatios are the targets missed that are ratios, and hold on any machine.
func (r Report) MissedRatios() []Target {
	var missed []Target
	for _, t := range r.Targets {
		if t.Ratio && !t.Met {
			missed = append(missed, t)
		}
	}
	return missed
}
