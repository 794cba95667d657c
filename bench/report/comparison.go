package report

import (
	"fmt"
	"io"
	"strings"
)

// Comparison is a figure of both programs, measured in the same run.
type Comparison struct {
	What    string  `json:"what"`
	Unit    string  `json:"unit"`
	River   float64 `json:"river"`
	Vacancy float64 `json:"vacancy"`
	// Ratio is Vacancy's figure divided by River's.
	Ratio float64 `json:"ratio"`
	// Target is the bound of the ratio; nil where the figure is only shown.
	Target *Target `json:"target,omitempty"`
}

// Target is the bound of a ratio.
type Target struct {
	Bound float64 `json:"bound"`
	Most  bool    `json:"most"` // Bound is the most allowed, not the least
	Met   bool    `json:"met"`
}

// The targets, as ratios to River's figures in the same run: issue 3, and section 10.18
// of the design.
const (
	leastHolds     = 5
	leastSustained = 1
	mostLateness   = 1
)

// Compare sets beside each other what both reports have. What one of them lacks, or
// River reports as 0, is not compared.
func Compare(r River, v Vacancy) []Comparison {
	var all []Comparison
	show := func(what, unit string, river, vacancy float64, target *Target) {
		if river <= 0 {
			return
		}
		ratio := vacancy / river
		if target != nil {
			// A figure of 0 is a measurement that did not happen, not a good one.
			target.Met = vacancy > 0 && (target.Most && ratio <= target.Bound || !target.Most && ratio >= target.Bound)
		}
		all = append(all, Comparison{what, unit, river, vacancy, ratio, target})
	}
	least := func(bound float64) *Target { return &Target{Bound: bound} }
	most := func(bound float64) *Target { return &Target{Bound: bound, Most: true} }
	if s := v.Service; s != nil {
		show("holds", "/s", r.HoldsPerSecond, s.PerSecond, least(leastHolds))
		show("a hold, p50", "ms", r.HoldP50, s.P50, nil)
		show("a hold, p99", "ms", r.HoldP99, s.P99, nil)
	}
	if s := v.Sustained; s != nil {
		show("holds, sustained", "/s", r.Sustained.PerSecond, s.PerSecond, least(leastSustained))
	}
	if l := v.Spread; l != nil {
		show(fmt.Sprintf("late, %d ending over 10 s, p50", l.Holds), "ms", r.Spread.P50, l.P50, nil)
		show(fmt.Sprintf("late, %d ending over 10 s, p99", l.Holds), "ms", r.Spread.P99, l.P99, most(mostLateness))
	}
	if l := v.Burst; l != nil {
		show(fmt.Sprintf("late, %d ending within 100 ms, the last", l.Holds), "ms", r.Burst.Last, l.Last, most(mostLateness))
	}
	return all
}

// Targets is how many comparisons Compare makes that have a target.
const Targets = 4

// Unmet says of each target why it was not met: it was missed, or not measured.
func Unmet(all []Comparison) []string {
	var unmet []string
	compared := 0
	for _, c := range all {
		if c.Target == nil {
			continue
		}
		compared++
		if !c.Target.Met {
			unmet = append(unmet, fmt.Sprintf("%s: %.2f times River's, wanted %s", c.What, c.Ratio, c.Target))
		}
	}
	if compared < Targets {
		unmet = append(unmet, fmt.Sprintf("%d of %d targets were not measured", Targets-compared, Targets))
	}
	return unmet
}

// String writes the bound as a person reads it.
func (t *Target) String() string {
	if t.Most {
		return fmt.Sprintf("≤ %g", t.Bound)
	}
	return fmt.Sprintf("≥ %g", t.Bound)
}

// WriteTable writes the comparisons as a table.
func WriteTable(w io.Writer, all []Comparison) error {
	const row = "%-44s%9s%9s %-3s%8s  %-6s%s\n"
	var t strings.Builder
	fmt.Fprintf(&t, row, "MEASURED", "RIVER", "VACANCY", "", "RATIO", "TARGET", "")
	for _, c := range all {
		target, verdict := "", ""
		if c.Target != nil {
			target, verdict = c.Target.String(), "MISSED"
			if c.Target.Met {
				verdict = "met"
			}
		}
		fmt.Fprintf(&t, row, c.What, figure(c.River), figure(c.Vacancy), c.Unit, fmt.Sprintf("%.2f", c.Ratio), target, verdict)
	}
	_, err := io.WriteString(w, t.String())
	return err
}

// figure writes a number with as many digits as mean something.
func figure(f float64) string {
	if f < 100 {
		return fmt.Sprintf("%.1f", f)
	}
	return fmt.Sprintf("%.0f", f)
}
